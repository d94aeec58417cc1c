// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@Suite("Agents and sessions")
struct AgentTests {
    @Test("Enrolling makes the agent a member of all and of the token's groups", arguments: StoreKind.allCases)
    func enrols(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let web = try await world.store.createGroup(name: "web", description: "", tags: [], at: World.start)
            let gone = try await world.store.createGroup(name: "gone", description: "", tags: [], at: World.start)
            let id = try #require(AgentID("a"))
            let token = JoinToken(
                id: "t",
                secretHash: [7, 0, 255],
                groups: [web.id, gone.id],
                expiresAt: World.start + 60,
                createdAt: World.start
            )
            try await world.store.createJoinToken(token)
            #expect(try await world.store.joinToken(id: "t") == token)
            try await world.store.deleteGroup(gone.id)
            let agent = Agent(id: id, name: "a", certificateFingerprint: "ff", createdAt: World.start)
            try await world.store.enrol(token: "t", agent: agent, at: World.start)
            #expect(try await world.store.agent(id) == agent)
            #expect(try await world.store.agents() == [agent])
            #expect(try await world.store.groups(of: id).map(\.name) == ["all", "web"])
            #expect(try await world.store.joinToken(id: "t")?.usedBy == id)
        }
    }

    @Test("A join token works once, before it expires, even for many at a time", arguments: StoreKind.allCases)
    func singleUse(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let token = JoinToken(
                id: "t",
                secretHash: [],
                groups: [],
                expiresAt: World.start + 60,
                createdAt: World.start
            )
            try await world.store.createJoinToken(token)
            let late = Agent(id: try #require(AgentID("late")), name: "late", createdAt: World.start)
            await expectError(.forbidden) {
                try await world.store.enrol(token: "t", agent: late, at: World.start + 60)
            }
            await expectError(.forbidden) { try await world.store.enrol(token: "?", agent: late, at: World.start) }
            let enrolled = await withTaskGroup(of: Bool.self) { tasks in
                for index in 0..<8 {
                    tasks.addTask {
                        guard let id = AgentID("agent-\(index)") else { return false }
                        let agent = Agent(id: id, name: "x", createdAt: World.start)
                        return (try? await world.store.enrol(token: "t", agent: agent, at: World.start)) != nil
                    }
                }
                return await tasks.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(enrolled == 1)
            #expect(try await world.store.agents().count == 1)
        }
    }

    @Test("A second agent of the same id is refused and does not use its token up (R14)", arguments: StoreKind.allCases)
    func twice(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let id = try await world.agent("a")
            let token = JoinToken(
                id: "t",
                secretHash: [],
                groups: [],
                expiresAt: World.start + 60,
                createdAt: World.start
            )
            try await world.store.createJoinToken(token)
            let clone = Agent(id: id, name: "clone", createdAt: World.start)
            await expectError(.conflict) { try await world.store.enrol(token: "t", agent: clone, at: World.start) }
            #expect(try await world.store.joinToken(id: "t")?.usedBy == nil)
            #expect(try await world.store.agent(id)?.name == "a")
        }
    }

    @Test("Hosts that have one name are found by it", arguments: StoreKind.allCases)
    func namesakes(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let first = try await world.agent("a")
            let name = try #require(try await world.store.agent(first)?.name)
            #expect(try await world.store.agents(named: name) == [first])
            let token = JoinToken(
                id: "second",
                secretHash: [],
                groups: [],
                expiresAt: World.start + 60,
                createdAt: World.start
            )
            try await world.store.createJoinToken(token)
            let second = try #require(AgentID("b"))
            let agent = Agent(id: second, name: name, createdAt: World.start)
            try await world.store.enrol(token: "second", agent: agent, at: World.start)
            #expect(try await world.store.agents(named: name) == [first, second])
            #expect(try await world.store.agents(named: name + " ").isEmpty)
        }
    }

    @Test("Each session has a higher epoch and keeps what the hello says (R6)", arguments: StoreKind.allCases)
    func sessions(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let id = try await world.agent("a")
            #expect(try await world.hello(id).epoch == 1)
            #expect(try await world.hello(id, at: World.start + 5).epoch == 2)
            let agent = try #require(try await world.store.agent(id))
            #expect(agent.incarnation == "one" && agent.hostname == "a.example" && agent.address == "192.0.2.1")
            #expect(agent.version == "1.0" && agent.operatingSystem == "Linux" && agent.lastSeen == World.start + 5)
            await expectError(.notFound) { _ = try await world.hello(try #require(AgentID("ghost"))) }
        }
    }

    @Test(
        "A session of the same incarnation goes on from the acknowledged sequence (R5)",
        arguments: StoreKind.allCases
    )
    func resumes(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            try await world.apply([World.report(1, job, on: agent, .running)], of: agent)
            let session = try await world.hello(agent, lastSequence: 5)
            #expect(session.acknowledgedSequence == 1 && session.interrupted.isEmpty)
            #expect(try await world.store.runningExecutions(of: agent).count == 1)
        }
    }

    @Test("A new incarnation starts from 0 and interrupts what ran, provisionally (R11)", arguments: StoreKind.allCases)
    func newIncarnation(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            let awaiting = World.report(2, job, on: agent, at: World.start + 1, .pending, reason: .awaitingRetry)
            try await world.apply([World.report(1, job, on: agent, .running), awaiting], of: agent)
            let session = try await world.hello(agent, incarnation: "two", at: World.start + 9)
            #expect(session.acknowledgedSequence == 0)
            #expect(session.interrupted.map(\.status) == [.failure])
            let interrupted = try #require(session.interrupted.first)
            #expect(interrupted.reason == .interrupted && interrupted.isProvisional)
            #expect(try await world.execution(interrupted.id) == interrupted)
            #expect(try await world.statistics(job).counts == [.failure: 1])
            // The new ledger counts from 1 again, also for what the old one had left open.
            let skipped = World.report(1, job, on: agent, at: World.start + 1, .skipped, reason: .deadline)
            let applied = try await world.apply([skipped], of: agent, incarnation: "two")
            #expect(applied.acknowledged == 1 && applied.changed.map(\.status) == [.skipped])
        }
    }

    @Test("A ledger that went back in time goes on from where it is (R11)", arguments: StoreKind.allCases)
    func rolledBack(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            let reports = (1...4).map {
                World.report($0, job, on: agent, at: World.start + $0, $0 == 4 ? .running : .success)
            }
            try await world.apply(reports, of: agent)
            let session = try await world.hello(agent, lastSequence: 2)
            #expect(session.acknowledgedSequence == 2)
            #expect(session.interrupted.map(\.id) == [reports[3].executionID])
            let next = World.report(3, job, on: agent, at: World.start + 9, .success)
            #expect(try await world.apply([next], of: agent).acknowledged == 3)
            #expect(try await world.execution(next.executionID).status == .success)
        }
    }

    @Test(
        "A store that is behind its agents goes on from what they still have, and asks about the rest (R5, R1)",
        arguments: StoreKind.allCases
    )
    func isBehind(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            // As after a restore: the store knows two reports of this ledger, the agent has had forty acknowledged.
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            let running = World.report(1, job, on: agent, .running)
            let awaiting = World.report(2, job, on: agent, at: World.start + 1, .pending, reason: .awaitingRetry)
            try await world.apply([running, awaiting], of: agent)
            let session = try await world.hello(agent, lastSequence: 42, acknowledged: 40, base: 30)
            #expect(session.acknowledgedSequence == 30 && session.interrupted.isEmpty)
            #expect(session.questions == [running.executionID, awaiting.executionID])
            #expect(session.lostAfter == 2, "what was said from here to the 30th is gone on both ends")
            // The first answer may have been lost with its connection: asked until it is answered.
            let second = try await world.hello(agent, lastSequence: 42, acknowledged: 40, base: 30)
            #expect(second.questions == [running.executionID, awaiting.executionID])
            #expect(second.lostAfter == 2)
            let next = World.report(31, job, on: agent, at: World.start + 9, .success)
            let answer = World.report(32, job, on: agent, .success)
            #expect(try await world.apply([next, answer], of: agent).acknowledged == 32)
            #expect(try await world.execution(running.executionID).status == .success)
            // A report from behind the gap came: the agent knows of it.
            #expect(try await world.hello(agent, lastSequence: 42, acknowledged: 40, base: 30).lostAfter == nil)
        }
    }

    @Test("A store that never heard of an agent's ledger goes on with it (R11)", arguments: StoreKind.allCases)
    func knowsNothing(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.agent("a")
            let job = try await world.job()
            let session = try await world.hello(agent, lastSequence: 42, acknowledged: 42, base: 42)
            #expect(session.acknowledgedSequence == 42)
            let next = World.report(43, job, on: agent, .success)
            #expect(try await world.apply([next], of: agent).acknowledged == 43)
        }
    }

    @Test(
        "A store that is only a little behind gets what the agent kept",
        arguments: StoreKind.allCases
    )
    func isALittleBehind(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            try await world.apply([World.report(1, job, on: agent, .running)], of: agent)
            let session = try await world.hello(agent, lastSequence: 9, acknowledged: 9, base: 0)
            #expect(session.acknowledgedSequence == 1)
            // Another agent with the same ledger, a copy, is further back: its numbers go on as well.
            #expect(try await world.hello(agent, lastSequence: 3, acknowledged: 3, base: 3).acknowledgedSequence == 3)
            let next = World.report(4, job, on: agent, at: World.start + 1, .success)
            #expect(try await world.apply([next], of: agent).acknowledged == 4)
        }
    }

    @Test("A cancel that kills at once does so also when its agent was away", arguments: StoreKind.allCases)
    func forcedCancels(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            let (first, second) = (
                World.report(1, job, on: agent, .running),
                World.report(2, job, on: agent, at: World.start + 1, .running)
            )
            try await world.apply([first, second], of: agent)
            _ = try await world.store.requestCancel(first.executionID, at: World.start)
            _ = try await world.store.requestCancel(second.executionID, at: World.start)
            // First asked to end, later to be killed.
            _ = try await world.store.requestCancel(second.executionID, force: true, by: .system(at: World.start))
            let session = try await world.hello(agent, lastSequence: 2)
            #expect(session.cancels == [first.executionID, second.executionID])
            #expect(session.forced == [second.executionID])
            try await world.apply([World.report(3, job, on: agent, at: World.start + 1, .cancelled)], of: agent)
            #expect(
                try await world.store.pendingCancels(of: agent) == [PendingCancel(id: first.executionID, force: false)]
            )
        }
    }

    @Test("Deleting an agent keeps its history and leaves nothing open", arguments: StoreKind.allCases)
    func deleting(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            for second in 0..<3 as Range<Int64> {
                _ = try await world.fire(job, at: World.start + second, online: [agent])
            }
            try await world.apply(
                [
                    World.report(1, job, on: agent, .success),
                    World.report(2, job, on: agent, at: World.start + 1, .running),
                ],
                of: agent
            )
            try await world.store.deleteAgent(agent)
            #expect(try await world.store.agent(agent) == nil)
            let history = try await world.store.executions(ExecutionQuery(agent: agent)).items
            #expect(history.map(\.status) == [.skipped, .failure, .success])
            #expect(try await world.store.openCounts() == [.pending: 0, .running: 0])
            #expect(try await world.store.pendingOrders(of: agent).isEmpty)
            await expectError(.notFound) { try await world.store.deleteAgent(agent) }
        }
    }

    @Test("A certificate counts when it was staged, or ends later than what is known", arguments: StoreKind.allCases)
    func certificates(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.agent("a")
            func fingerprint() async throws -> String? { try await world.store.agent(agent)?.certificateFingerprint }
            func use(_ fingerprint: String, _ end: Int64) async throws -> Bool {
                try await world.store.useCertificate(fingerprint, expiresAt: World.start + end, of: agent)
            }
            // One that enrolled before ends were kept: nothing is known to be older.
            #expect(try await !use("other", 100))
            let own = try #require(try await fingerprint())
            try await world.store.recordCertificateEnd(World.start + 50, of: agent, fingerprint: "other")
            #expect(try await world.store.agent(agent)?.certificateExpiresAt == nil)
            try await world.store.recordCertificateEnd(World.start + 50, of: agent, fingerprint: own)
            #expect(try await world.store.agent(agent)?.certificateExpiresAt == World.start + 50)

            try await world.store.stageCertificate("two", expiresAt: World.start + 90, of: agent)
            #expect(try await fingerprint() == own, "good until the new one was used")
            #expect(try await world.store.agent(agent)?.nextCertificateFingerprint == "two")
            #expect(try await use("two", 90))
            #expect(try await fingerprint() == "two")
            #expect(try await world.store.agent(agent)?.nextCertificateFingerprint == nil)
            #expect(try await world.store.agent(agent)?.certificateExpiresAt == World.start + 90)
            #expect(try await !use(own, 50), "the old one is worth nothing any more")
            // A database that was restored: the agent comes with a later one that nobody here remembers.
            #expect(try await use("three", 120))
            try await world.store.deleteAgent(agent)
            #expect(try await !use("four", 200))
            await expectError(.notFound) {
                try await world.store.stageCertificate("five", expiresAt: World.start, of: agent)
            }
        }
    }

    @Test("Last seen only moves forward", arguments: StoreKind.allCases)
    func lastSeen(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.agent("a")
            try await world.store.record(SessionNotes(lastSeen: [agent: World.start + 9]))
            try await world.store.record(SessionNotes(lastSeen: [agent: World.start + 3]))
            #expect(try await world.store.agent(agent)?.lastSeen == World.start + 9)
        }
    }

    @Test("A configuration has the agent's jobs, disabled ones too, at a version", arguments: StoreKind.allCases)
    func configuration(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.agent("a")
            let group = try await world.store.createGroup(name: "web", description: "", tags: [], at: World.start)
            let both = try await world.job("both", groups: [Group.everyone, group.id])
            let off = try await world.job("off", isEnabled: false)
            _ = try await world.job("elsewhere", groups: [group.id])
            let configuration = try await world.store.configuration(of: agent)
            #expect(configuration.version == (try await world.store.configVersion()))
            #expect(configuration.jobs == [both, off].map { JobSnapshot($0) }.sorted { $0.uid < $1.uid })
        }
    }

    @Test("Settings keep their last value", arguments: StoreKind.allCases)
    func settings(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            #expect(try await store.setting("secret") == nil)
            try await store.setSetting("secret", to: "one")
            try await store.setSetting("secret", to: "two")
            #expect(try await store.setting("secret") == "two")
        }
    }
}
