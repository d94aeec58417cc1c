// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import Foundation

extension SQLiteStore: ArchiveStore {
    /// Executions that one step looks at.
    private static let executionsPerBatch = 500

    package func archiveBatch(
        before bound: Timestamp,
        after position: ExecutionID?,
        limit: Int
    ) async throws -> ArchiveBatch? {
        let name = UUID().uuidString.lowercased()
        return try await self.read { db in
            let ids = try Self.withPieces(before: bound, after: position, db)
            guard !ids.isEmpty else { return nil }
            var draft = ArchiveDraft(object: name)
            var last: ExecutionID?
            var left = limit
            for id in ids {
                guard left > 0 else { break }
                // An open one may still write, and so may one that only the server took for ended. What belongs to none is for
                // forgetting.
                guard let execution = try ExecutionTable(db).find(id), execution.status.isTerminal,
                    !execution.isProvisional
                else {
                    last = id
                    continue
                }
                let isWhole = try Self.add(id, to: &draft, left: &left, db)
                if isWhole { last = id }
            }
            return ArchiveBatch(object: name, parts: draft.parts, bytes: draft.bytes, next: last ?? position)
        }
    }

    /// Executions that have output in the database, oldest first.
    private static func withPieces(
        before bound: Timestamp,
        after position: ExecutionID?,
        _ db: Database
    ) throws -> [ExecutionID] {
        let start: RecordValue = position.map { .id($0) } ?? .bytes([])
        let end = RecordValue.id(ExecutionID.lowerBound(at: bound))
        var ids: Set<ExecutionID> = []
        for table in ["log_piece", "log_chunk"] {
            ids.formUnion(
                try db.all(
                    """
                    SELECT DISTINCT execution_id FROM \(table) WHERE execution_id > ? AND execution_id < ?
                    ORDER BY execution_id LIMIT ?
                    """,
                    [start, end, .number(Self.executionsPerBatch)]
                ) { try $0.id(0) }
            )
        }
        return Array(ids.sorted().prefix(Self.executionsPerBatch))
    }

    /// - Returns: whether all of the execution's output is in the draft.
    private static func add(
        _ id: ExecutionID,
        to draft: inout ArchiveDraft,
        left: inout Int,
        _ db: Database
    ) throws -> Bool {
        let logs = LogTable(db)
        for attempt in try logs.storedAttempts(of: id) {
            let key = LogAttempt(execution: id, attempt: attempt)
            var offset: Int64 = 0
            var breaks: Int64 = 0
            while true {
                guard left > 0 else { return false }
                let chunks = try logs.chunks(of: id, attempt: attempt, from: offset, limit: ArchiveDraft.partBytes)
                guard let first = chunks.first, let last = chunks.last else { break }
                let mark = try logs.mark(of: key, before: .offset(first.offset))
                if mark.offset == first.offset { breaks = mark.breaks }
                draft.add(chunks, of: key, breaks: breaks)
                breaks += chunks.reduce(0) { $0 + $1.lineBreaks }
                left -= chunks.reduce(0) { $0 + $1.bytes.count }
                offset = last.end
            }
        }
        return true
    }

    package func beginArchiveObject(_ name: String, bytes: Int, at now: Timestamp) async throws {
        try await self.write("archive_begin") { db in try ArchiveTable(db).begin(name, bytes: bytes, at: now) }
    }

    package func finishArchiveObject(_ name: String, parts: [ArchivedPart]) async throws {
        try await self.write("archive_finish") { db in
            let archive = ArchiveTable(db)
            guard try archive.finish(name) else {
                throw CoreError(.conflict, "The archive's object \(name) was given up while it was written.")
            }
            // Before the pieces go.
            for id in Set(parts.map(\.execution)).sorted() {
                guard let execution = try ExecutionTable(db).find(id) else { continue }
                try PreviewTable(db).keepBeforeArchiving(execution)
            }
            try archive.insert(parts)
            for part in parts { try LogTable(db).delete(part) }
        }
    }

    package func forgetOutput(before bound: Timestamp?, records: Timestamp, limit: Int) async throws -> Bool {
        try await self.write("forget_archived") { db in
            let archive = ArchiveTable(db)
            let logs = LogTable(db)
            var left = limit
            left -= try archive.deleteOrphans(before: records, limit: left)
            guard let bound, left > 0 else { return left <= 0 }
            for id in try archive.withOutput(before: bound, limit: left) {
                try ExecutionTable(db).markOutputCut(id)
                // One may have thousands of pieces: what is left of them is the next step's.
                left -= try archive.delete(left, of: id)
                if left > 0 { left -= try logs.delete(left, of: id) }
                guard left > 0 else { return true }
            }
            return false
        }
    }

    package func unusedArchiveObjects(begunBefore bound: Timestamp, limit: Int) async throws -> [String] {
        try await self.read { db in try ArchiveTable(db).unused(begunBefore: bound, limit: limit) }
    }

    package func removeArchiveObject(_ name: String) async throws {
        try await self.write("archive_remove") { db in try ArchiveTable(db).remove(name) }
    }

    package func archiveFigures() async throws -> ArchiveFigures {
        try await self.read { db in try ArchiveTable(db).figures() }
    }

    package func chunks(of part: ArchivedPart, in bytes: [UInt8]) throws -> [LogChunk] {
        try ArchiveDraft.chunks(of: part, in: bytes)
    }
}
