// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension SQLiteStore: SecondFactorStore {
    package func secondFactor(of user: UserID) async throws -> SecondFactor? {
        try await self.read { db in try SecondFactorTable(db).find(user) }
    }

    package func beginSecondFactor(sealed: String, of user: UserID, by change: Change) async throws {
        try await self.write("begin_second_factor") { db in
            _ = try UserTable(db).require(user)
            let table = SecondFactorTable(db)
            guard try table.find(user)?.isConfirmed != true else { throw StoreFault.secondFactorThere }
            _ = try table.delete(user)
            try table.insert(sealed: sealed, of: user, at: change.at)
        }
    }

    package func confirmSecondFactor(
        step: Int64,
        recoveryHashes: [[UInt8]],
        of user: UserID,
        by change: Change
    ) async throws {
        try await self.write("confirm_second_factor") { db in
            let found = try UserTable(db).require(user)
            let table = SecondFactorTable(db)
            guard try table.confirm(user, step: step) else { throw StoreFault.secondFactorThere }
            try table.setRecovery(recoveryHashes, of: user)
            try AuditTable(db).record(change, .secondFactorStart, AuditObject(found))
        }
    }

    package func useStep(_ step: Int64, of user: UserID) async throws -> Bool {
        try await self.write("use_totp_step") { db in try SecondFactorTable(db).use(step, of: user) }
    }

    package func useRecoveryCode(hash: [UInt8], of user: UserID, by change: Change) async throws -> Bool {
        try await self.write("use_recovery_code") { db in
            let found = try UserTable(db).require(user)
            guard try SecondFactorTable(db).useRecovery(hash, of: user) else { return false }
            try AuditTable(db).record(change, .recoveryCodeUse, AuditObject(found))
            return true
        }
    }

    package func replaceRecoveryCodes(_ hashes: [[UInt8]], of user: UserID, by change: Change) async throws {
        try await self.write("replace_recovery_codes") { db in
            let found = try UserTable(db).require(user)
            let table = SecondFactorTable(db)
            guard try table.find(user)?.isConfirmed == true else { throw StoreFault.noSecondFactor }
            try table.setRecovery(hashes, of: user)
            try AuditTable(db).record(change, .recoveryCodesRenew, AuditObject(found))
        }
    }

    package func removeSecondFactor(of user: UserID, endsSessions: Bool, by change: Change) async throws {
        try await self.write("remove_second_factor") { db in
            let found = try UserTable(db).require(user)
            guard try SecondFactorTable(db).delete(user) else { return }
            if endsSessions { try SessionTable(db).deleteAll(of: user, except: nil) }
            try AuditTable(db).record(change, .secondFactorEnd, AuditObject(found))
        }
    }
}
