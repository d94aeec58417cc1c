// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import Foundation
import Testing

@Suite("What holds for a whole installation")
struct InstallationTests {
    private static let change = Change.system(at: World.start)

    private func with(_ kind: StoreKind, _ body: (DatabaseStore, World) async throws -> Void) async throws {
        try await kind.withWorld { world in try await body(try #require(world.store as? DatabaseStore), world) }
    }

    @Test("Settings are changed on the revision that was read, and taken away again", arguments: StoreKind.allCases)
    func settings(_ kind: StoreKind) async throws {
        try await self.with(kind) { store, _ in
            let before = try await store.settings()
            let changed = try await store.changeSettings(
                [.retentionDays: .integer(30), .language: .text("zh")],
                expected: before.revision,
                by: Self.change
            )
            #expect(changed.revision > before.revision)
            #expect(changed.values.mapValues(\.value) == [.retentionDays: .integer(30), .language: .text("zh")])
            await expectError(.conflict) {
                _ = try await store.changeSettings([.retentionDays: nil], expected: before.revision, by: Self.change)
            }
            let last = try await store.changeSettings([.retentionDays: nil], expected: nil, by: Self.change)
            #expect(last.values.mapValues(\.value) == [.language: .text("zh")])
            #expect(try await store.settings() == last)
            #expect(try await store.auditRows(AuditQuery()).count == 3)
        }
    }

    @Test("An installation has one name, for good", arguments: StoreKind.allCases)
    func name(_ kind: StoreKind) async throws {
        try await self.with(kind) { store, _ in
            let name = try await store.installation()
            #expect(!name.isEmpty)
            #expect(try await store.installation() == name)
        }
    }

    @Test(
        "A secret goes to hosts whose jobs its owners cover, and stays while a job names it",
        arguments: StoreKind.allCases
    )
    func secrets(_ kind: StoreKind) async throws {
        try await self.with(kind) { store, world in
            #expect(try await !store.hasSecrets())
            let group = try await store.createGroup(name: "web", description: "", tags: [], at: World.start)
            let agent = try await world.agent("a", groups: [group.id])
            func set(_ sealed: String?, on version: Int64, owners: Scope = .groups([group.id])) async throws -> Secret {
                try await store.setSecret(
                    named: "db",
                    expected: version,
                    sealed: sealed,
                    owners: owners,
                    force: false,
                    by: Self.change
                )
            }
            let secret = try await set("one", on: 0)
            await expectError(.conflict) { _ = try await set("two", on: 0) }
            #expect(try await set("two", on: secret.version).version == secret.version + 1)
            let sealed = try await store.sealedSecret(named: "db")
            #expect(sealed?.text == "two" && sealed?.secret.version == secret.version + 1)
            #expect(try await store.sealedSecret(named: "none") == nil)
            #expect(try await store.secrets().map(\.owners) == [.groups([group.id])])

            var definition = World.definition("job", groups: [group.id])
            definition.payload = .shell(ShellPayload(command: "true", environment: ["PASSWORD": "${secret:db}"]))
            let job = try await store.createJob(
                uid: JobUID(uuid: UUID()),
                definition: definition,
                isEnabled: true,
                nextFire: World.start,
                by: Self.change
            )
            #expect(try await store.jobs(naming: "db").map(\.id) == [job.id])
            let needed = try await store.sealedSecrets(
                for: SecretsRequest(execution: ExecutionID(uuid: UUID()), job: job.uid, version: job.version),
                on: agent
            )
            #expect(needed?.sealed.map(\.text) == ["two"])
            #expect(needed?.refused == [])
            await expectError(.inUse) { _ = try await set(nil, on: secret.version + 1, owners: .nothing) }
            await expectError(.inUse) { try await store.deleteSecret(named: "db", force: false, by: Self.change) }
            try await store.deleteSecret(named: "db", force: true, by: Self.change)
            #expect(try await store.secret(named: "db") == nil)
        }
    }

    @Test("What was sealed is sealed anew, unless somebody changed it meanwhile", arguments: StoreKind.allCases)
    func reseals(_ kind: StoreKind) async throws {
        try await self.with(kind) { store, _ in
            let user = try await store.createUser(username: "ada", passwordHash: "", role: .admin, at: World.start)
            try await store.beginSecondFactor(sealed: "factor", of: user.id, by: Self.change)
            for name in ["a", "b"] {
                _ = try await store.setSecret(
                    named: name,
                    expected: 0,
                    sealed: "old " + name,
                    owners: .all,
                    force: false,
                    by: Self.change
                )
            }
            let values = try await store.sealedValues()
            #expect(values.map(\.text) == ["old a", "old b", "factor"])
            _ = try await store.setSecret(
                named: "b",
                expected: 1,
                sealed: "newer",
                owners: .all,
                force: false,
                by: Self.change
            )
            for value in values { try await store.reseal(value, as: "new " + value.name) }
            let texts = try await store.sealedValues().map(\.text)
            #expect(texts == ["new a", "newer", "new " + SecondFactor.name(of: user.id)])
            #expect(try await store.auditKeyIDs().isEmpty)
        }
    }

    @Test("Secret parameters of runs are sealed anew with the rest, and name their job", arguments: StoreKind.allCases)
    func resealsParameters(_ kind: StoreKind) async throws {
        try await self.with(kind) { store, world in
            let agent = try await world.connectedAgent("web-1")
            let job = try await world.job("job", groups: [Group.everyone])
            #expect(try await !store.hasSecrets())
            let started = try await store.start(
                Trigger(
                    job: job.id,
                    uid: "one",
                    source: "api",
                    caller: "ada",
                    parameters: ["pw": "qfs1.old.AAAA.AAAA", "region": "eu"]
                ),
                by: Self.change
            )
            // The task does not declare it: a host is not handed what it could not open.
            #expect(started.orders[agent]?.parameters == ["region": "eu"])
            #expect(try await store.hasSecrets())
            let value = try #require(try await store.sealedValues().first)
            #expect(value.name == SecretParameter.sealName(of: "pw", job: job.uid))
            #expect(value.text == "qfs1.old.AAAA.AAAA")
            try await store.reseal(value, as: "qfs1.new.AAAA.AAAA")
            // One that was changed meanwhile stays.
            try await store.reseal(value, as: "qfs1.newer.AAAA.AAAA")
            let stored = try await store.parameters(of: started.run.id)
            #expect(stored == ["pw": "qfs1.new.AAAA.AAAA", "region": "eu"])
            let audit = try await store.auditRows(AuditQuery()).compactMap(\.diff).joined()
            #expect(audit.contains(SecretParameter.mask) && !audit.contains("qfs1."), "\(audit)")
        }
    }

    @Test("A channel and the rule that names it are made, changed and taken away", arguments: StoreKind.allCases)
    func channels(_ kind: StoreKind) async throws {
        try await self.with(kind) { store, _ in
            var draft = NotifyChannelDraft(name: "ops", kind: .webhook)
            let channel = try await store.createNotifyChannel(draft, by: Self.change)
            await expectError(.nameTaken) { _ = try await store.createNotifyChannel(draft, by: Self.change) }
            draft.isEnabled = false
            #expect(try await !store.updateNotifyChannel(channel.id, to: draft, by: Self.change).draft.isEnabled)
            #expect(try await store.notifyChannels().map(\.id) == [channel.id])

            var rule = NotifyRule(name: "late", triggers: [.timeout], channels: [NotifyTarget(channel: "ops")])
            let match = NotifyMatch(labels: ["team": "web"])
            let own = try await store.createNotifyRule(rule, match: match, by: Self.change)
            rule.threshold = 3
            let changed = try await store.updateNotifyRule(own.id, to: rule, match: match, by: Self.change)
            #expect(changed.rule.threshold == 3 && changed.match == match)
            #expect(try await store.notifyRules() == [changed])
            await expectError(.inUse) { try await store.deleteNotifyChannel(channel.id, by: Self.change) }
            try await store.deleteNotifyRule(own.id, by: Self.change)
            try await store.deleteNotifyChannel(channel.id, by: Self.change)
            #expect(try await store.notifyChannels().isEmpty)
            try await store.resumeDeliveries(at: World.start)
        }
    }

    @Test("A copy that was brought back ends sessions, and says of when it is", arguments: StoreKind.allCases)
    func restored(_ kind: StoreKind) async throws {
        try await self.with(kind) { store, _ in
            let user = try await store.createUser(username: "ada", passwordHash: "", role: .admin, at: World.start)
            let session = UserSession(
                tokenHash: [1],
                userID: user.id,
                createdAt: World.start,
                expiresAt: World.start + 100
            )
            try await store.createSession(session)
            try await store.markRestored(copiedAt: World.start, by: Self.change)
            #expect(try await store.session(tokenHash: [1], at: World.start) == nil)
            #expect(try await store.restoredCopy() == World.start)
        }
    }
}
