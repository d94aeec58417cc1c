// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowSchedulerCore
import Foundation
import Logging
import Synchronization
import Testing

@Suite("Sessions of agents", .timeLimit(.minutes(10)))
struct AgentSessionsTests {
    private static let agent = AgentID("a")!
    private static let start = Timestamp(milliseconds: 1_790_000_000_000)

    private struct Bench: Sendable {
        let store = MemorySessionStore()
        let recorder = MemoryRecorder()
        let clock = StandingClock(AgentSessionsTests.start)
        let journal: SessionJournal
        let scheduler = LiveScheduler()
        let settings = LiveSettings()
        let sessions: AgentSessions

        init() {
            let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
            self.journal = SessionJournal(store: self.store, logger: logger)
            self.sessions = AgentSessions(
                store: self.store,
                recorder: self.recorder,
                journal: self.journal,
                issuer: MemoryIssuer(),
                secrets: MemorySecrets(),
                bus: EventBus(),
                clock: self.clock,
                settings: self.settings,
                logger: logger,
                proof: .seconds(8),
                scheduler: self.scheduler
            )
        }

        /// Serves a channel beside `body`; everything ends with it.
        func serving(
            _ channels: [MemoryChannel],
            _ body: @Sendable @escaping () async throws -> Void
        ) async throws {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await self.sessions.run() }
                for channel in channels { group.addTask { try? await self.sessions.serve(channel) } }
                try await body()
                group.cancelAll()
            }
        }

        func serve(_ channel: MemoryChannel) async { try? await self.sessions.serve(channel) }
    }

    private static func hello(
        start: String = "s1",
        boot: String = "boot",
        incarnation: String = "one"
    ) -> Hello {
        Hello(
            agent: self.agent,
            incarnation: incarnation,
            bootID: boot,
            lastSequence: 0,
            configVersion: 1,
            configDigest: ConfigDigest.of([]),
            floor: .distantPast,
            version: "1",
            hostname: "host",
            operatingSystem: "Linux",
            sentAt: 0,
            startID: start,
            machineID: "machine"
        )
    }

    private static let execution = ExecutionID(bytes: [UInt8](repeating: 7, count: 16))!

    private static func isWelcomed(_ channel: MemoryChannel) -> Bool {
        channel.sent.contains { if case .welcome = $0 { true } else { false } }
    }

    private static func rejection(_ channel: MemoryChannel) -> String? {
        for case .rejected(let code, _) in channel.sent { return code }
        return nil
    }

    private static func report(_ sequence: Int64) -> AgentMessage {
        let job = JobUID(bytes: [UInt8](repeating: 1, count: 16))!
        return .reports(
            incarnation: "one",
            [
                Report(
                    sequence: sequence,
                    executionID: self.execution,
                    runID: DeterministicID.run(kind: .cron, job: job, nominal: self.start),
                    jobUID: job,
                    jobID: 1,
                    jobName: "job",
                    jobVersion: 1,
                    kind: .cron,
                    nominal: self.start,
                    status: .running
                )
            ]
        )
    }

    @Test("A host hears that its maintenance is over before it gets an order that was made then (S1-FR-3.2)")
    func ordersAfterMaintenance() async throws {
        let bench = Bench()
        var hello = Self.hello()
        hello.maintenanceRevision = 0
        let channel = MemoryChannel(hello)
        let job = JobSnapshot(
            uid: JobUID(bytes: [UInt8](repeating: 1, count: 16))!,
            id: 1,
            version: 1,
            name: "job",
            payload: .shell(ShellPayload(command: "true")),
            schedule: .manual,
            policies: Policies(),
            isEnabled: true
        )
        let order = Order(
            executionID: Self.execution,
            runID: DeterministicID.run(kind: .manual, job: job.uid, nominal: Self.start, discriminator: "a"),
            job: job,
            kind: .manual,
            nominal: Self.start,
            deadline: Self.start.advanced(byMilliseconds: 3_600_000)
        )
        try await bench.serving([channel]) {
            try await eventually("the session stands") { !bench.sessions.presences.isEmpty }
            bench.scheduler.take([Self.agent: HostMaintenance(revision: 1)])
            await bench.sessions.deliver([Self.agent: [order]])
            func place(_ isIt: (ServerMessage) -> Bool) -> Int? { channel.sent.firstIndex(where: isIt) }
            try await eventually("the order is sent") {
                place { if case .orders = $0 { true } else { false } } != nil
            }
            let told = place { if case .maintenance = $0 { true } else { false } }
            let ordered = place { if case .orders = $0 { true } else { false } }
            #expect(try #require(told) < (try #require(ordered)))
        }
    }

    @Test("A server with more hosts than its share sends the others away, and still takes hosts")
    func even() async throws {
        let bench = Bench()
        let first = MemoryChannel(Self.hello())
        try await bench.serving([first]) {
            try await eventually("the session stands") { !bench.sessions.presences.isEmpty }
            bench.sessions.even(HostEvening(share: 1, total: 1))
            await bench.sessions.moveAway(limit: 10, workers: 2)
            #expect(first.closed == nil, "it has its share")
            bench.sessions.even(HostEvening(share: 0, total: 1))
            await bench.sessions.moveAway(limit: 10)
            #expect(first.closed == nil, "no other server works")
            await bench.sessions.moveAway(limit: 10, workers: 2)
            #expect(first.closed?.cause == .goingAway)
        }
    }

    @Test("A server that rests sends its hosts away and takes none; one that works again takes them")
    func rest() async throws {
        let bench = Bench()
        let rests = Mutex(false)
        bench.sessions.setResting { rests.withLock { $0 } }
        let first = MemoryChannel(Self.hello())
        try await bench.serving([first]) {
            try await eventually("the session stands") { !bench.sessions.presences.isEmpty }
            await bench.sessions.moveAway(limit: 10)
            #expect(first.closed == nil, "it does not rest")
            rests.withLock { $0 = true }
            await bench.sessions.moveAway(limit: 0)
            #expect(first.closed == nil)
            await bench.sessions.moveAway(limit: 10)
            #expect(first.closed?.cause == .goingAway)
            let second = MemoryChannel(Self.hello(start: "s2"))
            await #expect(throws: SessionClose.self) { try await bench.sessions.serve(second) }
            #expect(second.sent.isEmpty)
        }
    }

    @Test("A copy of a living agent is kept out and shown; the agent works on undisturbed")
    func copy() async throws {
        let bench = Bench()
        let original = MemoryChannel(Self.hello(start: "s1"))
        try await bench.serving([original]) {
            try await eventually("a welcome") { Self.isWelcomed(original) }
            // A copied directory on the same machine: boot, machine and ledger are all the same.
            let copy = MemoryChannel(Self.hello(start: "s2"))
            await bench.serve(copy)
            #expect(Self.rejection(copy) == RejectionCode.duplicateAgent)
            #expect(!Self.isWelcomed(copy))
            #expect(bench.sessions.duplicates[Self.agent]?.map(\.address) == ["192.0.2.1"])
            #expect(original.closed == nil)
            await bench.sessions.cancel(Self.execution, on: Self.agent, force: true)
            try await eventually("the original hears the cancel") {
                original.sent.contains(.cancel(Self.execution, force: true))
            }
            // It is gone for a while: nothing is left to mend.
            bench.clock.advance(milliseconds: 300_000)
            #expect(bench.sessions.duplicates.isEmpty)
            #expect(bench.sessions.presences[Self.agent] != nil)
        }
    }

    @Test("An agent that was killed and starts again takes over from the connection it left behind")
    func restarted() async throws {
        let bench = Bench()
        let dead = MemoryChannel(Self.hello(start: "s1"), answersProbes: false)
        let alive = MemoryChannel(Self.hello(start: "s2", boot: "another boot"))
        try await bench.serving([dead]) {
            try await eventually("a welcome") { Self.isWelcomed(dead) }
            async let service: Void = bench.serve(alive)
            try await eventually("a welcome of the new process") { Self.isWelcomed(alive) }
            #expect(dead.closed?.cause == .overtaken)
            #expect(bench.sessions.duplicates.isEmpty)
            alive.hangUp()
            await service
        }
    }

    @Test("A process that connects twice is not a copy: its newer session stays, the older is closed as overtaken")
    func reconnected() async throws {
        let bench = Bench()
        let first = MemoryChannel(Self.hello(), answersProbes: false)
        let second = MemoryChannel(Self.hello())
        try await bench.serving([first]) {
            try await eventually("a welcome") { Self.isWelcomed(first) }
            async let service: Void = bench.serve(second)
            try await eventually("a second welcome") { Self.isWelcomed(second) }
            #expect(first.closed?.cause == .overtaken)
            second.hangUp()
            await service
        }
    }

    @Test("Of two hellos at once the older never stays, also when it enters last")
    func concurrentHellos() async throws {
        let bench = Bench()
        let older = MemoryChannel(Self.hello())
        let newer = MemoryChannel(Self.hello())
        // While the older one waits for the store's answer, the newer one gets through.
        bench.store.whileOpening {
            Task { await bench.serve(newer) }
            try? await eventually("the newer is welcomed") { Self.isWelcomed(newer) }
        }
        try await bench.serving([older]) {
            try await eventually("the older is told") { older.closed != nil || Self.isWelcomed(newer) }
            try await eventually("one stands") { bench.sessions.presences[Self.agent] != nil }
            await bench.sessions.cancel(Self.execution, on: Self.agent, force: false)
            try await eventually("the newer hears") { newer.sent.contains(.cancel(Self.execution, force: false)) }
            #expect(newer.closed == nil)
            #expect(!Self.isWelcomed(older))
            newer.hangUp()
        }
    }

    @Test("A cancel between the store's answer and the entry is not lost")
    func cancelInTheGap() async throws {
        let bench = Bench()
        let channel = MemoryChannel(Self.hello())
        bench.store.whileOpening { await bench.sessions.cancel(Self.execution, on: Self.agent, force: true) }
        try await bench.serving([channel]) {
            try await eventually("the cancel") { channel.sent.contains(.cancel(Self.execution, force: true)) }
            guard case .welcome = channel.sent.first else {
                Issue.record("something came before the welcome")
                return
            }
        }
    }

    @Test("A store that fails does not end sessions: what was said is said again and then counts")
    func storeDown() async throws {
        let bench = Bench()
        let channel = MemoryChannel(Self.hello())
        try await bench.serving([channel]) {
            try await eventually("a welcome") { Self.isWelcomed(channel) }
            bench.store.setDown(true)
            bench.recorder.setDown(true)
            channel.say(Self.report(1))
            await bench.sessions.configurationChanged()
            // Past every deadline of the session's rules, the question about open executions among them.
            bench.clock.advance(milliseconds: 60_000)
            try await eventually("the failing question") { bench.store.reaskCount > 0 }
            #expect(channel.closed == nil)
            #expect(!channel.sent.contains(.reportsAcknowledged(incarnation: "one", sequence: 1)))
            bench.store.setDown(false)
            bench.recorder.setDown(false)
            let job = JobSnapshot(
                uid: JobUID(bytes: [UInt8](repeating: 2, count: 16))!,
                id: 2,
                version: 1,
                name: "new",
                payload: .shell(ShellPayload(command: "true")),
                schedule: .manual,
                policies: Policies(),
                isEnabled: true
            )
            bench.store.setConfiguration(AgentConfiguration(version: 2, jobs: [job]))
            channel.say(Self.report(1))
            try await eventually("the acknowledgement") {
                channel.sent.contains(.reportsAcknowledged(incarnation: "one", sequence: 1))
            }
            try await eventually("the change that could not be read") {
                channel.sent.contains { message in
                    if case .config(let update) = message { update.version == 2 } else { false }
                }
            }
            #expect(channel.closed == nil)
        }
    }

    @Test("A new session costs one reading of configurations, not one of everybody's")
    func connecting() async throws {
        let bench = Bench()
        let first = MemoryChannel(Self.hello())
        try await bench.serving([first]) {
            try await eventually("a welcome") { Self.isWelcomed(first) }
            try await eventually("the look after entering") { bench.store.configurationReads.count == 2 }
            var hello = Self.hello()
            hello.agent = AgentID("b")!
            let second = MemoryChannel(hello)
            async let service: Void = bench.serve(second)
            try await eventually("a welcome") { Self.isWelcomed(second) }
            try await eventually("the look after entering") { bench.store.configurationReads.count == 4 }
            #expect(bench.store.configurationReads.count { $0 == Self.agent } == 2)
            second.hangUp()
            await service
        }
    }

    @Test("A change is read once for all agents, and each is told only what concerns it")
    func oneReading() async throws {
        let bench = Bench()
        @Sendable func job(_ number: UInt8) -> JobSnapshot {
            JobSnapshot(
                uid: JobUID(bytes: [UInt8](repeating: number, count: 16))!,
                id: JobID(number),
                version: 1,
                name: "job-\(number)",
                payload: .shell(ShellPayload(command: "true")),
                schedule: .manual,
                policies: Policies(),
                isEnabled: true
            )
        }
        let other = AgentID("b")!
        var hello = Self.hello()
        hello.agent = other
        let first = MemoryChannel(Self.hello())
        let second = MemoryChannel(hello)
        bench.store.setChanges(
            ConfigurationChanges(
                since: 1,
                version: 2,
                jobs: [
                    .init(uid: job(1).uid, snapshot: job(1), agents: [Self.agent]),
                    .init(uid: job(2).uid, snapshot: job(2), agents: [other]),
                ],
                moved: []
            )
        )
        @Sendable func told(_ channel: MemoryChannel) -> [ConfigUpdate] {
            channel.sent.compactMap { if case .config(let update) = $0 { update } else { nil } }
        }
        try await bench.serving([first, second]) {
            try await eventually("both hear of it") { !told(first).isEmpty && !told(second).isEmpty }
            #expect(told(first).map(\.upserts) == [[job(1)]] && told(second).map(\.upserts) == [[job(2)]])
            #expect(bench.store.configurationReads.sorted() == [Self.agent, other], "each when its session opened")
            await bench.sessions.configurationChanged()
            try await eventually("another look") { bench.store.changeReads.last == 2 }
            #expect(bench.store.configurationReads.count == 2)
            let states = await bench.sessions.rollout(of: job(1).uid, version: 1, on: [Self.agent, other])
            #expect(states[other] == .waiting && states[Self.agent] != nil)
        }
    }

    @Test("A deleted host's sessions are closed, also one that is about to enter")
    func deleted() async throws {
        let bench = Bench()
        let channel = MemoryChannel(Self.hello())
        bench.store.whileOpening { await bench.sessions.disconnect(Self.agent, reason: "deleted") }
        try await bench.serving([channel]) {
            try await eventually("the end") { channel.closed?.cause == .unauthorized }
            try await eventually("nobody stands") { bench.sessions.presences.isEmpty }
        }
    }

    @Test("A certificate is renewed on request; what cannot be signed is refused and the session stays")
    func certificates() async throws {
        let bench = Bench()
        let channel = MemoryChannel(Self.hello())
        try await bench.serving([channel]) {
            try await eventually("a welcome") { Self.isWelcomed(channel) }
            channel.say(.certificateRequest("good"))
            channel.say(.certificateRequest("bad"))
            try await eventually("both answers") {
                channel.sent.contains(.certificateIssued("good for a"))
                    && channel.sent.contains(.certificateRefused(code: "invalid_request", message: "bad request"))
            }
            #expect(channel.closed == nil)
        }
    }

    @Test("What the installation says of networks reaches hosts with the welcome and with each heartbeat's answer")
    func networks() async throws {
        let bench = Bench()
        @Sendable func take(_ revision: Int64, _ values: [SettingKey: String]) {
            let stored = values.mapValues { StoredSetting(value: .text($0), updatedAt: Self.start, updatedBy: "ada") }
            bench.settings.take(StoredSettings(revision: revision, values: stored))
        }
        take(1, [.networkPrivate: NetworkWord.refuse.rawValue])
        let channel = MemoryChannel(Self.hello())
        try await bench.serving([channel]) {
            try await eventually("a welcome") { Self.isWelcomed(channel) }
            let first = channel.sent.compactMap { if case .welcome(let welcome) = $0 { welcome.networks } else { nil } }
            #expect(first == [NetworkDefaults(allowsPrivate: false, allowsLoopback: false)])
            take(2, [.networkLoopback: NetworkWord.allow.rawValue])
            channel.say(.heartbeat(Heartbeat(configVersion: 1, running: [], sentAt: 1)))
            try await eventually("an answer") {
                channel.sent.contains {
                    if case .heartbeatAnswer(_, _, let networks) = $0 {
                        networks == NetworkDefaults(allowsPrivate: true, allowsLoopback: true)
                    } else {
                        false
                    }
                }
            }
        }
    }

    @Test("Secrets are given on request; a refusal says why and the session stays")
    func secrets() async throws {
        let bench = Bench()
        let channel = MemoryChannel(Self.hello())
        let job = JobUID(uuid: UUID())
        try await bench.serving([channel]) {
            try await eventually("a welcome") { Self.isWelcomed(channel) }
            for version in [Int64(1), 2] {
                channel.say(.secretsRequest(SecretsRequest(execution: Self.execution, job: job, version: version)))
            }
            try await eventually("both answers") {
                channel.sent.contains(.secrets(SecretsAnswer(execution: Self.execution, values: ["DB": "of a"])))
                    && channel.sent.contains(
                        .secrets(SecretsAnswer(execution: Self.execution, values: [:], refusal: "not this version"))
                    )
            }
            #expect(channel.closed == nil)
        }
    }

    @Test("Statistics are acknowledged when they are stored; a store that fails is told again, and the session stays")
    func statistics() async throws {
        let bench = Bench()
        let channel = MemoryChannel(Self.hello())
        try await bench.serving([channel]) {
            try await eventually("a welcome") { Self.isWelcomed(channel) }
            let incarnation = Self.hello().incarnation
            func report(_ sequence: Int64, of incarnation: String) -> AgentMessage {
                .statistics(
                    HostStatsReport(
                        incarnation: incarnation,
                        sequence: sequence,
                        at: Self.start,
                        zone: "UTC",
                        sums: []
                    )
                )
            }
            bench.store.setDown(true)
            channel.say(report(7, of: incarnation))
            channel.say(.configPull(version: 1))
            try await eventually("what came after it") { channel.sent.count > 1 }
            bench.store.setDown(false)
            channel.say(report(8, of: "another"))
            channel.say(report(9, of: incarnation))
            try await eventually("an acknowledgement") {
                channel.sent.contains(.statisticsAcknowledged(incarnation: incarnation, sequence: 9))
            }
            let acknowledged = channel.sent.filter { if case .statisticsAcknowledged = $0 { true } else { false } }
            #expect(acknowledged.count == 1 && channel.closed == nil)
        }
    }

    @Test("What sessions learn is written for all agents together; what failed is written with the next")
    func journal() async throws {
        let bench = Bench()
        let other = AgentID("b")!
        bench.journal.note(acknowledged: [Self.execution], by: Self.agent)
        bench.journal.note(configVersion: 4, of: Self.agent)
        bench.journal.note(seen: other, at: Self.start)
        bench.store.setDown(true)
        await bench.journal.flush()
        bench.journal.note(configVersion: 5, of: Self.agent)
        bench.store.setDown(false)
        await bench.journal.flush()
        await bench.journal.flush()
        #expect(
            bench.store.recorded == [
                SessionNotes(
                    acknowledgedOrders: [Self.agent: [Self.execution]],
                    configVersions: [Self.agent: 5],
                    lastSeen: [other: Self.start]
                )
            ]
        )
    }
}
