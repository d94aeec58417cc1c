// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowWire
import Foundation
import Testing

@Suite("Private directories")
struct PrivateDirectoryTests {
    private let root: String

    init() throws {
        self.root = NSTemporaryDirectory() + "qf-private-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: self.root, withIntermediateDirectories: true)
    }

    private func make(_ name: String, holding file: String? = nil) throws -> String {
        let path = self.root + "/" + name
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        chmod(path, 0o755)
        if let file { try Data().write(to: URL(fileURLWithPath: path + "/" + file)) }
        return path
    }

    private func mode(_ path: String) throws -> Int {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int ?? 0
    }

    @Test("A directory with other people's files is refused with a way out, and keeps its mode")
    func foreign() throws {
        defer { try? FileManager.default.removeItem(atPath: self.root) }
        let path = try self.make("srv", holding: "index.html")
        #expect {
            _ = try PrivateDirectory(path)
        } throws: { error in
            "\(error)".contains("chmod 700") && "\(error)".contains(path + "/quartzflow")
        }
        #expect(try self.mode(path) == 0o755)
        #expect(throws: PrivateFileError.self) { _ = try PrivateDirectory("/usr") }
    }

    @Test("A new one, an empty one and one of ours are closed to others")
    func ours() throws {
        defer { try? FileManager.default.removeItem(atPath: self.root) }
        let paths = [
            self.root + "/new/deep", try self.make("empty"),
            try self.make("ours", holding: "quartzflow.db"),
        ]
        for path in paths {
            let directory = try PrivateDirectory(path)
            #expect(try self.mode(path) == 0o700)
            chmod(path, 0o700)
            #expect(try self.mode(try directory.subdirectory("ca").path) == 0o700)
        }
    }
}
