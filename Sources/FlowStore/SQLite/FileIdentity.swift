// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation

/// Which file lies at a path: SQLite goes on writing into a deleted one without a word, and all of it is lost at the stop.
struct FileIdentity: Sendable {
    private let path: String
    private let device: dev_t
    private let number: ino_t

    /// - Returns: nil when there is no such file.
    init?(of path: String) {
        var information = stat()
        guard stat(path, &information) == 0 else { return nil }
        self.path = path
        self.device = information.st_dev
        self.number = information.st_ino
    }

    /// - Throws: `unavailable` when the file was deleted, moved or replaced.
    func require() throws {
        guard let now = FileIdentity(of: self.path) else {
            throw CoreError(
                .unavailable,
                "The database '\(self.path)' was deleted or moved while the server runs, so nothing is stored any more. "
                    + "Put the file back if it was moved; otherwise stop the server and restore a backup."
            )
        }
        guard now.device == self.device, now.number == self.number else {
            throw CoreError(
                .unavailable,
                "Another file was put in the place of the database '\(self.path)' while the server runs, so nothing is "
                    + "stored any more. Restart the server to go on with that file."
            )
        }
    }
}
