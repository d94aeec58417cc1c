// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A directory that only this program's user may look into: keys, certificates, secrets.
///
/// Writes are atomic and durable: a reader, also one after a power cut, sees the old content or the new, never a part.
package struct PrivateDirectory: Sendable {
    package let path: String

    /// Names that show that a directory is one of ours.
    private static let marks = ["quartzflow.db", "agent.db", "ca-key.pem"]

    /// Creates the directory and its parents.
    ///
    /// One that is there is used when nobody else may look into it. It is closed to others only when it is ours, or empty and
    /// no directory of the system: `/srv` as a data directory must not lock everybody out of `/srv`.
    package init(_ path: String) throws(PrivateFileError) {
        self.path = path
        var information = stat()
        if stat(path, &information) == 0, information.st_mode & S_IFMT == S_IFDIR {
            try self.take(information)
            return
        }
        do {
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw PrivateFileError("create the directory", path, errno: EACCES, detail: "\(error)")
        }
        guard chmod(path, 0o700) == 0 else { throw PrivateFileError("protect", path, errno: errno) }
    }

    /// A directory of ours within a data directory that is there.
    package init(within parent: String, named name: String) throws(PrivateFileError) {
        let path = parent + "/" + name
        if access(path, F_OK) == 0, chmod(path, 0o700) != 0 { throw PrivateFileError("protect", path, errno: errno) }
        try self.init(path)
    }

    /// A directory within this one.
    package func subdirectory(_ name: String) throws(PrivateFileError) -> PrivateDirectory {
        let path = self.path(of: name)
        if mkdir(path, 0o700) != 0, errno != EEXIST {
            throw PrivateFileError("create the directory", path, errno: errno)
        }
        guard chmod(path, 0o700) == 0 else { throw PrivateFileError("protect", path, errno: errno) }
        return try PrivateDirectory(path)
    }

    private func take(_ information: stat) throws(PrivateFileError) {
        guard information.st_mode & 0o077 != 0 else { return }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: self.path)) ?? []
        let isOurs = names.contains { Self.marks.contains($0) }
        let parent = URL(fileURLWithPath: self.path).standardizedFileURL.deletingLastPathComponent().path
        let isFree = names.isEmpty && parent != "/" && information.st_uid == geteuid()
        guard isOurs || isFree else {
            throw PrivateFileError(
                "use",
                self.path,
                errno: EPERM,
                detail:
                    "others may look into this directory, and it is not one of QuartzFlow's. Name one of its own, such "
                    + "as \(self.path)/quartzflow, or close it first: chmod 700 \(self.path)"
            )
        }
        guard chmod(self.path, 0o700) == 0 else { throw PrivateFileError("protect", self.path, errno: errno) }
    }

    package func path(of name: String) -> String { self.path + "/" + name }

    /// - Returns: nil when there is no such file.
    package func read(_ name: String) throws(PrivateFileError) -> [UInt8]? {
        let path = self.path(of: name)
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw PrivateFileError("read", path, errno: errno)
        }
        defer { _ = close(descriptor) }
        var content: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = Foundation.read(descriptor, &chunk, chunk.count)
            if count == 0 { return content }
            if count < 0 {
                if errno == EINTR { continue }
                throw PrivateFileError("read", path, errno: errno)
            }
            content.append(contentsOf: chunk[..<count])
        }
    }

    package func readText(_ name: String) throws(PrivateFileError) -> String? {
        try self.read(name).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Puts `content` in the place of the file.
    package func write(_ content: some Sequence<UInt8>, to name: String, mode: UInt32 = 0o600) throws(PrivateFileError)
    {
        let temporary = try self.writeTemporary(Array(content), mode: mode)
        guard rename(temporary, self.path(of: name)) == 0 else {
            let code = errno
            unlink(temporary)
            throw PrivateFileError("replace", self.path(of: name), errno: code)
        }
        try self.synchronize()
    }

    /// Writes the file unless it exists; of two that try at once, one wins.
    ///
    /// - Returns: What is in the file now.
    package func create(_ content: some Sequence<UInt8>, as name: String) throws(PrivateFileError) -> [UInt8] {
        let content = Array(content)
        let temporary = try self.writeTemporary(content, mode: 0o600)
        defer { unlink(temporary) }
        guard link(temporary, self.path(of: name)) == 0 else {
            if errno == EEXIST, let existing = try self.read(name) { return existing }
            throw PrivateFileError("create", self.path(of: name), errno: errno)
        }
        try self.synchronize()
        return content
    }

    private func writeTemporary(_ content: [UInt8], mode: UInt32) throws(PrivateFileError) -> String {
        let path = self.path(of: ".new-\(UUID().uuidString)")
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw PrivateFileError("write", path, errno: errno) }
        defer { _ = close(descriptor) }
        var rest = content[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let code = errno
                unlink(path)
                throw PrivateFileError("write", path, errno: code)
            }
            rest = rest.dropFirst(count)
        }
        guard fsync(descriptor) == 0 else {
            let code = errno
            unlink(path)
            throw PrivateFileError("write", path, errno: code)
        }
        return path
    }

    /// Makes a rename durable.
    private func synchronize() throws(PrivateFileError) {
        let descriptor = open(self.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw PrivateFileError("open", self.path, errno: errno) }
        defer { _ = close(descriptor) }
        guard fsync(descriptor) == 0 else { throw PrivateFileError("synchronise", self.path, errno: errno) }
    }
}

/// A private file could not be read or written.
package struct PrivateFileError: Error, Sendable, CustomStringConvertible {
    package let description: String

    init(_ action: String, _ path: String, errno code: Int32, detail: String? = nil) {
        self.description = "Could not \(action) \(path): \(detail ?? String(cString: strerror(code)))."
    }
}
