// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowPostgres

/// How far a move into a PostgreSQL database has come, kept in that database.
///
/// It is written in the transaction that carries the rows, so that a move which was cut off anywhere goes on behind the last row
/// that arrived.
struct MoveMark: Codable, Equatable, Sendable {
    /// The installation whose state comes here.
    var source: String
    /// Tables that are here as a whole.
    var done: Set<String> = []
    /// The last row of the table that is being carried, by its key.
    var position: [RecordValue]?
    /// The rows were compared, and servers may use the database.
    var isFinished = false
    /// Whether the rows come from a file of lines, and not from a server's database; nil in moves of before.
    var isImport: Bool?

    private static let table = "database_move"

    static func read(_ db: Database) throws -> MoveMark? {
        guard try db.first("SELECT to_regclass(?) IS NOT NULL", [.text(self.table)], { $0.flag(0) }) == true else {
            return nil
        }
        return try db.first("SELECT mark FROM \(self.table)") { try JSONColumn.decode($0.text(0)) }
    }

    /// For a connection that is not in a transaction of the store.
    ///
    /// - Throws: `unavailable` when a move into the database has begun and not ended: what is there is a part.
    static func requireNone(_ session: PostgresSession) throws {
        guard let mark = try self.read(Database(connection: .postgres(session))), !mark.isFinished else { return }
        guard mark.isImport != true else {
            throw CoreError(
                .unavailable,
                "An import into this database has not ended, so that only a part of it is here. Repeat 'quicflow-server "
                    + "import' with the same file and this database; it goes on where it stopped."
            )
        }
        throw CoreError(
            .unavailable,
            "A move of a server's state into this database has not ended, so that only a part of it is here. Repeat "
                + "'quicflow-server migrate --to' with this database; it goes on where it stopped."
        )
    }

    func write(_ db: Database) throws {
        try db.run("CREATE TABLE IF NOT EXISTS \(Self.table) (id bigint PRIMARY KEY, mark text NOT NULL)")
        try db.run(
            "INSERT INTO \(Self.table) (id, mark) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET mark = excluded.mark",
            [.text(try JSONColumn.encode(self))]
        )
    }
}
