// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import FlowCrash
import FlowStore
import FlowWire
import Foundation

/// Makes a back-up of a data directory, whether its server runs or not.
package enum Backup {
    package struct Report: Sendable {
        package let manifest: BackupManifest
        package let bytes: Int64
        /// Whether secrets and the audit can be read with nothing but this file.
        package var hasKey: Bool { self.manifest.parts.contains { $0.name == BackupPart.masterKey.rawValue } }
    }

    /// - Parameters:
    ///   - file: where it goes; complete and on the disk before it has this name.
    ///   - replaces: whether a file that is there may be replaced.
    ///   - includesKey: whether `secrets.key` goes in.
    ///   - report: told how far it is.
    /// - Throws: ``CoreError`` `conflict` when the file is there, `notFound` when there is no server, `invalid` when the
    ///   database is damaged: a copy of that is no back-up.
    package static func make(
        of dataDirectory: String,
        to file: String,
        replaces: Bool,
        includesKey: Bool,
        at now: Timestamp,
        report told: @escaping BackupStep.Report = { _ in }
    ) throws -> Report {
        let target = URL(fileURLWithPath: file).standardizedFileURL
        let parent = target.deletingLastPathComponent().path
        guard FileProbe.exists(dataDirectory + "/" + BackupPart.database.rawValue) else {
            throw CoreError(
                .notFound,
                "\(dataDirectory) holds no server yet, or one whose state is in a PostgreSQL. Name a server's directory with "
                    + "--data-dir; a PostgreSQL is backed up with its own means (pg_dump), and the directory beside it."
            )
        }
        guard FileProbe.exists(parent) else { throw CoreError(.notFound, "There is no directory \(parent).") }
        guard replaces || !FileProbe.exists(target.path) else { throw Self.isThere(target.path) }
        let directory = try PrivateDirectory(dataDirectory)
        let scratch = try ScratchDirectory(in: parent, purpose: target.lastPathComponent)
        defer { scratch.remove() }
        let archive = scratch.directory.path(of: "archive")
        let report = try self.write(
            directory,
            to: archive,
            scratch: scratch,
            includesKey: includesKey,
            at: now,
            report: told
        )
        try self.place(archive, at: target.path, replaces: replaces)
        CrashPoint.reach("server.backup.placed")
        return report
    }

    private static func write(
        _ directory: PrivateDirectory,
        to archive: String,
        scratch: ScratchDirectory,
        includesKey: Bool,
        at now: Timestamp,
        report: @escaping BackupStep.Report
    ) throws -> Report {
        // Before the database: it then has at least what these say.
        var small: [(part: BackupPart, content: [UInt8])] = []
        for part in BackupPart.allCases where part != .database && (part != .masterKey || includesKey) {
            if let content = try directory.read(part.rawValue) { small.append((part, content)) }
        }
        let found = Set(small.map(\.part))
        guard BackupPart.required.subtracting([.database]).isSubset(of: found) else {
            throw CoreError(
                .conflict,
                "\(directory.path) has no authority (ca), without which no host would trust a restored server. Start the "
                    + "server once, or restore that directory."
            )
        }
        guard !includesKey || found.contains(.masterKey) else {
            throw CoreError(
                .notFound,
                "\(directory.path) has no \(MasterKeys.file). A key that stands in \(MasterKeys.variable) has to be kept "
                    + "where that comes from."
            )
        }
        let copy = scratch.directory.path(of: BackupPart.database.rawValue)
        try SQLiteCopy.make(of: directory.path(of: BackupPart.database.rawValue), to: copy) { done, total in
            report(.copying(done: done, total: total))
        }
        CrashPoint.reach("server.backup.copied")
        report(.looking)
        let facts = try SQLiteCopy.inspect(copy)
        let attributes = try FileManager.default.attributesOfItem(atPath: copy)
        let size = (attributes[.size] as? NSNumber)?.int64Value ?? 0
        let manifest = BackupManifest(
            madeAt: now,
            program: Server.version,
            installation: facts.installation,
            migrations: facts.migrations,
            parts: small.map { BackupManifest.Part(name: $0.part.rawValue, bytes: Int64($0.content.count)) }
                + [BackupManifest.Part(name: BackupPart.database.rawValue, bytes: size)]
        )
        var writer = try ArchiveWriter(creating: archive, at: now)
        try writer.add(BackupManifest.file, try manifest.encoded())
        for (part, content) in small { try writer.add(part.rawValue, content) }
        try writer.add(BackupPart.database.rawValue, contentsOf: copy, report: report)
        try writer.finish()
        CrashPoint.reach("server.backup.written")
        return Report(manifest: manifest, bytes: writer.written)
    }

    /// Of two that make a file of one name at once, without `replaces` one is refused.
    static func place(_ archive: String, at path: String, replaces: Bool) throws {
        var status = stat()
        // A device or a pipe is no earlier back-up, and would be gone.
        if replaces, lstat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG { throw Self.isNoFile(path) }
        let isDone = replaces ? rename(archive, path) == 0 : link(archive, path) == 0
        guard isDone else {
            if errno == EEXIST { throw Self.isThere(path) }
            throw CoreError(.unavailable, "\(path) could not be made: \(String(cString: strerror(errno))).")
        }
        DirectorySync.run(URL(fileURLWithPath: path).deletingLastPathComponent().path)
    }

    private static func isNoFile(_ path: String) -> CoreError {
        CoreError(.conflict, "\(path) is there and is no ordinary file. Choose another name.")
    }

    static func isThere(_ path: String) -> CoreError {
        CoreError(.conflict, "\(path) is there already. Choose another name, or replace it with --force.")
    }
}
