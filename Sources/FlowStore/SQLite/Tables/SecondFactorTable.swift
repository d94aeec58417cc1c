// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on second factors.
struct SecondFactorTable {
    let db: Database
    init(_ db: Database) { self.db = db }

    func find(_ user: UserID) throws -> SecondFactor? {
        let codes =
            try self.db.first("SELECT count(*) FROM user_recovery_code WHERE user_id = ?", [.integer(user)]) {
                $0.number(0)
            } ?? 0
        return try self.db.first(
            "SELECT sealed, is_confirmed, last_step, created_at FROM user_totp WHERE user_id = ?",
            [.integer(user)]
        ) { row in
            SecondFactor(
                sealed: row.text(0),
                isConfirmed: row.integer(1) != 0,
                lastStep: row.integer(2),
                recoveryCodes: codes,
                createdAt: row.time(3)
            )
        }
    }

    func insert(sealed: String, of user: UserID, at now: Timestamp) throws {
        try self.db.run(
            "INSERT INTO user_totp (user_id, sealed, is_confirmed, last_step, created_at) VALUES (?, ?, 0, 0, ?)",
            [.integer(user), .text(sealed), .time(now)]
        )
    }

    func confirm(_ user: UserID, step: Int64) throws -> Bool {
        try self.db.run(
            "UPDATE user_totp SET is_confirmed = 1, last_step = ? WHERE user_id = ? AND is_confirmed = 0",
            [.integer(step), .integer(user)]
        ) == 1
    }

    func use(_ step: Int64, of user: UserID) throws -> Bool {
        try self.db.run(
            "UPDATE user_totp SET last_step = ? WHERE user_id = ? AND is_confirmed = 1 AND last_step < ?",
            [.integer(step), .integer(user), .integer(step)]
        ) == 1
    }

    func useRecovery(_ hash: [UInt8], of user: UserID) throws -> Bool {
        try self.db.run(
            "DELETE FROM user_recovery_code WHERE user_id = ? AND hash = ?",
            [.integer(user), .bytes(hash)]
        ) == 1
    }

    func setRecovery(_ hashes: [[UInt8]], of user: UserID) throws {
        try self.db.run("DELETE FROM user_recovery_code WHERE user_id = ?", [.integer(user)])
        for hash in hashes {
            try self.db.run(
                "INSERT INTO user_recovery_code (user_id, hash) VALUES (?, ?)",
                [.integer(user), .bytes(hash)]
            )
        }
    }

    /// - Returns: whether there was one that counted.
    func delete(_ user: UserID) throws -> Bool {
        let found = try self.find(user)
        try self.db.run("DELETE FROM user_recovery_code WHERE user_id = ?", [.integer(user)])
        try self.db.run("DELETE FROM user_totp WHERE user_id = ?", [.integer(user)])
        return found?.isConfirmed == true
    }
}
