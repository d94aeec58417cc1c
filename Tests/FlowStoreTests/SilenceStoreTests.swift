// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import Testing

@Suite("What a store keeps of silences")
struct SilenceStoreTests {
    private func draft(_ host: String, seconds: Int64, groups: [GroupID] = []) -> SilenceDraft {
        SilenceDraft(
            match: SilenceMatch(hosts: [AgentID(host)!], labels: ["team": "db"]),
            groups: groups,
            reason: "mended",
            until: World.start + seconds
        )
    }

    @Test(
        "Counts are added, an end is acted on once, and what is old goes after that",
        arguments: StoreKind.allCases
    )
    func lifecycle(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let store = try #require(world.store as? any NotifyStore)
            let ada = Change(by: .user(1, "ada"), at: World.start)
            let one = try await store.createSilence(self.draft("web1", seconds: 60), by: ada)
            let two = try await store.createSilence(self.draft("web2", seconds: 600, groups: [2]), by: ada)
            #expect(one.createdBy == "ada" && one.match.labels == ["team": "db"] && one.id < two.id)
            var changes = NotifyChanges()
            changes.caught = [.init(silence: one.id, count: 2, at: World.start + 5)]
            try await store.save(changes, at: World.start)
            try await store.save(changes, at: World.start)
            #expect(try await store.unsettledSilences().map(\.caught) == [4, 0])
            func ids(_ state: NotifySilence.State?, _ at: Timestamp, _ scope: Scope = .all) async throws -> [Int64] {
                try await store.notifySilences(state, page: PageRequest(), in: scope, at: at).items.map(\.id)
            }
            #expect(try await ids(.active, World.start) == [two.id, one.id])
            #expect(try await ids(.ended, World.start + 60) == [one.id])
            #expect(try await ids(nil, World.start, .groups([2])) == [two.id])
            #expect(try await store.notifySilence(one.id, in: .groups([2])) == nil)
            changes = NotifyChanges()
            changes.settledSilences = [one.id]
            try await store.save(changes, at: World.start + 60)
            #expect(try await store.unsettledSilences().map(\.id) == [two.id])
            let ended = try await store.endSilence(two.id, by: Change(by: .user(2, "bob"), at: World.start + 9))
            #expect(ended.endedBy == "bob" && !ended.isActive(at: World.start + 9))
            #expect(try await store.unsettledSilences().map(\.endedAt) == [World.start + 9])
            #expect(try await store.endSilence(two.id, by: ada).endedBy == "bob")
            await expectError(.notFound) { _ = try await store.endSilence(99, by: ada) }
            // Only what was acted on goes.
            #expect(try await world.drain(.notifications, before: World.start + 61, limit: 9) == [1])
            #expect(try await ids(nil, World.start) == [two.id])
        }
    }

    @Test("Incidents that a silence keeps something of are found until it is told", arguments: StoreKind.allCases)
    func incidents(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let store = try #require(world.store as? any NotifyStore)
            var changes = NotifyChanges()
            var incident = NotifyStoreTests.incident(1)
            incident.hold(3, by: [5, 4])
            incident.dueAt = nil
            changes.incidents = [incident, NotifyStoreTests.incident(2)]
            try await store.save(changes, at: World.start)
            #expect(try await store.silencedIncidents() == [incident])
            #expect(try await store.silencedIncidents().first?.silences == [4, 5])
            incident.silences = []
            changes.incidents = [incident]
            try await store.save(changes, at: World.start)
            #expect(try await store.silencedIncidents().isEmpty)
            #expect(try await store.notifyIncident(incident.id, in: .all)?.silenced == 3)
        }
    }
}
