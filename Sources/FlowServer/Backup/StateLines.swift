// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
package import FlowStore
import FlowWire
import Foundation

/// All that a server's database holds as JSON lines, and a database of such lines: whichever of the two it was, it becomes
/// whichever is wanted.
package enum StateLines {
    package struct Written: Sendable {
        package let report: RowExport.Report
        package let bytes: Int64
    }

    package struct Read: Sendable {
        package let report: RowExport.Report
        /// When the lines were written, RFC 3339.
        package let madeAt: String
    }

    private static let lines = "lines"

    /// Writes what a SQLite file holds at this moment, while its server runs or not, or what a PostgreSQL holds without servers.
    ///
    /// - Parameters:
    ///   - databaseURL: nil = the file in the data directory.
    ///   - file: where it goes; complete and on the disk before it has this name, and for its owner only.
    ///   - reached: told how many rows of how many are written.
    /// - Throws: ``CoreError`` `conflict` when the file is there, `notFound` when there is no server, `unavailable` while servers use
    ///   the PostgreSQL.
    package static func write(
        _ dataDirectory: String,
        databaseURL: String?,
        to file: String,
        replaces: Bool,
        at now: Timestamp,
        reached: (_ done: Int64, _ total: Int64) -> Void = { _, _ in }
    ) async throws -> Written {
        let target = URL(fileURLWithPath: file).standardizedFileURL
        let parent = target.deletingLastPathComponent().path
        guard FileProbe.exists(parent) else { throw CoreError(.notFound, "There is no directory \(parent).") }
        guard replaces || !FileProbe.exists(target.path) else { throw Backup.isThere(target.path) }
        let scratch = try ScratchDirectory(in: parent, purpose: target.lastPathComponent)
        defer { scratch.remove() }
        let store = try await self.source(dataDirectory, databaseURL, scratch)
        let draft = scratch.directory.path(of: self.lines)
        let written: Written
        do { written = try await self.write(store, to: draft, scratch, at: now, reached: reached) } catch {
            try? await store.close()
            throw error
        }
        try await store.close()
        try Backup.place(draft, at: target.path, replaces: replaces)
        return written
    }

    private static func source(
        _ dataDirectory: String,
        _ databaseURL: String?,
        _ scratch: ScratchDirectory
    ) async throws -> DatabaseStore {
        if let databaseURL { return try await PostgresStore.openAlone(databaseURL) }
        let database = dataDirectory + "/" + DataDirectory.database
        guard FileProbe.exists(database) else {
            throw CoreError(
                .notFound,
                "\(dataDirectory) holds no database. Name a server's directory with --data-dir, or its PostgreSQL with --database."
            )
        }
        // A copy as of one moment, which the server goes on beside.
        let copy = scratch.directory.path(of: DataDirectory.database)
        try SQLiteCopy.make(of: database, to: copy)
        return try SQLiteStore.open(path: copy)
    }

    private static func write(
        _ store: DatabaseStore,
        to path: String,
        _ scratch: ScratchDirectory,
        at now: Timestamp,
        reached: (Int64, Int64) -> Void
    ) async throws -> Written {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw CoreError(.unavailable, "\(path) could not be opened: \(String(cString: strerror(errno))).")
        }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        let report = try await RowExport.run(
            from: store,
            shape: scratch.directory.path(of: "shape.db"),
            program: Server.version,
            at: now,
            write: { data in
                do { try handle.write(contentsOf: data) } catch {
                    throw CoreError(.unavailable, "The file could not be written: \(error). Is the disk full?")
                }
            },
            reached: reached
        )
        try handle.synchronize()
        let bytes = Int64(clamping: try handle.offset())
        try handle.close()
        return Written(report: report, bytes: bytes)
    }

    /// Makes a database of such lines: a new SQLite file in the data directory, or the rows of an empty PostgreSQL.
    ///
    /// - Parameters:
    ///   - actor: who stands in the audit.
    ///   - reached: told how many rows have arrived.
    ///   - moved: told how the way into a PostgreSQL goes on from there.
    /// - Throws: ``CoreError`` `conflict` when there is a database, `invalid` when the file is damaged; then nothing has changed.
    package static func read(
        _ file: String,
        into dataDirectory: String,
        databaseURL: String?,
        by actor: Actor,
        at now: Timestamp,
        reached: (Int64) -> Void = { _ in },
        moved: @escaping @Sendable (DatabaseMove.Progress) -> Void = { _ in }
    ) async throws -> Read {
        var lines = try LineFile(opening: file)
        let directory = try PrivateDirectory(dataDirectory)
        let database = directory.path(of: DataDirectory.database)
        guard databaseURL != nil || !FileProbe.exists(database) else {
            throw CoreError(
                .conflict,
                "\(dataDirectory) holds a database. Name another directory, or move the database away first."
            )
        }
        let scratch = try ScratchDirectory(in: directory.path, purpose: "import")
        defer { scratch.remove() }
        let made = scratch.directory.path(of: DataDirectory.database)
        let (head, report) = try await RowImport.run(into: made, next: { try lines.next() }, reached: reached)
        _ = try SQLiteCopy.inspect(made)
        let store = try SQLiteStore.open(path: made)
        do {
            try await store.markRestored(
                copiedAt: head.time,
                by: Change(by: actor, at: now, origin: Origin(via: .host))
            )
        } catch {
            try? await store.close()
            throw error
        }
        // Writes everything into the one file.
        try await store.close()
        if let databaseURL {
            try await self.move(made, to: databaseURL, moved)
        } else {
            try self.place(made, at: database, in: directory)
        }
        return Read(report: report, madeAt: head.madeAt)
    }

    private static func place(_ made: String, at database: String, in directory: PrivateDirectory) throws {
        let lock = try SQLiteFileLock(database: database)
        defer { lock.release() }
        // Never over one that came meanwhile.
        guard link(made, database) == 0 else {
            throw CoreError(.unavailable, "\(database) could not be made: \(String(cString: strerror(errno))).")
        }
        DirectorySync.run(directory.path)
    }

    private static func move(
        _ made: String,
        to databaseURL: String,
        _ moved: @escaping @Sendable (DatabaseMove.Progress) -> Void
    ) async throws {
        let source = try DatabaseStore.openForMove(path: made)
        do {
            let target = try await PostgresStore.openAlone(databaseURL)
            do {
                _ = try await DatabaseMove(from: source, to: target, isImport: true, report: moved).run()
                try await target.close()
            } catch {
                try? await target.close()
                throw error
            }
        } catch {
            try? await source.close()
            throw error
        }
        try await source.close()
    }
}
