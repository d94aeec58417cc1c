// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import Testing

@Suite("Accounts of people whom another system signs in")
struct SignOnStoreTests {
    private static let change = Change.system(at: World.start)
    private static let viewer = RoleWish(role: "viewer")

    private func withStore(_ kind: StoreKind, _ body: (DatabaseStore) async throws -> Void) async throws {
        try await kind.withStore { try await body(try #require($0 as? DatabaseStore)) }
    }

    private static func identity(_ subject: String, name: String? = nil, issuer: String = "proxy") -> ExternalIdentity {
        ExternalIdentity(provider: "proxy", issuer: issuer, subject: subject, name: name ?? subject, groups: [])
    }

    @Test("A stranger whose groups stand for nothing leaves nothing behind", arguments: StoreKind.allCases)
    func stranger(_ kind: StoreKind) async throws {
        try await self.withStore(kind) { store in
            let wishes = [RoleWish(role: "no such role"), RoleWish(role: "viewer", group: "no such group")]
            let account = try await store.signOn(Self.identity("ada"), wishes: wishes, by: Self.change)
            #expect(account == nil)
            #expect(try await store.users().isEmpty)
        }
    }

    @Test("Issuer and subject are the account; names are only names", arguments: StoreKind.allCases)
    func identity(_ kind: StoreKind) async throws {
        try await self.withStore(kind) { store in
            let made = try await store.signOn(Self.identity("1", name: "ada"), wishes: [Self.viewer], by: Self.change)
            let ada = try #require(made)
            #expect(ada.username == "ada@proxy")
            #expect(ada.provider == "proxy")
            let other = try #require(
                try await store.signOn(Self.identity("2", name: "ADA"), wishes: [Self.viewer], by: Self.change)
            )
            #expect(other.username == "ADA-2@proxy")
            let foreign = Self.identity("1", name: "ada", issuer: "https://other.example")
            #expect(try await store.signOn(foreign, wishes: [Self.viewer], by: Self.change)?.id != ada.id)
            // Renamed there: the same account.
            let renamed = Self.identity("1", name: "admin")
            #expect(try await store.signOn(renamed, wishes: [Self.viewer], by: Self.change)?.id == ada.id)
        }
    }

    @Test("Roles of groups come and go with them; those that people gave stay", arguments: StoreKind.allCases)
    func roles(_ kind: StoreKind) async throws {
        try await self.withStore(kind) { store in
            let group = try await store.createGroup(name: "red", description: "", tags: [], by: Self.change)
            let ada = Self.identity("ada")
            let wishes = [RoleWish(role: "operator", group: "red"), Self.viewer]
            let user = try #require(try await store.signOn(ada, wishes: wishes, by: Self.change))
            #expect(user.grants.map(\.role.name).sorted() == ["operator", "viewer"])
            #expect(user.grants.first { $0.role.name == "operator" }?.scope == .groups([group.id]))
            #expect(try await store.externalAccount(of: ada, wishes: wishes, at: World.start).isCurrent)
            #expect(try await !store.externalAccount(of: ada, wishes: [Self.viewer], at: World.start).isCurrent)
            _ = try await store.addGrant(Grant(role: .developer, scope: .all), to: user.id, by: Self.change)
            let mapped = try #require(user.grants.first)
            await expectError(.conflict) {
                try await store.removeGrant(mapped.id, from: user.id, by: Self.change)
            }
            let after = try #require(try await store.signOn(ada, wishes: [], by: Self.change))
            #expect(after.grants.map(\.role.name) == ["developer"])
            #expect(after.grants.first?.source == nil)
            let rows = try await store.audit(AuditQuery(action: .grantMap)).items
            #expect(rows.count == 2)
        }
    }

    @Test("Who is locked out here stays so, and has no password to be given", arguments: StoreKind.allCases)
    func locked(_ kind: StoreKind) async throws {
        try await self.withStore(kind) { store in
            let ada = Self.identity("ada")
            let user = try #require(try await store.signOn(ada, wishes: [Self.viewer], by: Self.change))
            await expectError(.conflict) {
                try await store.setPassword("h", mustChange: true, of: user.id, keeping: nil, by: Self.change)
            }
            _ = try await store.createUser(
                username: "root",
                passwordHash: "h",
                grants: [Grant(role: .admin, scope: .all)],
                mustChangePassword: false,
                by: Self.change
            )
            _ = try await store.setState(.disabled, of: user.id, by: Self.change)
            #expect(try await store.signOn(ada, wishes: [RoleWish(role: "admin")], by: Self.change)?.state == .disabled)
            _ = try await store.setState(.deleted, of: user.id, by: Self.change)
            // The account is gone; whoever still comes from there begins anew.
            #expect(try await store.signOn(ada, wishes: [Self.viewer], by: Self.change)?.id != user.id)
        }
    }

    @Test("Administrators from elsewhere do not count as the last one", arguments: StoreKind.allCases)
    func administrators(_ kind: StoreKind) async throws {
        try await self.withStore(kind) { store in
            let root = try await store.createUser(
                username: "root",
                passwordHash: "h",
                grants: [Grant(role: .admin, scope: .all)],
                mustChangePassword: false,
                by: Self.change
            )
            _ = try await store.signOn(Self.identity("ada"), wishes: [RoleWish(role: "admin")], by: Self.change)
            await expectError(.conflict) { _ = try await store.setState(.disabled, of: root.id, by: Self.change) }
        }
    }
}
