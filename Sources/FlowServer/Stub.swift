// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Configuration
import CryptoExtras
import X509
