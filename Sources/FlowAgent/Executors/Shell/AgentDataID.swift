// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CoreFoundation
import Crypto
import FlowCore
import Glibc

/// Names an agent's data directory in the environment of its jobs (`QF_AGENT_DATA`), so that a later agent on the same
/// directory, and no other, recognises what was left behind.
package enum AgentDataID {
    package static func of(directory: String) throws -> String {
        var information = stat()
        guard stat(directory, &information) == 0 else {
            throw CoreError(.unavailable, "cannot look at \(directory): \(String(cString: strerror(errno)))")
        }
        let text = "\(information.st_dev):\(information.st_ino)"
        return String(Hex.encode(SHA256.hash(data: Array(text.utf8))).prefix(16))
    }
}
