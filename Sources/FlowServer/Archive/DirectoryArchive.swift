// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import FlowCore
import Foundation

/// An archive in a directory, such as one of a network file system that all servers see.
///
/// `<first two letters of the name>/<name>`: no directory gets too large. An object is written beside its place, synced and
/// renamed, so it is there whole or not at all.
struct DirectoryArchive: OutputArchive {
    let path: String
    var place: String { self.path }

    /// - Throws: ``CoreError`` when the directory can't be made or written to.
    init(_ path: String) throws {
        self.path = path
        do {
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw CoreError(.invalid, "archive.directory: \(path) can't be made: \(error.localizedDescription)")
        }
        guard access(path, W_OK | X_OK) == 0 else {
            throw CoreError(.invalid, "archive.directory: \(path) can't be written to: \(Self.reason())")
        }
    }

    func put(_ name: String, _ bytes: [UInt8]) async throws {
        try await Self.blocking { try self.write(name, bytes) }
    }

    func get(_ name: String, from position: Int, count: Int) async throws -> [UInt8] {
        try await Self.blocking { try self.read(name, from: position, count: count) }
    }

    func delete(_ name: String) async throws {
        try await Self.blocking {
            // What a server that ended in the middle of writing it has left goes too.
            unlink(self.draft(name))
            guard unlink(self.file(name)) != 0, errno != ENOENT else { return }
            throw CoreError(.unavailable, "\(self.file(name)) can't be deleted: \(Self.reason())")
        }
    }

    private func file(_ name: String) -> String { "\(self.path)/\(name.prefix(2))/\(name)" }

    private func draft(_ name: String) -> String { self.file(name) + ".new" }

    private func write(_ name: String, _ bytes: [UInt8]) throws {
        let file = self.file(name)
        let draft = self.draft(name)
        let directory = "\(self.path)/\(name.prefix(2))"
        if mkdir(directory, 0o700) == 0 { try Self.synchronize(self.path) }
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw CoreError(.unavailable, "\(draft) can't be made: \(Self.reason())") }
        let isWritten = Self.writeAll(bytes, to: descriptor) && fsync(descriptor) == 0
        let reason = Self.reason()
        close(descriptor)
        guard isWritten, rename(draft, file) == 0 else {
            let words = isWritten ? Self.reason() : reason
            unlink(draft)
            throw CoreError(.unavailable, "\(file) can't be written: \(words)")
        }
        try Self.synchronize(directory)
    }

    /// Makes names in a directory survive a power cut; until then what the database has must not go.
    private static func synchronize(_ directory: String) throws {
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw CoreError(.unavailable, "\(directory) can't be opened: \(self.reason())")
        }
        defer { close(descriptor) }
        // Some network file systems know no such call, and write names at once.
        guard fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP else {
            throw CoreError(.unavailable, "\(directory) can't be written: \(self.reason())")
        }
    }

    private func read(_ name: String, from position: Int, count: Int) throws -> [UInt8] {
        let descriptor = open(self.file(name), O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw CoreError(.unavailable, "\(self.file(name)) can't be opened: \(Self.reason())")
        }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let got = bytes.withUnsafeMutableBytes { buffer in
                pread(descriptor, buffer.baseAddress! + filled, count - filled, off_t(position + filled))
            }
            if got < 0, errno == EINTR { continue }
            guard got > 0 else { break }
            filled += got
        }
        return Array(bytes.prefix(filled))
    }

    private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + written, $0.count - written) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            written += count
        }
        return true
    }

    private static func reason() -> String { String(cString: strerror(errno)) }

    /// A network file system may take its time: no thread of the pool waits for it.
    private static func blocking<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value
    {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Result { try body() }) }
        }
    }
}
