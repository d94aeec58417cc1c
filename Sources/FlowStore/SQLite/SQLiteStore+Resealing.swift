// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import GRDB

/// Something sealed, and what it is bound to.
package struct SealedValue: Hashable, Sendable {
    package let name: String
    package let version: Int64
    package let text: String
    fileprivate let user: UserID?
}

extension SQLiteStore {
    /// Everything in the database that was sealed with a master key.
    package func sealedValues() async throws -> [SealedValue] {
        try await self.read { db in
            let secrets = try db.all("SELECT name, version, sealed FROM secret ORDER BY name") { row in
                SealedValue(name: row.text(0), version: row.integer(1), text: row.text(2), user: nil)
            }
            let factors = try db.all("SELECT user_id, sealed FROM user_totp ORDER BY user_id") { row in
                let user = row.integer(0)
                return SealedValue(name: SecondFactor.name(of: user), version: 1, text: row.text(1), user: user)
            }
            return secrets + factors
        }
    }

    /// Puts the same value, sealed with another key, in the place of one that nobody has changed meanwhile.
    package func reseal(_ value: SealedValue, as text: String) async throws {
        try await self.write("reseal") { db in
            let (sql, values): (String, [RecordValue]) =
                if let user = value.user {
                    ("UPDATE user_totp SET sealed = ? WHERE user_id = ? AND sealed = ?", [.integer(user)])
                } else {
                    ("UPDATE secret SET sealed = ? WHERE name = ? AND sealed = ?", [.text(value.name)])
                }
            try db.run(sql, [.text(text)] + values + [.text(value.text)])
            return
        }
    }

    /// Names of the keys that rows of the audit were sealed with.
    package func auditKeyIDs() async throws -> [String] {
        try await self.read { db in
            try db.all("SELECT DISTINCT kid FROM audit WHERE kid IS NOT NULL ORDER BY kid") { $0.text(0) }
        }
    }
}
