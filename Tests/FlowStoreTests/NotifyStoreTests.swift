// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import Foundation
import Testing

@Suite("What a store keeps of notifications")
struct NotifyStoreTests {
    static func incident(_ number: UInt8, groups: [GroupID] = []) -> NotifyIncident {
        var incident = NotifyIncident(
            id: IncidentID(uuid: UUID(uuid: (0, 0, 0, 0, 0, 0, 0x80, 0, 0x80, 0, 0, 0, 0, 0, 0, number))),
            ruleKey: "task 7 rule",
            groupKey: "job \(number)",
            rule: NotifyRule(
                name: "rule",
                triggers: [.timeout],
                channels: [NotifyTarget(channel: "ops")],
                repetition: .every(milliseconds: 90_000),
                quiet: QuietHours(timeZone: "UTC", windows: [.init(from: 1, until: 2, days: [3])])
            ),
            jobID: 7,
            jobName: "job",
            groups: groups,
            trigger: .timeout,
            at: World.start
        )
        incident.dueAt = World.start + 5
        return incident
    }

    private static func delivery(
        _ number: UInt8,
        incident: IncidentID? = nil,
        groups: [GroupID] = []
    ) -> NotifyDelivery {
        NotifyDelivery(
            id: DeliveryID(uuid: UUID(uuid: (0, 0, 0, 0, 0, 0, 0x80, 0, 0x80, 0, 0, 0, 0, 0, 1, number))),
            incident: incident,
            channel: "ops",
            recipients: [],
            purpose: .opening,
            ruleName: "rule",
            jobID: 7,
            groups: groups,
            subject: "s\(number)",
            text: "t",
            fields: "{}",
            at: World.start
        )
    }

    private func with(_ kind: StoreKind, _ body: (any NotifyStore, World) async throws -> Void) async throws {
        try await kind.withWorld { world in
            try await body(try #require(world.store as? any NotifyStore), world)
        }
    }

    @Test(
        "Position, counters, incidents and messages are one transaction: who stands elsewhere changes nothing",
        arguments: StoreKind.allCases
    )
    func oneTransaction(_ kind: StoreKind) async throws {
        try await self.with(kind) { store, _ in
            let key = NotifyCounter.Key(rule: "task 7 rule", job: 7, host: "web1")
            var changes = NotifyChanges()
            changes.counters = [NotifyCounter(key: key, count: 2, base: 1, updatedAt: World.start)]
            changes.incidents = [Self.incident(1)]
            changes.deliveries = [Self.delivery(1)]
            changes.hosts = [NotifyHost(agent: AgentID("web1")!, cameAt: World.start, wentAt: World.start + 1)]
            changes.move = NotifyChanges.Move(reader: "notify", from: 3, to: 4)
            await expectError(.conflict) { try await store.save(changes, at: World.start) }
            #expect(try await store.waitingDeliveries().isEmpty)
            changes.move = NotifyChanges.Move(reader: "notify", from: nil, to: 4)
            try await store.save(changes, at: World.start)
            var keys = NotifyStateKeys()
            keys.counters = [key]
            keys.rules = ["task 7 rule"]
            keys.hosts = [AgentID("web1")!]
            let state = try await store.notifyState(keys)
            #expect(
                state == NotifyState(counters: changes.counters, incidents: changes.incidents, hosts: changes.hosts)
            )
            #expect(try await store.eventPosition(of: "notify") == 4)
            // The same once more: a message that is there stays one.
            changes.move = nil
            try await store.save(changes, at: World.start)
            #expect(try await store.waitingDeliveries() == ["ops": 1])
        }
    }

    @Test("An acknowledgement outlives an evaluation that began before it", arguments: StoreKind.allCases)
    func acknowledgement(_ kind: StoreKind) async throws {
        try await self.with(kind) { store, _ in
            var changes = NotifyChanges()
            changes.incidents = [Self.incident(1)]
            try await store.save(changes, at: World.start)
            let change = Change(by: .user(1, "ada"), at: World.start)
            let asked = try await store.acknowledgeNotifyIncident(Self.incident(1).id, in: .all, by: change)
            #expect(asked.acknowledgedBy == "ada")
            changes.incidents[0].count = 9
            try await store.save(changes, at: World.start)
            let stored = try await store.dueNotifyState(at: World.start + 5, limit: 10).incidents
            #expect(stored.map(\.acknowledgedBy) == ["ada"] && stored.map(\.count) == [9])
            #expect(try await store.dueNotifyState(at: World.start + 4, limit: 10).incidents.isEmpty)
        }
    }

    @Test("Messages of one incident to one channel wait for each other", arguments: StoreKind.allCases)
    func order(_ kind: StoreKind) async throws {
        try await self.with(kind) { store, _ in
            let incident = Self.incident(1).id
            try await store.saveDeliveries([
                Self.delivery(1, incident: incident), Self.delivery(2, incident: incident), Self.delivery(3),
            ])
            #expect(try await store.dueDeliveries(at: World.start, limit: 10).map(\.subject) == ["s1", "s3"])
            var first = Self.delivery(1, incident: incident)
            first.state = .queued
            first.dueAt = World.start + 60
            try await store.saveDeliveries([first])
            #expect(try await store.dueDeliveries(at: World.start, limit: 10).map(\.subject) == ["s3"])
            first.state = .dead
            first.dueAt = nil
            try await store.saveDeliveries([first])
            #expect(try await store.dueDeliveries(at: World.start, limit: 10).map(\.subject) == ["s2", "s3"])
        }
    }

    @Test(
        "Who has some groups sees their incidents and messages, with totals of these alone",
        arguments: StoreKind.allCases
    )
    func scope(_ kind: StoreKind) async throws {
        try await self.with(kind) { store, _ in
            var changes = NotifyChanges()
            changes.incidents = [Self.incident(1, groups: [2]), Self.incident(2, groups: [3]), Self.incident(3)]
            changes.deliveries = [Self.delivery(1, groups: [2]), Self.delivery(2, groups: [3])]
            try await store.save(changes, at: World.start)
            let query = NotifyQuery(scope: .groups([2]))
            #expect(try await store.notifyIncidents(query).total == 1)
            #expect(try await store.deliveries(query).items.map(\.subject) == ["s1"])
            await expectError(.notFound) {
                _ = try await store.resendDelivery(Self.delivery(2).id, in: .groups([2]), by: .system(at: World.start))
            }
            #expect(try await store.notifyIncidents(NotifyQuery()).total == 3)
        }
    }

    @Test("What is over goes when it is old, what waits or is open stays", arguments: StoreKind.allCases)
    func retention(_ kind: StoreKind) async throws {
        try await self.with(kind) { store, world in
            var changes = NotifyChanges()
            var closed = Self.incident(1)
            closed.state = .closed
            closed.dueAt = nil
            changes.incidents = [closed, Self.incident(2)]
            var sent = Self.delivery(1)
            sent.state = .sent
            sent.dueAt = nil
            changes.deliveries = [sent, Self.delivery(2)]
            try await store.save(changes, at: World.start)
            #expect(try await world.drain(.notifications, before: World.start, limit: 9) == [0])
            #expect(try await world.drain(.notifications, before: World.start + 1, limit: 9) == [2])
            #expect(try await store.notifyIncidents(NotifyQuery()).items.map(\.state) == [.waiting])
            #expect(try await store.deliveries(NotifyQuery()).items.map(\.state) == [.queued])
        }
    }
}
