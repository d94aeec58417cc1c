// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Glibc

/// The right to use an agent's data directory: an flock that ends with the process.
///
/// Two agents on one ledger would admit the same fire twice in their heads before SQLite could object.
package final class DataDirectoryLock: Sendable {
    private let descriptor: Int32

    /// - Throws: `CoreError` `conflict` when another process holds the lock, `unavailable` when it can't be taken.
    package init(directory: String) throws {
        let path = directory + "/agent.lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw CoreError(.unavailable, "cannot open \(path): \(String(cString: strerror(errno)))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let isHeld = errno == EWOULDBLOCK
            let reason = String(cString: strerror(errno))
            close(descriptor)
            throw isHeld
                ? CoreError(
                    .conflict,
                    "another agent runs with the data directory \(directory); stop it or choose another"
                )
                : CoreError(.unavailable, "cannot lock \(path): \(reason)")
        }
        self.descriptor = descriptor
    }

    deinit { close(self.descriptor) }
}
