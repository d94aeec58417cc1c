// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowWire
import Foundation

/// A private directory for the time of one command.
struct ScratchDirectory {
    let directory: PrivateDirectory

    /// - Parameters:
    ///   - parent: must be on the file system of what comes out of it.
    ///   - purpose: becomes part of the name, for whoever finds one that a power cut left.
    init(in parent: String, purpose: String) throws {
        let path = parent + "/.\(purpose).new-\(UUID().uuidString.prefix(8).lowercased())"
        guard mkdir(path, 0o700) == 0 else {
            throw CoreError(.unavailable, "Nothing can be written in \(parent): \(String(cString: strerror(errno))).")
        }
        self.directory = try PrivateDirectory(path)
    }

    func remove() { try? FileManager.default.removeItem(atPath: self.directory.path) }
}

/// Makes names of a directory durable.
enum DirectorySync {
    static func run(_ path: String) {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        _ = fsync(descriptor)
        _ = close(descriptor)
    }
}
