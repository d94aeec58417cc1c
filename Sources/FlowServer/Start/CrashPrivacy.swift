// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess

/// What a crash of the server's program leaves behind: where it was, and nothing of its memory, which holds passwords, keys and
/// opened secrets.
package enum CrashPrivacy {
    /// To be called before anything else is begun.
    package static func begin() { flow_keep_memory_private() }
}
