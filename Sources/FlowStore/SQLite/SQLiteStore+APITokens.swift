// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension SQLiteStore {
    package func createAPIToken(_ token: APIToken, by change: Change) async throws -> APIToken {
        try await self.write("create_api_token") { db in
            let table = APITokenTable(db)
            _ = try UserTable(db).require(token.userID)
            guard try !table.isTaken(token.name, of: token.userID) else { throw StoreFault.tokenNameTaken(token.name) }
            guard try table.count(of: token.userID) < APIToken.limit else { throw StoreFault.tooManyTokens }
            let made = try table.insert(token)
            try AuditTable(db).record(change, .tokenCreate, AuditObject(made), after: APITokenAudit(made))
            return made
        }
    }

    package func apiTokens(of user: UserID?) async throws -> [APIToken] {
        try await self.read { db in try APITokenTable(db).all(of: user) }
    }

    package func apiToken(_ id: Int64) async throws -> APIToken? {
        try await self.read { db in try APITokenTable(db).find(id) }
    }

    package func apiToken(hash: [UInt8], at now: Timestamp) async throws -> (APIToken, User)? {
        try await self.readFew { db in
            guard let token = try APITokenTable(db).find(hash: hash, at: now),
                let user = try UserTable(db).find(token.userID)
            else { return nil }
            return (token, user)
        }
    }

    package func touchAPIToken(_ id: Int64, address: String?, at now: Timestamp) async throws {
        try await self.write("touch_api_token") { db in try APITokenTable(db).touch(id, address: address, at: now) }
    }

    package func deleteAPIToken(_ id: Int64, by change: Change) async throws {
        try await self.write("delete_api_token") { db in
            let table = APITokenTable(db)
            let token = try table.require(id)
            try table.delete(id)
            try AuditTable(db).record(change, .tokenDelete, AuditObject(token), before: APITokenAudit(token))
        }
    }
}
