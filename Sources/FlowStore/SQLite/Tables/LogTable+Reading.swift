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
        let key: [RecordValue] = [.id(page.id), .number(page.attempt), .integer(page.offset)]
        // The piece at or before the offset may reach beyond it.
        let start =
            try self.db.first(
                "SELECT max(byte_offset) FROM log_piece WHERE execution_id = ? AND attempt = ? AND byte_offset <= ?",
                key
            ) { $0.optionalInteger(0) } ?? nil
        try self.db.step(
            """
            SELECT byte_offset, byte_end, stream, encoding, body FROM log_piece
            WHERE execution_id = ? AND attempt = ? AND byte_offset >= ? ORDER BY byte_offset
            """,
            [.id(page.id), .number(page.attempt), .integer(start ?? page.offset)]
        ) { row in
            let count = Int(row.integer(1) - row.integer(0))
            let content = try PieceBody.content(row.bytes(4), encoding: Int(row.integer(3)), count: count)
            try page.take(row.integer(0), row.text(2), content)
            return !page.isFull
        }
    }

    /// What an older version stored.
    private func readOld(_ page: inout Page) throws {
        let key: [RecordValue] = [.id(page.id), .number(page.attempt), .integer(page.offset)]
        let start =
            try self.db.first(
                "SELECT max(byte_offset) FROM log_chunk WHERE execution_id = ? AND attempt = ? AND byte_offset <= ?",
                key
            ) { $0.optionalInteger(0) } ?? nil
        try self.db.step(
            """
            SELECT byte_offset, stream, bytes FROM log_chunk
            WHERE execution_id = ? AND attempt = ? AND byte_offset >= ? ORDER BY byte_offset
            """,
            [.id(page.id), .number(page.attempt), .integer(start ?? page.offset)]
        ) { row in
            try page.take(row.integer(0), row.text(1), row.bytes(2))
            return !page.isFull
        }
    }
}
