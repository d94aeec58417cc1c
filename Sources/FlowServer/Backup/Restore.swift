// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import FlowStore
import FlowWire
import Foundation

/// Makes a server's data directory from a back-up.
///
/// Everything is unpacked, looked at and written durably beside its place first. Then the files move, the database last: a
/// server refuses a directory in which one of the two is missing, so that a power cut in between begins nothing new.
package enum Restore {
    package struct Report: Sendable {
        package let manifest: BackupManifest
        /// Where what was there is now.
        package let former: String?
        /// Whether a key for secrets and audit is in the directory.
        package let hasKey: Bool
    }

    private static let staging = "restore"
    private static let formerPrefix = "before-restore-"
    /// What is no installation.
    private static let ignored: Set<String> = [
        MasterKeys.file, BackupPart.database.rawValue + ".lock", "lost+found",
    ]

    /// - Parameters:
    ///   - replaces: whether an installation that is there may be moved aside.
    ///   - actor: who stands in the audit.
    ///   - report: told how far it is.
    /// - Throws: ``CoreError`` `unavailable` when a server uses the directory, `conflict` when it is not empty, `invalid` when
    ///   the back-up is damaged; then nothing has changed.
    package static func run(
        _ file: String,
        into dataDirectory: String,
        replaces: Bool,
        by actor: Actor,
        at now: Timestamp,
        report: @escaping BackupStep.Report = { _ in }
    ) async throws -> Report {
        guard FileProbe.exists(file) else { throw CoreError(.notFound, "There is no file \(file).") }
        let directory = try PrivateDirectory(dataDirectory)
        let lock = try SQLiteFileLock(database: directory.path(of: BackupPart.database.rawValue))
        defer { lock.release() }
        let present = try self.present(in: directory)
        guard replaces || present.isEmpty else {
            throw CoreError(
                .conflict,
                "\(dataDirectory) is not empty (\(present.prefix(5).joined(separator: ", "))). Name another directory, or use "
                    + "--force: what is there is then moved into a directory beside it, not deleted."
            )
        }
        let scratch = try ScratchDirectory(in: directory.path, purpose: Self.staging)
        defer { scratch.remove() }
        let manifest = try ArchiveReader(opening: file, report: report).extract(into: scratch.directory)
        report(.looking)
        try await self.prepare(scratch.directory, manifest, by: actor, at: now)
        let former = try self.moveAside(in: directory, hasKey: scratch.directory.hasFile(MasterKeys.file), at: now)
        try self.moveIn(from: scratch.directory, to: directory)
        return Report(manifest: manifest, former: former, hasKey: try directory.hasFile(MasterKeys.file))
    }

    /// Leaves a directory that a server could begin with.
    private static func prepare(
        _ directory: PrivateDirectory,
        _ manifest: BackupManifest,
        by actor: Actor,
        at now: Timestamp
    ) async throws {
        let database = directory.path(of: BackupPart.database.rawValue)
        _ = try SQLiteCopy.inspect(database)
        _ = try CertificateAuthority.open(in: try directory.subdirectory("ca"), now: now)
        let store = try SQLiteStore.open(path: database)
        do {
            try await store.markRestored(
                copiedAt: manifest.time,
                by: Change(by: actor, at: now, origin: Origin(via: .host))
            )
        } catch {
            try? await store.close()
            throw error
        }
        // Writes everything into the one file.
        try await store.close()
        for suffix in ["-wal", "-shm", ".lock"] { unlink(database + suffix) }
        DirectorySync.run(directory.path)
    }

    private static func present(in directory: PrivateDirectory) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory.path)
            .filter {
                !Self.ignored.contains($0) && !$0.hasPrefix(Self.formerPrefix) && !$0.hasPrefix(".\(Self.staging).new-")
            }
            .sorted()
    }

    /// - Returns: where it went; nil when there was nothing.
    private static func moveAside(
        in directory: PrivateDirectory,
        hasKey: Bool,
        at now: Timestamp
    ) throws -> String? {
        let database = BackupPart.database.rawValue
        var names = [database, database + "-wal", database + "-shm", "ca"]
        names += [BackupPart.resetSecret.rawValue, BackupPart.auditHeads.rawValue]
        // The key there stays, unless the back-up brings its own.
        if hasKey { names.append(MasterKeys.file) }
        let moving = names.filter { FileProbe.exists(directory.path(of: $0)) }
        guard !moving.isEmpty else { return nil }
        let stamp = now.rfc3339().filter { $0.isNumber || $0 == "T" }
        let former = try directory.subdirectory(Self.formerPrefix + stamp)
        for name in moving { try self.move(directory.path(of: name), to: former.path(of: name)) }
        DirectorySync.run(former.path)
        DirectorySync.run(directory.path)
        return former.path
    }

    private static func moveIn(from scratch: PrivateDirectory, to directory: PrivateDirectory) throws {
        let names = ["ca"] + [BackupPart.resetSecret, .auditHeads, .masterKey].map(\.rawValue)
        for name in names where FileProbe.exists(scratch.path(of: name)) {
            try self.move(scratch.path(of: name), to: directory.path(of: name))
        }
        DirectorySync.run(directory.path)
        let database = BackupPart.database.rawValue
        try self.move(scratch.path(of: database), to: directory.path(of: database))
        DirectorySync.run(directory.path)
    }

    private static func move(_ path: String, to other: String) throws {
        guard rename(path, other) == 0 else {
            throw CoreError(
                .unavailable,
                "\(path) could not be moved to \(other): \(String(cString: strerror(errno))). Repeat the command with --force."
            )
        }
    }
}
