// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension SQLiteStore: GlassStore {
    package func breakGlass(_ session: UserSession, replacing old: [UInt8], by change: Change) async throws {
        try await self.write("break_glass") { db in
            let sessions = SessionTable(db)
            guard let glass = session.glass, let (before, user) = try sessions.find(old, at: change.at) else {
                throw StoreFault.noUser(session.userID)
            }
            var session = session
            // What it is called at a provider stays, so that its end there ends it here.
            session.providerSession = before.providerSession
            try sessions.insert(session)
            try sessions.setGlass(glass, of: session.tokenHash)
            try sessions.delete(old)
            try AuditTable(db).record(change, .glassBreak, AuditObject(user), after: GlassAudit(glass))
            let event = PersonEvent(
                .glassBroken,
                id: session.id,
                username: user.username,
                text: "\(user.username) took all rights until \(glass.until): \(glass.reason)"
            )
            try EventTable(db).append(.person(event), at: change.at)
        }
    }

    package func mendGlass(of tokenHash: [UInt8], by change: Change) async throws {
        try await self.write("mend_glass") { db in
            let sessions = SessionTable(db)
            guard let (session, user) = try sessions.find(tokenHash, at: change.at), let glass = session.glass,
                glass.until > change.at
            else { return }
            try sessions.setGlass(nil, of: tokenHash)
            try AuditTable(db).record(change, .glassMend, AuditObject(user), before: GlassAudit(glass))
        }
    }
}

private struct GlassAudit: Encodable {
    let until: String
    let reason: String

    init(_ glass: BrokenGlass) {
        self.until = glass.until.description
        self.reason = glass.reason
    }
}
