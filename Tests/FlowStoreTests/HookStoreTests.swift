// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@testable import FlowStore

@Suite("What a store keeps of the calls of webhooks")
struct HookStoreTests {
    @Test(
        "Each of ten webhooks that the same messages start keeps no more calls than it may",
        arguments: StoreKind.allCases
    )
    func bound(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let store = try #require(world.store as? DatabaseStore)
            let job = try await world.job()
            var made: [Hook] = []
            for number in 0..<10 {
                let hook = Hook(
                    id: HookID(uuid: UUID()),
                    job: job.id,
                    draft: HookDraft(name: "h\(number)", format: .message, topic: "a"),
                    secret: "sealed",
                    owner: 1,
                    createdAt: World.start,
                    updatedAt: World.start
                )
                made.append(try await store.createHook(hook, by: .system(at: World.start)))
            }
            let hooks = made
            try await store.write("calls") { db in
                let table = HookTable(db)
                for hook in hooks.prefix(2) {
                    try db.run(
                        """
                        INSERT INTO hook_delivery (hook_id, at, outcome, bytes)
                        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10500)
                        SELECT hook.id, 0, 'filtered', 0 FROM n, hook WHERE hook.id = ?
                        """,
                        [.id(hook.id)]
                    )
                }
                for _ in 0..<101 {
                    for hook in hooks {
                        try table.insert(
                            HookDelivery(hook: hook.id, at: World.start, outcome: .filtered, address: nil, bytes: 0)
                        )
                    }
                }
            }
            for hook in hooks {
                let total = try await store.deliveries(of: hook.id, page: PageRequest()).total
                #expect(total <= Hook.deliveryLimit + 100, "\(hook.draft.name)")
            }
        }
    }
}
