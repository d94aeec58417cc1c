// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import Testing

@Suite("What a store keeps of people's views of lists")
struct SavedViewStoreTests {
    private func view(
        _ name: String,
        of owner: UserID,
        _ list: SavedView.List = .executions,
        status: String = "4",
        at seconds: Int64 = 0
    ) -> SavedView {
        SavedView(owner: owner, list: list, name: name, query: ["status": status], updatedAt: World.start + seconds)
    }

    private func people(_ world: World) async throws -> (store: any UserStore & SavedViewStore, ids: [UserID]) {
        let store = try #require(world.store as? any UserStore & SavedViewStore)
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

    @Test("A view of a name that is there says the new filter, and keeps its number", arguments: StoreKind.allCases)
    func keeps(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let (store, ids) = try await self.people(world)
            let first = try await store.keep(self.view("失败 <b>", of: ids[0]))
            #expect(first.isNew && first.view.id > 0)
            let again = try await store.keep(self.view("失败 <b>", of: ids[0], status: "4,5", at: 9))
            #expect(!again.isNew && again.view.id == first.view.id)
            // The same name of another list, or of somebody else, is another view.
            #expect(try await store.keep(self.view("失败 <b>", of: ids[0], .jobs)).isNew)
            #expect(try await store.keep(self.view("失败 <b>", of: ids[1])).isNew)
            let mine = try await store.savedViews(of: ids[0])
            #expect(mine.map(\.list) == [.executions, .jobs] && mine[0] == again.view)
            #expect(mine[0].query == ["status": "4,5"] && mine[0].updatedAt == World.start + 9)
        }
    }

    @Test(
        "Of each list there are so many at most; one that is there can still be changed",
        arguments: StoreKind.allCases
    )
    func bounded(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let (store, ids) = try await self.people(world)
            for number in 0..<SavedView.limit { _ = try await store.keep(self.view("\(number)", of: ids[0])) }
            await expectError(.conflict) { _ = try await store.keep(self.view("more", of: ids[0])) }
            #expect(try await !store.keep(self.view("3", of: ids[0], status: "5")).isNew)
            #expect(try await store.keep(self.view("more", of: ids[0], .tasks)).isNew)
            #expect(try await store.savedViews(of: ids[0]).count == SavedView.limit + 1)
        }
    }

    @Test("Nobody deletes another's, and whoever goes takes theirs along", arguments: StoreKind.allCases)
    func owned(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let (store, ids) = try await self.people(world)
            let mine = try await store.keep(self.view("mine", of: ids[0])).view
            await expectError(.notFound) { try await store.deleteSavedView(mine.id, of: ids[1]) }
            try await store.deleteSavedView(mine.id, of: ids[0])
            await expectError(.notFound) { try await store.deleteSavedView(mine.id, of: ids[0]) }
            _ = try await store.keep(self.view("left", of: ids[1]))
            _ = try await store.setState(.deleted, of: ids[1], by: .system(at: World.start))
            #expect(try await store.savedViews(of: ids[1]).isEmpty)
            await expectError(.notFound) { _ = try await store.keep(self.view("late", of: ids[1])) }
        }
    }
}
