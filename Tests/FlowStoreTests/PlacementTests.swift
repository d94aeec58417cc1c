// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@testable import FlowStore

@Suite("Placing")
struct PlacementTests {
    @Test(
        "A run that the server places waits for a host, goes to one, and no host fires it",
        arguments: StoreKind.allCases
    )
    func placesOne(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let web = try await world.connectedAgent("web1")
            _ = try await world.connectedAgent("web2")
            let job = try await world.placed(Placement(kind: .oneOf))
            guard case .fired(_, let executions, let orders) = try await world.fire(job, online: [web]) else {
                Issue.record("not fired")
                return
            }
            let waiting = try #require(executions.first)
            #expect(executions.count == 1 && orders.isEmpty)
            #expect(waiting.agentID == .unplaced && waiting.reason == .waitingHost)
            let configuration = try await world.store.configuration(of: web)
            #expect(configuration.jobs.first?.schedule == .manual)

            // Nobody is there.
            #expect(try await world.place(on: []).orders.isEmpty)
            let note = try #require(try await world.placements.placement(of: waiting.id))
            #expect(note.record?.text.en == "no host can take it, of 2: 2 offline")

            let round = try await world.place(on: [web])
            let order = try #require(round.orders[web]?.first)
            #expect(order.executionID == waiting.id)
            #expect(order.hold?.fence == 1 && order.hold?.shard == nil && order.hold?.leaseMilliseconds == 30_000)
            #expect(try await world.store.pendingOrders(of: web) == [order])
            let placed = try #require(try await world.store.execution(waiting.id))
            #expect(placed.agentID == web && placed.reason == nil)
            #expect(placed.detail == "chose web1: least running, 1 of 2 online")
            #expect(try await world.place(on: [web]).orders.isEmpty, "nothing is given twice")
        }
    }

    @Test(
        "What a host has lost goes to the next with a higher fence, and the run goes on",
        arguments: StoreKind.allCases
    )
    func moves(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let first = try await world.connectedAgent("web1")
            let second = try await world.connectedAgent("web2")
            let job = try await world.placed(Placement(kind: .oneOf, strategy: .first))
            guard case .fired(let run, let executions, _) = try await world.fire(job) else {
                Issue.record("not fired")
                return
            }
            let id = try #require(executions.first?.id)
            _ = try await world.place(on: [first, second])
            let running = try world.report(executions[0], of: first, .running, sequence: 1)
            _ = try await world.apply([running], of: first)

            let round = try await world.place(on: [second], lost: [id])
            #expect(round.cancels == [.init(execution: id, agent: first, force: true)])
            let old = try #require(try await world.store.execution(id))
            #expect(old.status == .skipped && old.reason == .moved && old.agentID == first)
            let moved = try #require(try await world.placements.placement(of: id)?.movedTo)
            #expect(try await world.store.run(run.id)?.tally.state != "skipped")
            let next = try await world.place(on: [first, second])
            let order = try #require(next.orders[second]?.first, "the one that lost it does not get it again")
            #expect(order.executionID == moved && order.hold?.fence == 2)

            // At its return the first host is told to stop it, and what it says is history.
            let session = try await world.hello(first, lastSequence: 2, acknowledged: 1)
            #expect(session.cancels.contains(id) && session.forced.contains(id))
            let late = try world.report(executions[0], of: first, .failure, sequence: 2)
            _ = try await world.apply([late], of: first)
            #expect(try await world.store.execution(id)?.reason == .moved)
            #expect(try await world.store.attempts(of: id).map(\.status) == [.failure])

            let current = try #require(try await world.store.execution(moved))
            _ = try await world.apply([try world.report(current, of: second, .success, sequence: 1)], of: second)
            #expect(try await world.store.run(run.id)?.tally.state == "succeeded")
        }
    }

    @Test("A job that is not run again after an interruption fails instead", arguments: StoreKind.allCases)
    func doesNotRepeat(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let host = try await world.connectedAgent("web1")
            let policies = Policies(retry: RetryPolicy(onInterrupt: false))
            let job = try await world.placed(Placement(kind: .oneOf), policies)
            guard case .fired(_, let executions, _) = try await world.fire(job) else {
                Issue.record("not fired")
                return
            }
            _ = try await world.place(on: [host])
            let round = try await world.place(on: [], lost: [executions[0].id])
            #expect(round.changed.map(\.status) == [.failure] && round.changed.first?.reason == .interrupted)
            #expect(try await world.placements.openSlots(limit: 10).isEmpty)
        }
    }

    @Test("Shards go to all hosts evenly, each with its number and item", arguments: StoreKind.allCases)
    func shards(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let hosts = [try await world.connectedAgent("web1"), try await world.connectedAgent("web2")]
            let job = try await world.placed(Placement(kind: .sharded, items: ["a", "b", "c", "d"]))
            guard case .fired(let run, let executions, _) = try await world.fire(job) else {
                Issue.record("not fired")
                return
            }
            #expect(executions.count == 4)
            let marks = try await world.placements.slots(of: run.id)
            #expect(Set(marks.keys) == Set(executions.map(\.id)))
            #expect(
                marks.values.sorted { $0.index < $1.index }
                    == ["a", "b", "c", "d"].enumerated().map { SlotMark(index: $0, total: 4, item: $1) }
            )
            let round = try await world.place(on: hosts)
            #expect(round.orders.mapValues(\.count) == [hosts[0]: 2, hosts[1]: 2])
            let shards = round.orders.values.joined().compactMap { $0.hold?.shard }.sorted { $0.index < $1.index }
            #expect(shards.map(\.item) == ["a", "b", "c", "d"] && shards.allSatisfy { $0.total == 4 })
            // Those of a host that dies go to the other.
            let lost = Set(try #require(round.orders[hosts[0]]).map(\.executionID))
            _ = try await world.place(on: [hosts[1]], lost: lost)
            #expect(try await world.place(on: [hosts[1]]).orders[hosts[1]]?.count == 2)
        }
    }

    @Test("Several hosts are different hosts; where one is missing its place waits", arguments: StoreKind.allCases)
    func different(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let hosts = [try await world.connectedAgent("web1"), try await world.connectedAgent("web2")]
            let job = try await world.placed(Placement(kind: .nOf, count: 2))
            _ = try await world.fire(job)
            #expect(try await world.place(on: [hosts[0]]).orders.mapValues(\.count) == [hosts[0]: 1])
            #expect(try await world.place(on: hosts).orders.mapValues(\.count) == [hosts[1]: 1])
        }
    }

    @Test("A run that overlaps is skipped on whatever host it would go to", arguments: StoreKind.allCases)
    func overlaps(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let hosts = [try await world.connectedAgent("web1"), try await world.connectedAgent("web2")]
            let job = try await world.placed(Placement(kind: .oneOf), Policies(overlap: .skip))
            _ = try await world.fire(job)
            _ = try await world.place(on: hosts)
            guard case .fired(_, let second, _) = try await world.fire(job, at: World.start + 1) else {
                Issue.record("not fired")
                return
            }
            let round = try await world.place(on: hosts)
            #expect(round.orders.isEmpty)
            #expect(try await world.store.execution(second[0].id)?.reason == .overlap)
        }
    }

    @Test("Without a host until its deadline it is skipped, and says so", arguments: StoreKind.allCases)
    func noHost(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            _ = try await world.connectedAgent("web1")
            let job = try await world.placed(Placement(kind: .oneOf))
            guard case .fired(let run, let executions, _) = try await world.fire(job) else {
                Issue.record("not fired")
                return
            }
            _ = try await world.place(on: [], at: World.start + 60)
            let ended = try #require(try await world.store.execution(executions[0].id))
            #expect(ended.status == .skipped && ended.reason == .noHost)
            #expect(try await world.store.run(run.id)?.tally.state == "skipped")
        }
    }

    @Test("A fire that the server was away for is made up for, or recorded as missed", arguments: StoreKind.allCases)
    func missed(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let host = try await world.connectedAgent("web1")
            let job = try await world.placed(Placement(kind: .oneOf))
            let other = try await world.placed(Placement(kind: .oneOf), Policies(misfire: .skip), "other")
            let now = World.start + 600
            for (job, isRun) in [(job, true), (other, false)] {
                let fire = World.plan(job, next: now + 1, isMissed: true)
                let outcome = try await world.store.fire([fire], online: [host], recent: [host], at: now).first
                guard case .fired(_, let executions, _)? = outcome else {
                    Issue.record("not fired")
                    return
                }
                #expect(executions.map(\.reason) == [isRun ? .waitingHost : .misfire])
            }
            #expect(try await world.place(on: [host], at: now).orders[host]?.count == 1)
        }
    }

    @Test("What no host has yet is cancelled at once", arguments: StoreKind.allCases)
    func cancels(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            _ = try await world.connectedAgent("web1")
            let job = try await world.placed(Placement(kind: .oneOf))
            guard case .fired(_, let executions, _) = try await world.fire(job) else {
                Issue.record("not fired")
                return
            }
            let ended = try await world.store.requestCancel(
                executions[0].id,
                force: false,
                by: .system(at: World.start)
            )
            #expect(ended.status == .cancelled && ended.reason == .requested)
        }
    }

    @Test("A slot that was to be stopped and its host has lost is nobody's any more", arguments: StoreKind.allCases)
    func cancelsMoved(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let hosts = [try await world.connectedAgent("web1"), try await world.connectedAgent("web2")]
            let job = try await world.placed(Placement(kind: .oneOf, strategy: .first))
            guard case .fired(let run, let executions, _) = try await world.fire(job) else {
                Issue.record("not fired")
                return
            }
            _ = try await world.place(on: hosts)
            let running = try world.report(executions[0], of: hosts[0], .running, sequence: 1)
            _ = try await world.apply([running], of: hosts[0])
            let id = executions[0].id
            _ = try await world.store.requestCancel(id, force: false, by: .system(at: World.start))
            var moved = try world.report(executions[0], of: hosts[0], .skipped, sequence: 2)
            moved.reason = .moved
            _ = try await world.apply([moved], of: hosts[0])
            #expect(try await world.store.execution(id)?.status == .cancelled)
            #expect(try await world.place(on: hosts).orders.isEmpty)
            #expect(try await world.placements.openSlots(limit: 10).isEmpty)
            #expect(try await world.store.run(run.id)?.tally.state == "cancelled")
        }
    }

    @Test("A fire that the zone's rules have no more is placed nowhere (R12)", arguments: StoreKind.allCases)
    func stale(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let host = try await world.connectedAgent("web1")
            let job = try await world.placed(Placement(kind: .oneOf))
            let fire = World.plan(job, next: World.start + 60, isMissed: true, isStale: true)
            let outcome = try await world.store.fire([fire], online: [host], recent: [host], at: World.start).first
            guard case .movedOn? = outcome else {
                Issue.record("\(String(describing: outcome))")
                return
            }
            #expect(try await world.placements.openSlots(limit: 10).isEmpty)
        }
    }

    @Test(
        "What may not start so late goes to no host, and a stop of the scheduler is said where it was the cause",
        arguments: StoreKind.allCases
    )
    func late(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let host = try await world.connectedAgent("web1")
            let strict = try await world.placed(Placement(kind: .oneOf), Policies(startDeadlineSeconds: 30))
            let once = try await world.placed(Placement(kind: .oneOf), Policies(misfire: .skip), "once")
            guard case .fired(_, let waiting, _) = try await world.fire(strict) else {
                Issue.record("not fired")
                return
            }
            #expect(try await world.place(on: [host], at: World.start + 31).orders.isEmpty)
            let ended = try #require(try await world.store.execution(waiting[0].id))
            #expect(ended.status == .skipped && ended.reason == .deadline)

            _ = try await world.store.stopScheduler(reason: "move", by: .system(at: World.start))
            _ = try await world.store.startScheduler(by: .system(at: World.start + 40))
            let fires = [World.plan(strict, at: World.start + 1, next: nil), World.plan(once, next: nil)]
            let outcomes = try await world.store.fire(fires, online: [host], recent: [host], at: World.start + 41)
            for (outcome, reason) in zip(outcomes, [ExecutionReason.deadline, .misfire]) {
                guard case .fired(_, let executions, _) = outcome else {
                    Issue.record("not fired")
                    return
                }
                #expect(executions.map(\.reason) == [reason])
                #expect(executions.first?.detail?.contains("the scheduler was stopped") == true)
            }
            #expect(try await world.placements.openSlots(limit: 10).isEmpty)
        }
    }

    @Test("Slots are read in pages, all of them", arguments: StoreKind.allCases)
    func pages(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            _ = try await world.connectedAgent("web1")
            let job = try await world.placed(Placement(kind: .sharded, items: ["a", "b", "c", "d", "e"]))
            _ = try await world.fire(job)
            for page in [1, 2, 5, 100] {
                let slots = try await world.placements.allOpenSlots(page: page)
                #expect(slots.count == 5 && slots.map(\.execution) == slots.map(\.execution).sorted())
            }
        }
    }

    @Test("Why a slot waits is written when that is news", arguments: StoreKind.allCases)
    func explainsOnce(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            _ = try await world.connectedAgent("web1")
            let job = try await world.placed(Placement(kind: .oneOf))
            guard case .fired(_, let executions, _) = try await world.fire(job) else {
                Issue.record("not fired")
                return
            }
            let store = try #require(world.store as? DatabaseStore)
            func explain(total: Int) async throws -> Bool {
                try await store.write("explain") { db in
                    let record = PlacementRecord(
                        chosen: nil,
                        strategy: .first,
                        fence: 1,
                        online: 0,
                        total: total,
                        candidates: []
                    )
                    return try PlacementTable(db).explain(executions[0].id, record)
                }
            }
            #expect(try await explain(total: 1))
            #expect(try await !explain(total: 1))
            #expect(try await explain(total: 2))
        }
    }

    @Test("A preview says where a run would go and changes nothing", arguments: StoreKind.allCases)
    func previews(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let hosts = [try await world.connectedAgent("web1"), try await world.connectedAgent("web2")]
            let job = try await world.placed(Placement(kind: .nOf, count: 2))
            let records = try await world.placements.preview(job, World.hosts(hosts), at: World.start)
            #expect(Set(records.compactMap(\.chosen)) == Set(hosts))
            #expect(try await world.placements.openSlots(limit: 10).isEmpty)
        }
    }
}

