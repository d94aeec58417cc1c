// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension SQLiteStore: SavedViewStore {
    package func savedViews(of owner: UserID) async throws -> [SavedView] {
        try await self.read { db in try SavedViewTable(db).all(of: owner) }
    }

    package func keep(_ view: SavedView) async throws -> (view: SavedView, isNew: Bool) {
        try await self.write("keep_saved_view") { db in
            _ = try UserTable(db).require(view.owner)
            let table = SavedViewTable(db)
            let before = try table.find(view.name, of: view.list, owner: view.owner)
            if let before {
                try table.update(before.id, query: view.query, at: view.updatedAt)
            } else {
                guard try table.count(of: view.list, owner: view.owner) < SavedView.limit else {
                    throw StoreFault.tooManySavedViews
                }
            }
            let kept = SavedView(
                id: try before?.id ?? table.insert(view),
                owner: view.owner,
                list: view.list,
                name: view.name,
                query: view.query,
                updatedAt: view.updatedAt
            )
            return (kept, before == nil)
        }
    }

    package func deleteSavedView(_ id: Int64, of owner: UserID) async throws {
        try await self.write("delete_saved_view") { db in
            guard try SavedViewTable(db).delete(id, of: owner) else { throw StoreFault.noSavedView(id) }
        }
    }
}
