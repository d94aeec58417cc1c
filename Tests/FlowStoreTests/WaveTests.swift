// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@testable import FlowStore

@Suite("Waves in the store (P8)")
struct WaveTests {
    private static let waves = Waves(size: .hosts(2), canary: 1, maxFailurePermille: 400)

    @Test(
        "A fire waits for its waves, begins them one after the other, and is over once",
        arguments: StoreKind.allCases
    )
    func goesOn(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            var hosts: [AgentID] = []
            for name in ["web1", "web2", "web3"] { hosts.append(try await world.connectedAgent(name)) }
            let job = try await world.placed(Placement(kind: .each, waves: Self.waves))
            guard case .fired(let run, let executions, let orders) = try await world.fire(job, online: Set(hosts))
            else {
                Issue.record("not fired")
                return
            }
            #expect(orders.isEmpty && executions.map(\.agentID) == hosts)
            #expect(
                executions.map(\.detail) == ["waits for wave 1 of 2"]
                    + Array(repeating: "waits for wave 2 of 2", count: 2)
            )
            let configuration = try await world.store.configuration(of: hosts[0])
            #expect(configuration.jobs.first?.schedule == .manual, "no host fires it by itself")
            // R9 orders nothing that waits for its wave.
            let later = World.start + 3600
            #expect(try await world.store.reaskPending(of: hosts[1], before: later, limit: 10).isEmpty)