extension World {
    var placements: any PlacementStore { self.store as! any PlacementStore }

    func placed(_ placement: Placement, _ policies: Policies = Policies(), _ name: String = "job") async throws -> Job {
        var definition = Self.definition(name)
        definition.placement = placement
        definition.policies = policies
        return try await self.store.createJob(
            uid: JobUID(uuid: UUID()),
            definition: definition,
            isEnabled: true,
            nextFire: Self.start,
            by: "ada",
            at: Self.start
        )
    }

    /// - Parameter loads: tenths for each processor, as hosts say.
    static func hosts(
        _ hosts: [AgentID],
        loads: [AgentID: Int] = [:],
        at now: Timestamp = start
    ) -> [AgentID: PlacementHost] {
        Dictionary(
            uniqueKeysWithValues: hosts.map {
                ($0, PlacementHost(lastHeard: now, executors: [], knowsLeases: true, load: loads[$0]))
            }
        )
    }

    func report(
        _ execution: Execution,
        of agent: AgentID,
        _ status: ExecutionStatus,
        sequence: Int64
    ) throws -> Report {
        Report(
            sequence: sequence,
            executionID: execution.id,
            runID: execution.runID,
            jobUID: execution.jobUID,
            jobID: execution.jobID,
            jobName: execution.jobName,
            jobVersion: execution.jobVersion,
            kind: execution.kind,
            nominal: execution.nominal,
            status: status,
            attempt: 1,
            startedAt: execution.nominal
        )
    }

    /// One round with all that waits.
    func place(
        on hosts: [AgentID],
        lost: Set<ExecutionID> = [],
        loads: [AgentID: Int] = [:],
        at now: Timestamp = start + 2
    ) async throws -> PlacementRound {
        let open = try await self.placements.openSlots(limit: 100)
        let facts = PlacementFacts(
            hosts: Self.hosts(hosts, loads: loads, at: now),
            waiting: Set(open.filter { $0.agent == nil && !$0.isEnded }.map(\.execution)),
            lost: lost,
            ended: Set(open.filter(\.isEnded).map(\.execution))
        )
        return try await self.placements.place(facts, at: now)
    }
}
