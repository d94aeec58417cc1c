// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import Testing

@Suite("What a store keeps of people's preferences")
struct PreferenceStoreTests {
    private func people(_ world: World) async throws -> (store: any UserStore & PreferenceStore, ids: [UserID]) {
        let store = try #require(world.store as? any UserStore & PreferenceStore)
        var ids: [UserID] = []
        for name in ["ada", "eve"] {
            ids.append(
                try await store.createUser(
                    username: name,
                    passwordHash: "h",
                    grants: [Grant(role: .admin, scope: .all)],
                    mustChangePassword: false,
                    by: .system(at: World.start)
                ).id
            )
        }
        return (store, ids)
    }

    @Test("What is given is kept, nil forgets, and the rest stays as it was", arguments: StoreKind.allCases)
    func keeps(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let (store, ids) = try await self.people(world)
            #expect(try await store.preferences(of: ids[0]).isEmpty)
            let both = try await store.setPreferences(["jobs.columns": "groups", "zone": "Asia/上海"], of: ids[0])
            #expect(both == ["jobs.columns": "groups", "zone": "Asia/上海"])
            let one = try await store.setPreferences(["jobs.columns": "", "zone": nil, "none": nil], of: ids[0])
            #expect(one == ["jobs.columns": ""])
            #expect(try await store.preferences(of: ids[0]) == one)
            #expect(try await store.preferences(of: ids[1]).isEmpty)
        }
    }

    @Test("There are so many at most, and a change that would make more changes nothing", arguments: StoreKind.allCases)
    func bounded(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let (store, ids) = try await self.people(world)
            let many = (0..<Preference.limit).map { ("p\($0)", Optional("1")) }
            let full = try await store.setPreferences(Dictionary(many) { $1 }, of: ids[0])
            await expectError(.conflict) {
                _ = try await store.setPreferences(["p0": "2", "more": "1"], of: ids[0])
            }
            #expect(try await store.preferences(of: ids[0]) == full)
            #expect(try await store.setPreferences(["p0": nil, "more": "1"], of: ids[0]).count == Preference.limit)
        }
    }

    @Test("Whoever goes takes theirs along", arguments: StoreKind.allCases)
    func owned(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let (store, ids) = try await self.people(world)
            _ = try await store.setPreferences(["a": "1"], of: ids[1])
            _ = try await store.setState(.deleted, of: ids[1], by: .system(at: World.start))
            #expect(try await store.preferences(of: ids[1]).isEmpty)
            await expectError(.notFound) { _ = try await store.setPreferences(["a": "1"], of: ids[1]) }
        }
    }
}
