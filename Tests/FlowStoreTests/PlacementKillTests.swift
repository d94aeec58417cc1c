// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import Foundation
import Testing

/// Rule P6 over many deaths of hosts, with the rules' own clock.
@Suite("A slot whose host is killed again and again")
struct PlacementKillTests {
    private static let lease = 6
    private static let kills = 200

    @Test(
        "P6, F7: over 200 kills of the chosen host no two hold it at once, and each time it goes on within the lease and 10 s",
        arguments: StoreKind.allCases
    )
    func kills(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            var hosts: [AgentID] = []
            for number in 0..<3 { hosts.append(try await world.connectedAgent("web\(number)")) }
            let placement = Placement(kind: .oneOf, strategy: .random, leaseSeconds: Self.lease)
            let job = try await world.placed(placement)
            guard case .fired(let run, let executions, _) = try await world.fire(job) else {
                Issue.record("not fired")
                return
            }
            var current = try #require(executions.first?.id)
            var watch = LeaseWatch()
            var heard = Dictionary(uniqueKeysWithValues: hosts.map { ($0, World.start) })
            var sequences: [AgentID: Int64] = [:]
            /// Monotonic milliseconds.
            var time: Int64 = 0
            var holders: [(agent: AgentID, fence: Int, from: Int64, until: Int64)] = []
            for kill in 1...Self.kills {
                let now = World.start.advanced(byMilliseconds: time)
                let round = try await world.place(on: hosts, at: now)
                let (holder, orders) = try #require(round.orders.first, "kill \(kill): nobody got it")
                let order = try #require(orders.first)
                #expect(round.orders.count == 1 && orders.count == 1)
                #expect(order.executionID == current && order.hold?.fence == kill)
                let execution = try #require(try await world.store.execution(current))
                sequences[holder, default: 0] += 1
                let sequence = sequences[holder] ?? 1
                _ = try await world.apply(
                    [try world.report(execution, of: holder, .running, sequence: sequence)],
                    of: holder
                )
                // It heard an answer at this moment for the last time, and is killed.
                for host in hosts { heard[host] = now }
                let killedAt = time
                let held = [LeaseWatch.Held(execution: current, agent: holder, leaseSeconds: Self.lease)]
                #expect(watch.look(at: heard, held: held, now: time).isEmpty)
                var lost: Set<ExecutionID> = []
                while lost.isEmpty {
                    time += 250
                    let later = World.start.advanced(byMilliseconds: time)
                    for host in hosts where host != holder { heard[host] = later }
                    lost = Set(watch.look(at: heard, held: held, now: time))
                    try #require(time - killedAt <= Int64(Self.lease) * 1000 + Placement.margin + 250)
                }
                // What the host trusts ends before anybody else can have it.
                let trusted = killedAt + Int64(Self.lease) * 1000 - Placement.trustMargin
                holders.append((holder, kill, killedAt, trusted))
                let later = World.start.advanced(byMilliseconds: time)
                let taken = try await world.place(on: hosts.filter { $0 != holder }, lost: lost, at: later)
                #expect(taken.cancels.map(\.execution) == [current])
                let moved = try #require(try await world.placements.placement(of: current)?.movedTo)
                // It comes back: what it says is history.
                if kill.isMultiple(of: 5) {
                    sequences[holder, default: 0] += 1
                    let report = try world.report(
                        execution,
                        of: holder,
                        .success,
                        sequence: sequences[holder] ?? 2
                    )
                    _ = try await world.apply([report], of: holder)
                    #expect(try await world.store.execution(current)?.reason == .moved)
                }
                current = moved
            }
            for (before, after) in zip(holders, holders.dropFirst()) {
                #expect(before.until < after.from && after.fence == before.fence + 1)
                #expect(after.from - before.from <= Int64(Self.lease) * 1000 + Placement.margin + 250)
                #expect(before.agent != after.agent, "the one that lost it is asked last")
            }
            let round = try await world.place(on: hosts, at: World.start.advanced(byMilliseconds: time))
            let holder = try #require(round.orders.keys.first)
            let execution = try #require(try await world.store.execution(current))
            sequences[holder, default: 0] += 1
            let report = try world.report(execution, of: holder, .success, sequence: sequences[holder] ?? 1)
            _ = try await world.apply([report], of: holder)
            #expect(try await world.store.run(run.id)?.tally.state == "succeeded")
        }
    }
}
