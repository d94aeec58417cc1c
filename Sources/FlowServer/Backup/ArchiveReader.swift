// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
import FlowCore
import FlowSupport
import FlowWire
import Foundation

/// Reads a back-up into a directory and believes nothing of it that it has not looked at.
///
/// Names come from ``BackupPart``, so no file lands anywhere else; sizes from the manifest; contents are compared with the
/// archive's sums.
struct ArchiveReader {
    private let handle: FileHandle
    private let path: String

    /// Told how far it is.
    private let report: BackupStep.Report

    init(opening path: String, report: @escaping BackupStep.Report = { _ in }) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw CoreError(.notFound, "\(path) can't be read: \(String(cString: strerror(errno))).")
        }
        self.handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        self.path = path
        self.report = report
    }

    /// - Throws: ``CoreError`` `invalid` saying what is wrong with the archive; what was read stays for the caller to remove.
    func extract(into directory: PrivateDirectory) throws -> BackupManifest {
        guard let head = try self.head(), head.name == BackupManifest.file, head.size <= BackupManifest.sizeLimit else {
            throw self.damaged("it is no back-up of a QuartzFlow server, or its beginning is damaged")
        }
        var sums: [String: String] = [:]
        let content = try self.content(of: head)
        sums[head.name] = Hex.encode(SHA256.hash(data: content))
        let manifest: BackupManifest
        do { manifest = try BackupManifest.decode(content) } catch let error as CoreError {
            throw CoreError(error.code, "\(self.path): \(error.message)")
        }
        let total = manifest.parts.reduce(Int64(0)) { $0 &+ max(0, $1.bytes) }
        var done: Int64 = 0
        self.report(.unpacking(done: 0, total: total))
        for part in manifest.parts {
            guard let known = BackupPart(rawValue: part.name) else {
                throw self.damaged("it holds '\(part.name)', which no back-up of this version has")
            }
            guard let head = try self.head(), head.name == part.name, head.size == part.bytes else {
                throw self.damaged("\(part.name) is missing or has another size than was written")
            }
            let before = done
            sums[part.name] = try self.copy(head, to: try Self.place(known, in: directory)) { bytes in
                self.report(.unpacking(done: before + bytes, total: total))
            }
            done += head.size
        }
        guard BackupPart.required.isSubset(of: Set(manifest.parts.compactMap { BackupPart(rawValue: $0.name) })) else {
            throw self.damaged("it has no database or no authority")
        }
        try self.finish(sums)
        return manifest
    }

    private static func place(_ part: BackupPart, in directory: PrivateDirectory) throws -> String {
        let pieces = part.rawValue.split(separator: "/")
        guard pieces.count == 2 else { return directory.path(of: part.rawValue) }
        return try directory.subdirectory(String(pieces[0])).path(of: String(pieces[1]))
    }

    /// Compares the sums, which come last: an archive that was cut off has none.
    private func finish(_ sums: [String: String]) throws {
        guard let head = try self.head(), head.name == BackupManifest.sums, head.size <= BackupManifest.sizeLimit else {
            throw self.damaged("its end is missing")
        }
        var written: [String: String] = [:]
        for line in String(decoding: try self.content(of: head), as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ", omittingEmptySubsequences: true)
            guard words.count == 2 else { throw self.damaged("\(BackupManifest.sums) is damaged") }
            written[String(words[1])] = String(words[0])
        }
        for (name, sum) in sums.sorted(by: { $0.key < $1.key }) where written[name] != sum {
            throw self.damaged("\(name) is not what was written (SHA-256 \(sum))")
        }
        guard written.count == sums.count else {
            throw self.damaged("\(BackupManifest.sums) names files that are not there")
        }
        guard try self.bytes(2 * TarHeader.blockSize) == [UInt8](repeating: 0, count: 2 * TarHeader.blockSize),
            try self.handle.read(upToCount: 1)?.isEmpty ?? true
        else { throw self.damaged("it does not end where it should") }
    }

    // MARK: Bytes

    private func head() throws -> TarHeader? { TarHeader(decoding: try self.bytes(TarHeader.blockSize)) }

    private func content(of head: TarHeader) throws -> [UInt8] {
        let content = try self.bytes(Int(head.size))
        try self.skipPadding(of: head)
        return content
    }

    /// - Parameter reached: told how many bytes of it were copied.
    /// - Returns: the SHA-256 in hexadecimal.
    private func copy(_ head: TarHeader, to path: String, reached: (Int64) -> Void) throws -> String {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw CoreError(.unavailable, "\(path) could not be made: \(String(cString: strerror(errno))).")
        }
        let target = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var hash = SHA256()
        var rest = head.size
        while rest > 0 {
            let chunk = Data(try self.bytes(Int(min(rest, 1 << 20))))
            hash.update(data: chunk)
            do { try target.write(contentsOf: chunk) } catch {
                throw CoreError(.unavailable, "\(path) could not be written: \(error). Is the disk full?")
            }
            rest -= Int64(chunk.count)
            reached(head.size - rest)
        }
        try target.synchronize()
        try target.close()
        try self.skipPadding(of: head)
        return Hex.encode(hash.finalize())
    }

    private func skipPadding(of head: TarHeader) throws {
        guard try self.bytes(head.padding).allSatisfy({ $0 == 0 }) else {
            throw self.damaged("there is something behind \(head.name)")
        }
    }

    private func bytes(_ count: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            guard let chunk = try self.handle.read(upToCount: count - bytes.count), !chunk.isEmpty else {
                throw self.damaged("it is cut off")
            }
            bytes.append(contentsOf: chunk)
        }
        return bytes
    }

    private func damaged(_ what: String) -> CoreError { CoreError(.invalid, "\(self.path) can't be used: \(what).") }
}
