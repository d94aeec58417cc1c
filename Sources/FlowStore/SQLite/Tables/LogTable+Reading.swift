// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

extension LogTable {
    /// Chunks that reach beyond `offset`, in order, until `limit` bytes are reached; at least one.
    ///
    /// A chunk that begins before `offset` loses its beginning.
    func chunks(of id: ExecutionID, attempt: Int, from offset: Int64, limit: Int) throws -> [LogChunk] {
        var page = Page(id: id, attempt: attempt, offset: offset, limit: limit)
        try self.readOld(&page)
        if !page.isFull { try self.readPieces(&page) }
        return page.chunks
    }

    private struct Page {
        let id: ExecutionID
        let attempt: Int
        let offset: Int64
        let limit: Int
        var chunks: [LogChunk] = []
        var size = 0
        var isFull = false

        /// About how many bytes are still wanted; what is asked for at once is bounded whoever asks.
        var room: Int { min(max(self.limit - self.size, 1), 16 << 20) }

        /// Takes a chunk that begins at an offset.
        mutating func take(_ begin: Int64, _ stream: String, _ content: [UInt8]) throws {
            guard let stream = OutputStream(rawValue: stream) else {
                throw StoreFault.unreadable("'\(stream)' is not an output stream")
            }
            let before = self.offset - begin
            guard before < Int64(content.count) else { return }
            // The first may be longer than asked for: somebody who asks for little still gets on.
            if !self.chunks.isEmpty, self.size + content.count > self.limit {
                self.isFull = true
                return
            }
            let bytes = before > 0 ? Array(content[Int(before)...]) : content
            self.chunks.append(
                LogChunk(
                    executionID: self.id,
                    attempt: self.attempt,
                    offset: max(begin, self.offset),
                    stream: stream,
                    bytes: bytes
                )
            )
            self.size += bytes.count
            self.isFull = self.size >= self.limit
        }
    }

    private func readPieces(_ page: inout Page) throws {
        try self.read("log_piece", "byte_end, stream, encoding, body", into: &page) { row, page in
            let count = Int(row.integer(1) - row.integer(0))
            let content = try PieceBody.content(row.bytes(4), encoding: Int(row.integer(3)), count: count)
            try page.take(row.integer(0), row.text(2), content)
        }
    }

    /// What an older version stored.
    private func readOld(_ page: inout Page) throws {
        try self.read("log_chunk", "stream, bytes", into: &page) { row, page in
            try page.take(row.integer(0), row.text(1), row.bytes(2))
        }
    }

    /// Reads as many rows as the page has room for, and more of them until it is full or nothing is left.
    ///
    /// Each statement asks for a bounded stretch of the output: PostgreSQL hands over all that a statement finds before the
    /// first row is looked at.
    private func read(
        _ table: String,
        _ columns: String,
        into page: inout Page,
        _ take: (StoredRow, inout Page) throws -> Void
    ) throws {
        let key: [RecordValue] = [.id(page.id), .number(page.attempt)]
        let rows = "FROM \(table) WHERE execution_id = ? AND attempt = ?"
        // The piece at or before the offset may reach beyond it.
        var first =
            try self.db.first("SELECT max(byte_offset) \(rows) AND byte_offset <= ?", key + [.integer(page.offset)]) {
                $0.optionalInteger(0)
            } ?? nil
        var last = page.offset
        while !page.isFull {
            if first == nil {
                first =
                    try self.db.first("SELECT min(byte_offset) \(rows) AND byte_offset > ?", key + [.integer(last)]) {
                        $0.optionalInteger(0)
                    } ?? nil
            }
            guard let begin = first else { return }
            let (end, isBeyond) = begin.addingReportingOverflow(Int64(page.room))
            last = begin
            try self.db.step(
                "SELECT byte_offset, \(columns) \(rows) AND byte_offset >= ? AND byte_offset < ? ORDER BY byte_offset",
                key + [.integer(begin), .integer(isBeyond ? .max : end)]
            ) { row in
                last = row.integer(0)
                try take(row, &page)
                return !page.isFull
            }
            first = nil
        }
    }
}
