// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import GRDB

/// The server's rules of zones, for an agent that begins anew without it (R12).
enum ZoneTable {
    static let schema = """
        CREATE TABLE zone (
            name TEXT PRIMARY KEY NOT NULL,
            body BLOB NOT NULL
        ) WITHOUT ROWID;
        ALTER TABLE job ADD COLUMN is_ordered INTEGER NOT NULL DEFAULT 0;
        """

    /// Stores what a configuration says of zones; one that is everything leaves no other zone.
    static func apply(_ update: ConfigUpdate, in database: Database) throws {
        if update.base == nil { try database.run("DELETE FROM zone", []) }
        for slice in update.zones {
            try database.run(
                "INSERT OR REPLACE INTO zone (name, body) VALUES (?, ?)",
                [slice.name, try JSONEncoder().encode(slice)]
            )
        }
    }

    static func all(in database: Database) throws -> [ZoneSlice] {
        try Data.fetchAll(database, sql: "SELECT body FROM zone ORDER BY name").map {
            try JSONDecoder().decode(ZoneSlice.self, from: $0)
        }
    }
}
