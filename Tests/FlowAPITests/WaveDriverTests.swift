// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowStore
import Foundation
import Logging
import Synchronization
import Testing

/// Rule P8 in the driver: what it looks at when, over a real store, with clocks that stand still until they are moved.
@Suite("Waves, driven")
struct WaveDriverTests {
    /// A store that notes which runs are looked at.
    private final class Watched: WaveStore {
        private let store: any WaveStore
        private let seen = Mutex<[RunID]>([])

        init(_ store: any WaveStore) { self.store = store }

        /// Since it was asked last.
        var looks: Int {
            self.seen.withLock { seen in
                defer { seen = [] }
                return seen.count
            }
        }

        func openRollouts() async throws -> [OpenRollout] { try await self.store.openRollouts() }

        func roll(_ facts: WaveFacts, at now: Timestamp) async throws -> PlacementRound {
            self.seen.withLock { $0 += facts.runs }
            return try await self.store.roll(facts, at: now)
        }

        func rollout(of run: RunID) async throws -> RolloutNote? { try await self.store.rollout(of: run) }

        func steer(
            _ run: RunID,
            _ wish: WaveWish,
            by change: Change
        ) async throws -> (RolloutNote, changed: [Execution]) { try await self.store.steer(run, wish, by: change) }
    }

    /// Monotonic milliseconds.
    private final class Boot: Sendable {
        private let value = Mutex<Int64>(1_000_000)
        var now: Int64 { self.value.withLock { $0 } }
        func pass(_ milliseconds: Int64) { self.value.withLock { $0 += milliseconds } }
    }

    private struct Driven {
        let server: TestServer
        let store: Watched
        let driver: WaveDriver
        let boot: Boot
        let hosts: [AgentID]
        let run: RunID

        /// Time passes, and all hosts but those that are away are heard.
        func pass(_ milliseconds: Int64, away: Set<AgentID> = []) {
            self.boot.pass(milliseconds)
            let now = self.server.clock.now.advanced(byMilliseconds: milliseconds)
            self.server.clock.set(now)
            for host in self.hosts where !away.contains(host) { self.server.gateway.heard(host, at: now, running: []) }
        }

        /// How often a round looked at the run.
        func round() async throws -> Int {
            try await self.driver.round()
            return self.store.looks
        }

        /// Ends the host's part, and lets the driver hear of it as a server does.
        func end(_ host: AgentID, _ status: ExecutionStatus = .success, isHeard: Bool = true) async throws {
            let all = try await self.executions
            let execution = try #require(all.first { $0.agentID == host })
            try await self.server.report(execution, sequence: 1, status: status)
            let ended = try #require(try await self.server.store.execution(execution.id, in: .all))
            if isHeard { await self.driver.hear(.event(.executionsChanged([ended]))) }
        }

        var executions: [Execution] {
            get async throws {
                try await self.server.store.executions(ExecutionQuery(run: self.run)).items
            }
        }

        var ordered: [AgentID] { self.server.gateway.record.delivered.keys.sorted() }
    }

    /// A run over three hosts, one after the other with a minute between.
    private static func with(_ body: @Sendable (Driven) async throws -> Void) async throws {
        try await TestServer.with { server, caller in
            var hosts: [AgentID] = []
            for name in ["web1", "web2", "web3"] {
                let host = try await server.agent(name)
                server.gateway.connect(host, at: server.clock.now)
                hosts.append(host)
            }
            let placement: JSON = .object([
                .init("kind", "each"),
                .init("waves", JSON.object([.init("size", 1), .init("pause_seconds", 60)])),
            ])
            let made = try await caller.post("/tasks", taskBody(["placement": placement])).data
            let id = try #require(made["id"]?.int)
            let text = try #require(try await caller.post("/tasks/\(id)/trigger").data["run_id"]?.text)
            let boot = Boot()
            let store = Watched(server.store as any WaveStore)
            let driver = WaveDriver(
                store: store,
                gateway: server.gateway,
                bus: server.bus,
                clock: server.clock,
                logger: Logger(label: "test"),
                time: { boot.now }
            )
            let run = try #require(RunID(text))
            try await body(
                Driven(server: server, store: store, driver: driver, boot: boot, hosts: hosts, run: run)
            )
        }
    }

    @Test("P8: it begins the first wave, looks again when something ended, and keeps the pause")
    func goesOn() async throws {
        try await Self.with { driven async throws in
            #expect(try await driven.round() == 1)
            #expect(driven.ordered == [driven.hosts[0]])
            try await driven.end(driven.hosts[0])
            driven.pass(500)
            #expect(try await driven.round() == 1)
            #expect(driven.ordered == [driven.hosts[0]], "the pause has just begun")
            driven.pass(58_000)
            _ = try await driven.round()
            #expect(driven.ordered == [driven.hosts[0]])
            driven.pass(2000)
            #expect(try await driven.round() == 1)
            #expect(driven.ordered == Array(driven.hosts.prefix(2)))
        }
    }

    @Test("P8: a wave under way is not read while nothing is heard of it, but from time to time all the same")
    func restsWhileNothingHappens() async throws {
        try await Self.with { driven async throws in
            #expect(try await driven.round() == 1)
            var looks = 0
            for _ in 0..<9 {
                driven.pass(500)
                looks += try await driven.round()
            }
            #expect(looks == 0)
            driven.pass(500)
            #expect(try await driven.round() == 1, "five seconds are over")
            // What ended unheard is found by the clock.
            try await driven.end(driven.hosts[0], isHeard: false)
            driven.pass(500)
            #expect(try await driven.round() == 0)
            driven.pass(WaveNews.period)
            #expect(try await driven.round() == 1)
            #expect(try await driven.store.rollout(of: driven.run)?.rollout.settledAt != nil)
        }
    }

    @Test("P8: what was not heard for want of room makes it look at all")
    func looksAfterGap() async throws {
        try await Self.with { driven async throws in
            #expect(try await driven.round() == 1)
            driven.pass(500)
            #expect(try await driven.round() == 0)
            await driven.driver.hear(.gap)
            #expect(try await driven.round() == 1)
        }
    }

    @Test("P8: a failure stops the rest, and the run is over and looked at no more")
    func stops() async throws {
        try await Self.with { driven async throws in
            _ = try await driven.round()
            try await driven.end(driven.hosts[0], .failure)
            driven.pass(500)
            _ = try await driven.round()
            let note = try #require(try await driven.store.rollout(of: driven.run))
            #expect(note.rollout.stop != nil)
            #expect(driven.ordered == [driven.hosts[0]])
            driven.pass(500)
            _ = try await driven.round()
            #expect(try await driven.store.openRollouts().isEmpty)
            driven.pass(WaveNews.period)
            #expect(try await driven.round() == 0)
        }
    }

    @Test("P8: a host that is away for a minute is waited for no longer")
    func away() async throws {
        try await Self.with { driven async throws in
            _ = try await driven.round()
            #expect(driven.ordered == [driven.hosts[0]])
            let gone: Set<AgentID> = [driven.hosts[0]]
            // Its session has to be silent for longer than a heartbeat may take, and then for a minute more.
            for _ in 0..<60 {
                driven.pass(5000, away: gone)
                _ = try await driven.round()
            }
            let executions = try await driven.executions
            #expect(executions.first { $0.agentID == driven.hosts[0] }?.status == .skipped)
            #expect(driven.ordered.contains(driven.hosts[1]))
        }
    }
}
