// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation

/// Empty directories for executions whose job asks for one; removed with all that is in them when the attempt is over.
struct ScratchDirectories: Sendable {
    private let root: String

    /// Removes what executions left when an earlier agent died.
    init(dataDirectory: String) throws {
        self.root = dataDirectory + "/work"
        try? FileManager.default.removeItem(atPath: self.root)
        try FileManager.default.createDirectory(
            atPath: self.root,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
    }

    func make(for id: ExecutionID) throws -> String {
        let path = self.path(of: id)
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw CoreError(.unavailable, "cannot make \(path): \(String(cString: strerror(errno)))")
        }
        return path
    }

    func remove(_ id: ExecutionID) {
        let path = self.path(of: id)
        if rmdir(path) != 0, errno == ENOTEMPTY { try? FileManager.default.removeItem(atPath: path) }
    }

    private func path(of id: ExecutionID) -> String { "\(self.root)/\(id)" }
}