            let first = try await world.roll(run.id)
            #expect(first.orders.mapValues(\.count) == [hosts[0]: 1])
            let order = try #require(first.orders[hosts[0]]?.first)
            #expect(
                order.hold?.isFenced == false && order.hold?.moves == false && order.executionID == executions[0].id
            )
            #expect(try await world.store.pendingOrders(of: hosts[0]) == [order])
            #expect(try await world.roll(run.id).orders.isEmpty, "nothing is ordered twice")

            _ = try await world.apply(
                [try world.report(executions[0], of: hosts[0], .success, sequence: 1)],
                of: hosts[0]
            )
            // Who joins meanwhile is not among the hosts of this run.
            _ = try await world.connectedAgent("web4")
            let second = try await world.roll(run.id, at: World.start + 7200)
            #expect(second.orders.mapValues(\.count) == [hosts[1]: 1, hosts[2]: 1])
            #expect(second.orders[hosts[1]]?.first?.deadline == World.start + 7200 + 3600, "from its wave on")
            for (index, host) in hosts.enumerated().dropFirst() {
                _ = try await world.apply(
                    [try world.report(executions[index], of: host, .success, sequence: 1)],
                    of: host
                )
            }
            _ = try await world.roll(run.id, at: World.start + 7201)
            #expect(try await world.rollouts.openRollouts().isEmpty)
            let note = try #require(try await world.rollouts.rollout(of: run.id))
            #expect(note.rollout.phase == .over && Set(note.status.values) == [.success])
            #expect(try await world.store.run(run.id)?.tally.state == "succeeded")
        }
    }

    @Test("Too many failures keep the rest from it, and what runs ends by itself", arguments: StoreKind.allCases)
    func stops(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            var hosts: [AgentID] = []
            for name in ["web1", "web2", "web3", "web4", "web5"] { hosts.append(try await world.connectedAgent(name)) }
            let job = try await world.placed(Placement(kind: .each, order: [hosts[4]], waves: Self.waves))
            guard case .fired(let run, let executions, _) = try await world.fire(job) else {
                Issue.record("not fired")
                return
            }
            let first = try await world.roll(run.id)
            #expect(first.orders.keys.sorted() == [hosts[4]], "the named host is the canary")
            _ = try await world.apply(
                [try world.report(executions[4], of: hosts[4], .success, sequence: 1)],
                of: hosts[4]
            )
            #expect(try await world.roll(run.id).orders.keys.sorted() == [hosts[0], hosts[1]])
            _ = try await world.apply(
                [try world.report(executions[1], of: hosts[1], .running, sequence: 1)],
                of: hosts[1]
            )
            _ = try await world.apply(
                [try world.report(executions[0], of: hosts[0], .failure, sequence: 1)],
                of: hosts[0]
            )
            let round = try await world.roll(run.id)
            #expect(round.cancels.isEmpty)
            #expect(round.changed.map(\.reason) == [.waveStopped, .waveStopped])
            #expect(round.changed.map(\.status) == [.skipped, .skipped])
            #expect(round.changed.map(\.agentID) == [hosts[2], hosts[3]])
            #expect(try await world.store.execution(executions[1].id)?.status == .running)
            #expect(try await world.rollouts.openRollouts().count == 1)
        }
    }

    @Test("Hosts that are away or in maintenance at their turn are neutral", arguments: StoreKind.allCases)
    func neutral(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            var hosts: [AgentID] = []
            for name in ["web1", "web2", "web3"] { hosts.append(try await world.connectedAgent(name)) }
            let job = try await world.placed(Placement(kind: .each, waves: Waves(size: .hosts(1))))
            guard case .fired(let run, let executions, _) = try await world.fire(job) else {
                Issue.record("not fired")
                return
            }
            #expect(try await world.roll(run.id).orders.keys.sorted() == [hosts[0]])
            // Its order is there, and it does not come back: the next wave begins without it.
            let round = try await world.roll(run.id, away: [hosts[0]])
            #expect(round.orders.keys.sorted() == [hosts[1]])
            let gone = try #require(try await world.store.execution(executions[0].id))
            #expect(gone.status == .skipped && gone.reason == .agentOffline && gone.decidedBy == .server)
            #expect(try await world.store.pendingOrders(of: hosts[0]).isEmpty)
            // A host that had begun is what it says when it is back.
            _ = try await world.apply(
                [try world.report(executions[0], of: hosts[0], .success, sequence: 1)],
                of: hosts[0]
            )
            #expect(try await world.store.execution(executions[0].id)?.status == .success)
            // What runs on a host that is away is not concluded, and not waited for.
            _ = try await world.apply(
                [try world.report(executions[1], of: hosts[1], .running, sequence: 1)],
                of: hosts[1]
            )
            #expect(try await world.roll(run.id, away: [hosts[1]]).orders.keys.sorted() == [hosts[2]])
            #expect(try await world.store.execution(executions[1].id)?.status == .running)
        }
    }

    @Test("A second run waits for the first or is skipped, as its overlap says", arguments: StoreKind.allCases)
    func overlaps(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let host = try await world.connectedAgent("web1")
            let waves = Placement(kind: .each, waves: Waves(size: .hosts(1)))
            let skipping = try await world.placed(waves, Policies(overlap: .skip), "skipping")
            let queueing = try await world.placed(waves, Policies(overlap: .queue), "queueing")
            for (job, isSkipped) in [(skipping, true), (queueing, false)] {
                guard case .fired(let first, let one, _) = try await world.fire(job),
                    case .fired(let second, let other, _) = try await world.fire(job, at: World.start + 1)
                else {
                    Issue.record("not fired")
                    return
                }
                #expect(try await world.roll(first.id).orders[host]?.count == 1)
                #expect(try await world.roll(second.id).orders.isEmpty)
                let waiting = try #require(try await world.store.execution(other[0].id))
                #expect(waiting.reason == (isSkipped ? .overlap : .waitingWave))
                guard !isSkipped else { continue }
                _ = try await world.apply([try world.report(one[0], of: host, .success, sequence: 1)], of: host)
                _ = try await world.roll(first.id)
                #expect(try await world.roll(second.id).orders[host]?.count == 1)
            }
        }
    }

    @Test(
        "A person holds, continues and stops; a host whose wave has not begun is cancelled at once",
        arguments: StoreKind.allCases
    )
    func byHand(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            var hosts: [AgentID] = []
            for name in ["web1", "web2", "web3"] { hosts.append(try await world.connectedAgent(name)) }
            let job = try await world.placed(Placement(kind: .each, waves: Waves(size: .hosts(1))))
            guard case .fired(let run, let executions, _) = try await world.fire(job) else {
                Issue.record("not fired")
                return
            }
            _ = try await world.roll(run.id)
            let change = Change(by: .user(1, "ada"), at: World.start)
            #expect(try await world.rollouts.steer(run.id, .hold, by: change).0.rollout.heldBy == "ada")
            _ = try await world.apply(
                [try world.report(executions[0], of: hosts[0], .success, sequence: 1)],
                of: hosts[0]
            )
            #expect(try await world.roll(run.id).orders.isEmpty)
            _ = try await world.rollouts.steer(run.id, .resume, by: change)
            await #expect(throws: CoreError.self) { try await world.rollouts.steer(run.id, .resume, by: change) }
            let cancelled = try await world.store.requestCancel(executions[1].id, force: false, by: change)
            #expect(cancelled.status == .cancelled && cancelled.detail == "Cancelled before its wave began.")
            // The second wave has nothing left, so the third has its turn.
            #expect(try await world.roll(run.id).orders.keys.sorted() == [hosts[2]])
            await #expect(throws: CoreError.self) { try await world.rollouts.steer(run.id, .stop, by: change) }

            guard case .fired(let other, let left, _) = try await world.fire(job, at: World.start + 1) else {
                Issue.record("not fired")
                return
            }
            let stopped = try await world.rollouts.steer(other.id, .stop, by: change)
            #expect(stopped.changed.map(\.status) == left.map { _ in .cancelled })
            #expect(stopped.changed.allSatisfy { $0.reason == .waveStopped })
        }
    }

    @Test("Waves go with the runs that are forgotten", arguments: StoreKind.allCases)
    func forgets(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            _ = try await world.connectedAgent("web1")
            let job = try await world.placed(Placement(kind: .each, waves: Waves(size: .hosts(1))))
            guard case .fired(let run, let executions, _) = try await world.fire(job) else {
                Issue.record("not fired")
                return
            }
            _ = try await world.store.requestCancel(executions[0].id, force: false, by: .system(at: World.start))
            _ = try await world.roll(run.id)
            #expect(try await world.rollouts.rollout(of: run.id)?.wave.count == 1)
            for growth in [Growth.executions, .runs] {
                while try await !world.store.forget(growth, before: World.start + 86_400, limit: 100).isDone {}
            }
            #expect(try await world.rollouts.rollout(of: run.id) == nil)
        }
    }
}

extension World {
    var rollouts: any WaveStore { self.store as! any WaveStore }

    func roll(_ run: RunID, away: Set<AgentID> = [], at now: Timestamp = start + 2) async throws -> PlacementRound {
        try await self.rollouts.roll(WaveFacts(runs: [run]) { away.contains($0) }, at: now)
    }
}
