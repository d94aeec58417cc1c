// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Rows of a table, piece by piece in the order of its key, so that memory stays bounded whatever the table holds.
struct TableWalk {
    /// Some rows, and where the next ones begin.
    struct Piece {
        let rows: [[RecordValue]]
        /// The key of the last row; nil when this was the end.
        let next: [RecordValue]?
    }

    private static let rowsAtATime = 2000
    /// A row may hold a piece of output; so many bytes are enough, however few rows that are.
    private static let bytesAtATime = 4 << 20

    let table: TableShape

    func piece(of db: Database, after position: [RecordValue]?) throws -> Piece {
        var rows: [[RecordValue]] = []
        var last: [RecordValue] = []
        var bytes = 0
        let limit = try self.rowsAtATime(db, after: position)
        let parameters = [RecordValue.number(limit)] + (position ?? [])
        try db.step(self.table.page(after: position), parameters) { row in
            let values = self.table.columns.enumerated().map { Self.value(row, $0, $1.kind) }
            last = self.table.key.enumerated().map { Self.value(row, $0 + self.table.columns.count, $1.kind) }
            bytes += values.reduce(0) { $0 + $1.size }
            rows.append(values)
            return bytes < Self.bytesAtATime
        }
        let isEnd = rows.count < Self.rowsAtATime && bytes < Self.bytesAtATime
        return Piece(rows: rows, next: isEnd ? nil : last)
    }

    /// How many of the next rows are read at once.
    ///
    /// PostgreSQL hands over all rows of a statement together, so where rows hold bytes their sizes are asked for first.
    func rowsAtATime(_ db: Database, after position: [RecordValue]?) throws -> Int {
        guard let sizes = self.table.sizes(after: position) else { return Self.rowsAtATime }
        var count = 0
        var bytes: Int64 = 0
        try db.step(sizes, [.number(Self.rowsAtATime)] + (position ?? [])) { row in
            count += 1
            bytes += row.integer(0)
            return bytes < Int64(Self.bytesAtATime)
        }
        // Where the bytes suffice, the rows do; else it is the end, which is seen by one row fewer than were asked for.
        return bytes < Int64(Self.bytesAtATime) ? Self.rowsAtATime : count
    }

    private static func value(_ row: StoredRow, _ column: Int, _ kind: TableShape.Kind) -> RecordValue {
        if row.isNull(column) { return .null }
        return switch kind {
        case .integer: .integer(row.integer(column))
        case .text: .text(self.storable(row.text(column)))
        case .bytes: .bytes(row.bytes(column))
        }
    }

    /// PostgreSQL holds no NUL character; what it gets instead is what counts on both sides.
    private static func storable(_ text: String) -> String {
        guard text.utf8.contains(0) else { return text }
        return String(decoding: text.unicodeScalars.map { $0 == "\0" ? "\u{FFFD}" : $0 }.flatMap(\.utf8), as: UTF8.self)
    }
}

extension RecordValue {
    /// About how many bytes it takes.
    fileprivate var size: Int {
        switch self {
        case .null: 1
        case .integer: 8
        case .uuid: 16
        case .text(let text): text.utf8.count
        case .bytes(let bytes): bytes.count
        }
    }
}
