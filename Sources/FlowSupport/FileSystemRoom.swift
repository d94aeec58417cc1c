// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// How much room the file system of a path has, as df(1) counts: what only root may use is nobody's.
package struct FileSystemRoom: Hashable, Sendable {
    /// Bytes.
    package let free: Int64
    package let total: Int64

    /// Nil where the path is not.
    package init?(at path: String) {
        var facts = statvfs()
        guard statvfs(path, &facts) == 0 else { return nil }
        let size = Double(facts.f_frsize)
        let used = Double(facts.f_blocks) - Double(facts.f_bfree)
        self.free = Int64(Double(facts.f_bavail) * size)
        self.total = Int64((Double(facts.f_bavail) + max(0, used)) * size)
    }
}
