// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
import FlowCore
import FlowSupport
import Foundation

/// Writes the files of a back-up one after the other, and their sums at the end.
struct ArchiveWriter {
    private let handle: FileHandle
    private let time: Int64
    private var sums = ""
    private(set) var written: Int64 = 0

    /// - Parameter path: must not exist; only its owner will be able to read it.
    init(creating path: String, at time: Timestamp) throws {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure(path, errno) }
        self.handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        self.time = max(0, time.seconds)
    }

    mutating func add(_ name: String, _ content: [UInt8]) throws {
        try self.begin(name, size: Int64(content.count))
        try self.put(Data(content))
        self.sums += Self.line(SHA256.hash(data: content), name)
        try self.fill(Int64(content.count))
    }

    /// Adds a file that nobody changes meanwhile.
    ///
    /// - Parameter report: told how far it is.
    mutating func add(_ name: String, contentsOf path: String, report: BackupStep.Report = { _ in }) throws {
        guard let source = FileHandle(forReadingAtPath: path) else { throw Self.failure(path, errno) }
        let size = Int64(try source.seekToEnd())
        try source.seek(toOffset: 0)
        try self.begin(name, size: size)
        var hash = SHA256()
        var rest = size
        report(.packing(done: 0, total: size))
        while rest > 0, let chunk = try source.read(upToCount: Int(min(rest, 1 << 20))), !chunk.isEmpty {
            hash.update(data: chunk)
            try self.put(chunk)
            rest -= Int64(chunk.count)
            report(.packing(done: size - rest, total: size))
        }
        guard rest == 0 else { throw CoreError(.internal, "\(path) became shorter while it was copied.") }
        self.sums += Self.line(hash.finalize(), name)
        try self.fill(size)
    }

    /// Writes the sums and the archive's end, and waits for the disk.
    mutating func finish() throws {
        let sums = Array(self.sums.utf8)
        try self.add(BackupManifest.sums, sums)
        try self.put(Data(count: 2 * TarHeader.blockSize))
        try self.handle.synchronize()
        try self.handle.close()
    }

    private mutating func begin(_ name: String, size: Int64) throws {
        guard let head = TarHeader(name: name, size: size, mode: 0o600, modified: self.time).encoded() else {
            throw CoreError(.internal, "'\(name)' does not fit into an archive.")
        }
        try self.put(Data(head))
    }

    private mutating func fill(_ size: Int64) throws {
        try self.put(Data(count: TarHeader(name: "", size: size, mode: 0, modified: 0).padding))
    }

    private mutating func put(_ data: Data) throws {
        do { try self.handle.write(contentsOf: data) } catch {
            throw CoreError(.unavailable, "The back-up could not be written: \(error). Is the disk full?")
        }
        self.written += Int64(data.count)
    }

    private static func line(_ digest: SHA256Digest, _ name: String) -> String { "\(Hex.encode(digest))  \(name)\n" }

    private static func failure(_ path: String, _ code: Int32) -> CoreError {
        CoreError(.unavailable, "\(path) could not be opened: \(String(cString: strerror(code))).")
    }
}
