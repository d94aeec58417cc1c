// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import Testing

@Suite("Hosts in maintenance, stored (S1-FR-3.2)")
struct MaintenanceTests {
    private static func by(_ name: String, _ seconds: Int64) -> Change {
        Change(by: .user(1, name), at: World.start + seconds)
    }

    @Test("Nothing is ordered from it; others get theirs, and at the end it does again", arguments: StoreKind.allCases)
    func fires(kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let store = world.store
            let (first, second) = (try await world.connectedAgent("a"), try await world.connectedAgent("b"))
            let job = try await world.job()
            #expect(try await world.hello(first).maintenance == HostMaintenance())
            let begun = try await store.beginMaintenance(
                of: first,
                until: World.start + 10,
                reason: "disk",
                by: Self.by("ada", 0)
            )
            let period = MaintenancePeriod(since: World.start, until: World.start + 10, by: "ada", reason: "disk")
            #expect(begun == HostMaintenance(revision: 1, period: period))
            #expect(try await world.hello(first).maintenance == begun)
            guard case .fired(_, let executions, _) = try await world.fire(job) else {
                Issue.record("not fired")
                return
            }
            #expect(executions.map(\.agentID) == [second])
            let prolonged = try await store.beginMaintenance(
                of: first,
                until: World.start + 20,
                reason: nil,
                by: Self.by("bob", 5)
            )
            #expect(prolonged.revision == 2 && prolonged.period?.since == World.start && prolonged.period?.by == "bob")
            let ended = try await store.endMaintenance(of: first, by: Self.by("cy", 6))
            #expect(ended.revision == 3 && ended.period?.end == World.start + 6 && ended.period?.endedBy == "cy")
            #expect(try await store.endMaintenance(of: first, by: Self.by("cy", 7)) == ended)
            #expect(try await store.maintenances(after: 2) == [first: ended])
            #expect(try await store.maintenances(after: 3).isEmpty)
            for (second, isCovered) in [(-1, false), (0, true), (5, true), (6, false), (15, false)] {
                let found = try await store.maintenances(at: World.start + Int64(second))
                #expect(found.isEmpty != isCovered, "\(second)")
            }
            guard case .fired(_, let later, _) = try await world.fire(job, at: World.start + 1) else {
                Issue.record("not fired")
                return
            }
            #expect(later.map(\.agentID) == [first, second])
            let audit = try await store.audit(AuditQuery()).items.map(\.action)
            #expect(audit.filter { $0 == .maintenanceBegin }.count == 2)
            #expect(audit.filter { $0 == .maintenanceEnd }.count == 1)
        }
    }

    @Test(
        "A trigger that names it, or reaches nobody else, is refused with the reason; another goes to the rest",
        arguments: StoreKind.allCases
    )
    func triggers(kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let (first, second) = (try await world.connectedAgent("a"), try await world.connectedAgent("b"))
            let job = try await world.job()
            func start(_ uid: String, on hosts: [AgentID]? = nil) async throws -> StartedRun {
                let trigger = Trigger(job: job.id, uid: uid, source: "api", caller: "ada", targets: hosts)
                return try await world.store.start(trigger, by: Self.by("ada", 1))
            }
            for agent in [first, second] {
                _ = try await world.store.beginMaintenance(
                    of: agent,
                    until: World.start + 10,
                    reason: "disk",
                    by: Self.by("ada", 0)
                )
            }
            for (uid, hosts) in [("all", nil), ("named", [first])] {
                do {
                    _ = try await start(uid, on: hosts)
                    Issue.record("started")
                } catch let error as CoreError {
                    #expect(error.code == .conflict && error.message.contains("(disk)"), "\(error)")
                }
            }
            _ = try await world.store.endMaintenance(of: second, by: Self.by("ada", 1))
            let started = try await start("rest")
            #expect(started.orders.keys.sorted() == [second])
            let skipped = try #require(started.executions.first { $0.agentID == first })
            #expect(skipped.status == .skipped && skipped.reason == .maintenance)
            #expect(skipped.detail?.contains("in maintenance") == true)
        }
    }

    @Test("What the server places goes elsewhere, or waits and says until when", arguments: StoreKind.allCases)
    func placement(kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let (first, second) = (try await world.connectedAgent("a"), try await world.connectedAgent("b"))
            let job = try await world.placed(Placement(kind: .oneOf, strategy: .first))
            _ = try await world.store.beginMaintenance(
                of: first,
                until: World.start + 600,
                reason: nil,
                by: Self.by("ada", 0)
            )
            guard case .fired(_, let executions, _) = try await world.fire(job) else {
                Issue.record("not fired")
                return
            }
            let waiting = try #require(executions.first)
            #expect(try await world.place(on: [first]).orders.isEmpty)
            let text = try await world.execution(waiting.id).detail
            #expect(text?.contains("1 maintenance, 1 offline; a is in maintenance until") == true, "\(text ?? "")")
            #expect(try await world.place(on: [first, second]).orders.keys.sorted() == [second])
        }
    }

    @Test("Its absence is news when the maintenance is over, and not before", arguments: StoreKind.allCases)
    func isQuiet(kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let store = try #require(world.store as? any NotifyStore)
            let agent = try await world.connectedAgent("a")
            var changes = NotifyChanges()
            changes.hosts = [
                NotifyHost(agent: agent, cameAt: World.start, wentAt: World.start + 1, dueAt: World.start + 2)
            ]
            try await store.save(changes, at: World.start)
            _ = try await world.store.beginMaintenance(
                of: agent,
                until: World.start + 600,
                reason: nil,
                by: Self.by("ada", 0)
            )
            #expect(try await store.dueNotifyState(at: World.start + 599, limit: 10).hosts.isEmpty)
            #expect(try await store.dueNotifyState(at: World.start + 600, limit: 10).hosts.map(\.agent) == [agent])
        }
    }
}
