// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation

/// Empty directories for executions whose job asks for one; removed with all that is in them when the attempt is over.
struct ScratchDirectories: Sendable {
    private let root: String

    init(dataDirectory: String) throws {
        self.root = dataDirectory + "/work"
        try FileManager.default.createDirectory(
            atPath: self.root,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
    }

    /// Removes what executions left when an earlier agent died, but for those that go on.
    func removeAll(but ids: Set<ExecutionID>) {
        let kept = Set(ids.map(\.description))
        let names = (try? FileManager.default.contentsOfDirectory(atPath: self.root)) ?? []
        for name in names where !kept.contains(name) {
            DirectoryRemoval.remove("\(self.root)/\(name)")
        }
    }

    func make(for id: ExecutionID) throws -> String {
        let path = self.path(of: id)
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw CoreError(.unavailable, "cannot make \(path): \(String(cString: strerror(errno)))")
        }
        return path
    }

    func remove(_ id: ExecutionID) { DirectoryRemoval.remove(self.path(of: id)) }

    private func path(of id: ExecutionID) -> String { "\(self.root)/\(id)" }
}
