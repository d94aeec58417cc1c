// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Something sealed, and what it is bound to.
package struct SealedValue: Hashable, Sendable {
    enum Place: Hashable, Sendable {
        case secret
        case secondFactor(UserID)
        case channel(Int64)
        case authority
        case hook(HookID, isOlder: Bool)
        case parameter(SealedParameterPlace)
    }

    /// Under this name servers on one database share the authority's key and certificate.
    package static let authority = "cluster.authority"

    package let name: String
    package let version: Int64
    package let text: String
    /// What a person calls it.
    package let title: String
    let place: Place
}

extension SQLiteStore {
    /// Everything in the database that was sealed with a master key.
    package func sealedValues() async throws -> [SealedValue] {
        try await self.read { db in try Self.standingValues(db) + SealedParameterTable(db: db).all() }
    }

    /// Those that do not go with the history.
    static func standingValues(_ db: Database) throws -> [SealedValue] {
        let secrets = try db.all("SELECT name, version, sealed FROM secret ORDER BY name") { row in
            SealedValue(
                name: row.text(0),
                version: row.integer(1),
                text: row.text(2),
                title: "the secret '\(row.text(0))'",
                place: .secret
            )
        }
        let factors = try db.all("SELECT user_id, sealed FROM user_totp ORDER BY user_id") { row in
            let user = row.integer(0)
            return SealedValue(
                name: SecondFactor.name(of: user),
                version: 1,
                text: row.text(1),
                title: "the second factor of user \(user)",
                place: .secondFactor(user)
            )
        }
        let channels = try NotifyChannelTable(db).channels().compactMap { channel in
            channel.secrets.sealed.map { sealed in
                SealedValue(
                    name: ChannelSeal.name(of: sealed.id),
                    version: ChannelSeal.version,
                    text: sealed.text,
                    title: "the secrets of channel '\(channel.name)'",
                    place: .channel(channel.id)
                )
            }
        }
        let authority = try db.all("SELECT value FROM setting WHERE key = ?", [.text(SealedValue.authority)]) {
            row in
            SealedValue(
                name: SealedValue.authority,
                version: 1,
                text: row.text(0),
                title: "the authority that hosts trust",
                place: .authority
            )
        }
        let hooks = try HookTable(db).all().flatMap { hook in
            ([(hook.secret, false)] + [hook.older].compactMap { $0.map { ($0, true) } }).map { text, isOlder in
                SealedValue(
                    name: Hook.sealName(of: hook.id),
                    version: Hook.sealVersion,
                    text: text,
                    title: "the secret of webhook '\(hook.draft.name)'",
                    place: .hook(hook.id, isOlder: isOlder)
                )
            }
        }
        return secrets + factors + channels + authority + hooks
    }

    /// Puts the same value, sealed with another key, in the place of one that nobody has changed meanwhile.
    package func reseal(_ value: SealedValue, as text: String) async throws {
        try await self.write("reseal") { db in
            switch value.place {
            case .secret:
                try db.run(
                    "UPDATE secret SET sealed = ? WHERE name = ? AND sealed = ?",
                    [.text(text), .text(value.name), .text(value.text)]
                )
            case .secondFactor(let user):
                try db.run(
                    "UPDATE user_totp SET sealed = ? WHERE user_id = ? AND sealed = ?",
                    [.text(text), .integer(user), .text(value.text)]
                )
            case .authority:
                try db.run(
                    "UPDATE setting SET value = ? WHERE key = ? AND value = ?",
                    [.text(text), .text(value.name), .text(value.text)]
                )
            case .channel(let id):
                let table = NotifyChannelTable(db)
                var channel = try table.requireChannel(id)
                guard channel.secrets.sealed?.text == value.text else { return }
                channel.draft.secrets.sealed?.text = text
                try table.update(channel)
            case .hook(let id, let isOlder):
                let column = isOlder ? "older_secret" : "secret"
                try db.run(
                    "UPDATE hook SET \(column) = ? WHERE id = ? AND \(column) = ?",
                    [.text(text), .id(id), .text(value.text)]
                )
            case .parameter(let place):
                try SealedParameterTable(db: db).reseal(place, from: value.text, as: text)
            }
        }
    }

    /// Requests that wait and have something sealed in them, each with the job that it is bound to.
    package func sealedApprovals() async throws -> [(approval: Approval, job: JobUID)] {
        try await self.read { db in
            try ApprovalTable(db).sealed().compactMap { approval -> (approval: Approval, job: JobUID)? in
                guard let id = JobID(approval.object.id), let job = try JobTable(db).find(id) else { return nil }
                return (approval: approval, job: job.uid)
            }
        }
    }

    /// What a request is recognised by from now on.
    package func setLikeness(_ likeness: String?, of approval: Approval) async throws {
        try await self.write("set_likeness") { db in
            try ApprovalTable(db).replace(approval.payload, likeness: likeness, of: approval)
        }
    }

    /// Names of the keys that rows of the audit were sealed with.
    package func auditKeyIDs() async throws -> [String] {
        try await self.read { db in
            try db.all("SELECT DISTINCT kid FROM audit WHERE kid IS NOT NULL ORDER BY kid") { $0.text(0) }
        }
    }
}
