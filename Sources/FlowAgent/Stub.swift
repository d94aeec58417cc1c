// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import X509
import GRDB
