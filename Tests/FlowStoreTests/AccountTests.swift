// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import Testing

@Suite("Accounts, and what they sign in with")
struct AccountTests {
    private static let change = Change.system(at: World.start)

    private func withUser(
        _ kind: StoreKind,
        _ body: (DatabaseStore, User) async throws -> Void
    ) async throws {
        try await kind.withStore { store in
            let user = try await Self.user("ada", in: store)
            try await body(try #require(store as? DatabaseStore), user)
        }
    }

    private static func user(_ name: String, in store: any Store) async throws -> User {
        try await store.createUser(
            username: name,
            passwordHash: "h",
            grants: [Grant(role: .admin, scope: .all)],
            mustChangePassword: false,
            by: Self.change
        )
    }

    private static func session(_ byte: UInt8, of user: User) -> UserSession {
        UserSession(tokenHash: [byte], userID: user.id, createdAt: World.start, expiresAt: World.start + 100)
    }

    @Test("Users are listed by name, renamed, and lose their grants and their sessions", arguments: StoreKind.allCases)
    func users(_ kind: StoreKind) async throws {
        try await self.withUser(kind) { store, ada in
            let eve = try await Self.user("eve", in: store)
            #expect(try await store.users().map(\.username) == ["ada", "eve"])
            await expectError(.nameTaken) { _ = try await store.rename(eve.id, to: "ADA", by: Self.change) }
            #expect(try await store.rename(eve.id, to: "bea", by: Self.change).username == "bea")
            #expect(try await store.user(named: "BEA")?.id == eve.id)

            let grant = try await store.addGrant(Grant(role: .viewer, scope: .all), to: eve.id, by: Self.change)
            #expect(try await store.user(eve.id)?.grants.map(\.role.name).sorted() == ["admin", "viewer"])
            try await store.removeGrant(grant.id, from: eve.id, by: Self.change)
            try await store.createSession(Self.session(1, of: eve), by: Self.change)
            try await store.createSession(Self.session(2, of: eve), by: Self.change)
            try await store.touchSession(tokenHash: [2], at: World.start + 5)
            #expect(try await store.sessions(of: eve.id, at: World.start + 6).map(\.tokenHash) == [[2], [1]])
            try await store.endSessions(of: eve.id, id: nil, keeping: [1], by: Self.change)
            #expect(try await store.sessions(of: eve.id, at: World.start + 6).map(\.tokenHash) == [[1]])
            #expect(try await store.setState(.disabled, of: eve.id, by: Self.change).state == .disabled)
            #expect(try await store.sessions(of: eve.id, at: World.start + 6).isEmpty)
            await expectError(.conflict) { _ = try await store.setState(.disabled, of: ada.id, by: Self.change) }
            _ = try await store.setState(.deleted, of: eve.id, by: Self.change)
            #expect(try await store.users().map(\.username) == ["ada"])
        }
    }

    @Test("A second factor counts once confirmed, and each of its codes once", arguments: StoreKind.allCases)
    func secondFactor(_ kind: StoreKind) async throws {
        try await self.withUser(kind) { store, user in
            #expect(try await store.secondFactor(of: user.id) == nil)
            try await store.beginSecondFactor(sealed: "first", of: user.id, by: Self.change)
            try await store.beginSecondFactor(sealed: "second", of: user.id, by: Self.change)
            #expect(try await store.secondFactor(of: user.id)?.isConfirmed == false)
            try await store.confirmSecondFactor(step: 7, recoveryHashes: [[1], [2]], of: user.id, by: Self.change)
            await expectError(.conflict) {
                try await store.beginSecondFactor(sealed: "third", of: user.id, by: Self.change)
            }
            let factor = try #require(try await store.secondFactor(of: user.id))
            #expect(
                (factor.sealed, factor.isConfirmed, factor.lastStep, factor.recoveryCodes) == ("second", true, 7, 2)
            )
            #expect(try await !store.useStep(7, of: user.id))
            #expect(try await store.useStep(8, of: user.id))
            #expect(try await store.useRecoveryCode(hash: [1], of: user.id, by: Self.change))
            #expect(try await !store.useRecoveryCode(hash: [1], of: user.id, by: Self.change))
            try await store.replaceRecoveryCodes([[3], [4], [5]], of: user.id, by: Self.change)
            #expect(try await store.secondFactor(of: user.id)?.recoveryCodes == 3)
            try await store.removeSecondFactor(of: user.id, endsSessions: true, by: Self.change)
            #expect(try await store.secondFactor(of: user.id) == nil)
        }
    }

    @Test("A token is found by its hash while it and its owner last", arguments: StoreKind.allCases)
    func tokens(_ kind: StoreKind) async throws {
        try await self.withUser(kind) { store, user in
            let draft = APIToken(
                userID: user.id,
                username: "ada",
                name: "ci",
                hash: [9, 9],
                prefix: "qf_9",
                permissions: [.jobsRead],
                scope: .groups([]),
                createdAt: World.start,
                expiresAt: World.start + 50
            )
            let token = try await store.createAPIToken(draft, by: Self.change)
            await expectError(.nameTaken) { _ = try await store.createAPIToken(draft, by: Self.change) }
            #expect(try await store.apiToken(token.id) == token)
            #expect(try await store.apiTokens(of: user.id) == [token])
            #expect(try await store.apiTokens(of: nil) == [token])
            #expect(try await store.apiToken(hash: [9, 9], at: World.start + 49)?.0 == token)
            #expect(try await store.apiToken(hash: [9, 9], at: World.start + 50) == nil)
            try await store.touchAPIToken(token.id, address: "192.0.2.1", at: World.start + 4)
            let used = try await store.apiToken(token.id)
            #expect(used?.lastUsedAt == World.start + 4 && used?.lastAddress == "192.0.2.1")
            try await store.deleteAPIToken(token.id, by: Self.change)
            await expectError(.notFound) { try await store.deleteAPIToken(token.id, by: Self.change) }
        }
    }

    @Test(
        "A role that people made is changed for all who have it, and stays while one has it",
        arguments: StoreKind.allCases
    )
    func roles(_ kind: StoreKind) async throws {
        try await self.withUser(kind) { store, _ in
            var role = OwnRole(
                name: "night",
                description: "on call",
                permissions: [.jobsRead],
                createdAt: World.start,
                updatedAt: World.start
            )
            try await store.createRole(role, by: Self.change)
            await expectError(.nameTaken) { try await store.createRole(role, by: Self.change) }
            let eve = try await Self.user("eve", in: store)
            let grant = try await store.addGrant(
                Grant(role: GrantedRole(role), scope: .all),
                to: eve.id,
                by: Self.change
            )
            role.permissions = [.jobsRead, .jobsRun]
            #expect(try await store.updateRole(role, by: Self.change).permissions == role.permissions)
            let granted = try await store.user(eve.id)?.grants.first { $0.id == grant.id }
            #expect(granted?.role.permissions == role.permissions)
            #expect(try await store.ownRoles().map(\.users) == [1])
            await expectError(.inUse) { try await store.deleteRole(named: "night", by: Self.change) }
            try await store.removeGrant(grant.id, from: eve.id, by: Self.change)
            try await store.deleteRole(named: "night", by: Self.change)
            #expect(try await store.ownRole(named: "night") == nil)
        }
    }
}
