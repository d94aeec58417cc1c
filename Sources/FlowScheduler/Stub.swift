// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import DequeModule
import HeapModule
import Logging
import ServiceLifecycle
