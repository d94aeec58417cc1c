// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// ``Group`` as a row.
enum GroupRecord {
    static let columnNames = ["id", "name", "description", "tags", "created_at", "updated_at"]
    static let columns = Self.columnNames.joined(separator: ", ")

    static func columns(of alias: String) -> String {
        Self.columnNames.map { "\(alias).\($0)" }.joined(separator: ", ")
    }

    static func decode(_ row: some RecordRow) throws -> Group {
        Group(
            id: row.integer(0),
            name: row.text(1),
            description: row.text(2),
            tags: try JSONColumn.decode(row.text(3)),
            createdAt: row.time(4),
            updatedAt: row.time(5)
        )
    }
}
