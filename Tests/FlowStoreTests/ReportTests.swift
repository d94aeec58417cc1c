// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@Suite("Applying reports")
struct ReportTests {
    @Test(
        "Reports are applied once, in sequence, and the acknowledged sequence moves with them (R5)",
        arguments: StoreKind.allCases
    )
    func exactlyOnce(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            let reports = [
                World.report(1, job, on: agent, .running), World.report(2, job, on: agent, .success, ran: 250),
            ]
            let applied = try await world.apply(reports, of: agent)
            #expect(applied.acknowledged == 2 && applied.changed.map(\.status) == [.running, .success])
            #expect(applied.ended.map(\.id) == [reports[0].executionID])
            #expect(try await world.store.agent(agent)?.acknowledgedSequence == 2)
            let again = try await world.apply(reports, of: agent)
            #expect(again.acknowledged == 2 && again.changed.isEmpty && again.ended.isEmpty)
            #expect(try await world.statistics().counts == [.success: 1])
            #expect(try await world.statistics().totalDurationMilliseconds == 250)
        }
    }

    @Test(
        "Reports of one execution in one batch are one write, which counts and answers as each alone would",
        arguments: StoreKind.allCases
    )
    func folded(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            _ = try await world.fire(job, online: [agent])
            let steps: [(ExecutionStatus, Int)] = [(.running, 1), (.failure, 1), (.pending, 1), (.success, 2)]
            let reports = steps.enumerated().map {
                World.report(Int64($0.offset + 1), job, on: agent, $0.element.0, attempt: $0.element.1)
            }
            let applied = try await world.apply(reports, of: agent)
            #expect(applied.changed.map(\.status) == steps.map(\.0))
            let stored = try await world.execution(reports[0].executionID)
            #expect(stored == applied.changed.last)
            #expect(stored.revision == 2, "the fire wrote it once and the batch once")
            #expect(try await world.statistics(job).counts == [.success: 1])
            #expect(try await world.store.pendingOrders(of: agent).isEmpty)
        }
    }

    @Test("Application stops at a gap and goes on when the missing report comes (R5)", arguments: StoreKind.allCases)
    func gap(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            let reports = (1...3).map {
                World.report($0, job, on: agent, at: World.start + $0, .success)
            }
            let gapped = try await world.apply([reports[0], reports[2]], of: agent)
            #expect(gapped.acknowledged == 1 && gapped.changed.map(\.id) == [reports[0].executionID])
            #expect(try await world.store.execution(reports[2].executionID) == nil)
            let whole = try await world.apply(reports, of: agent)
            #expect(whole.acknowledged == 3 && whole.changed.map(\.id) == reports[1...].map(\.executionID))
        }
    }

    @Test(
        "A batch of another incarnation changes nothing and is answered with what is stored (R11)",
        arguments: StoreKind.allCases
    )
    func otherIncarnation(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            try await world.apply([World.report(1, job, on: agent, .running)], of: agent)
            let late = World.report(2, job, on: agent, .success)
            let applied = try await world.apply([late], of: agent, incarnation: "old")
            #expect(applied.incarnation == "one" && applied.acknowledged == 1 && applied.changed.isEmpty)
            #expect(try await world.execution(late.executionID).status == .running)
        }
    }

    @Test("Reports of a deleted agent are not heard", arguments: StoreKind.allCases)
    func unknownAgent(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            try await world.store.deleteAgent(agent)
            let applied = try await world.apply([World.report(1, job, on: agent, .success)], of: agent)
            #expect(applied.acknowledged == 0 && applied.changed.isEmpty)
            #expect(try await world.store.executions(ExecutionQuery()).items.isEmpty)
        }
    }

    @Test("An agent can't report another agent's execution", arguments: StoreKind.allCases)
    func foreignExecution(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let owner = try await world.connectedAgent("owner")
            let other = try await world.connectedAgent("other")
            let job = try await world.job()
            let execution = try await world.fired(job, on: owner)
            let applied = try await world.apply([World.report(1, job, on: owner, .success)], of: other)
            #expect(applied.changed.isEmpty && applied.acknowledged == 1, "it is dropped and holds nothing up")
            #expect(try await world.execution(execution.id).status == .pending)
        }
    }

    @Test("A batch of many agents is one transaction that applies each agent's reports", arguments: StoreKind.allCases)
    func manyAgents(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let job = try await world.job()
            var batches: [ReportBatch] = []
            for index in 0..<5 {
                let agent = try await world.connectedAgent("agent-\(index)")
                let report = World.report(1, job, on: agent, .success)
                batches.append(ReportBatch(agent: agent, incarnation: "one", reports: [report]))
            }
            let applied = try await world.store.apply(batches, at: World.start)
            #expect(applied.map(\.agent) == batches.map(\.agent))
            #expect(applied.allSatisfy { $0.acknowledged == 1 && $0.changed.count == 1 })
            let run = DeterministicID.run(kind: .cron, job: job.uid, nominal: World.start)
            #expect(try await world.store.run(run)?.tally.counts == [.success: 5])
        }
    }

    @Test(
        "A report that is the first word of its run makes the run",
        arguments: [
            (ExecutionKind.cron, RunType.schedule), (.manual, .manual), (.rerun, .retry),
        ]
    )
    func makesRun(_ origin: ExecutionKind, _ type: RunType) async throws {
        for kind in StoreKind.allCases {
            try await kind.withWorld { world in
                let agent = try await world.connectedAgent("a")
                let job = try await world.job()
                var report = World.report(1, job, on: agent, .success)
                report.kind = origin
                try await world.apply([report], of: agent)
                let run = try #require(try await world.store.run(report.runID))
                #expect(run.run.type == type && run.run.jobName == "job" && run.run.nominal == World.start)
                #expect(run.tally.counts == [.success: 1])
            }
        }
    }

    @Test("A report that starts an execution takes its order out (R4)", arguments: StoreKind.allCases)
    func removesOrder(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            _ = try await world.fire(job, online: [agent])
            #expect(try await world.store.pendingOrders(of: agent).count == 1)
            try await world.apply([World.report(1, job, on: agent, .running)], of: agent)
            #expect(try await world.store.pendingOrders(of: agent).isEmpty)
        }
    }

    @Test(
        "A coalesced record closes the pending fires of its job, agent and range, and no others",
        arguments: StoreKind.allCases
    )
    func coalesced(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let bystander = try await world.connectedAgent("b")
            let job = try await world.job()
            let otherJob = try await world.job("other")
            for second in 0..<6 as Range<Int64> {
                _ = try await world.fire(job, at: World.start + second, online: [agent])
                _ = try await world.fire(otherJob, at: World.start + second)
            }
            // Fires 1 to 4 were missed together; 2 ran all the same.
            let ran = World.report(1, job, on: agent, at: World.start + 2, .success)
            let range = CoalescedRange(count: 3, from: World.start + 1, through: World.start + 4)
            let missed = World.report(
                2,
                job,
                on: agent,
                at: World.start + 4,
                .skipped,
                reason: .misfireCoalesced,
                coalesced: range
            )
            let applied = try await world.apply([ran, missed], of: agent)
            let history = try await world.store.executions(ExecutionQuery(job: job.id, agent: agent)).items
            #expect(
                history.map(\.status) == [.pending, .skipped, .skipped, .success, .skipped, .pending],
                "newest first: 5, 4 … 0"
            )
            let closed = history.filter { $0.status == .skipped }
            #expect(closed.allSatisfy { $0.reason == .misfireCoalesced && $0.decidedBy == .agent })
            #expect(Set(applied.changed.map(\.id)) == Set(closed.map(\.id)).union([ran.executionID]))
            #expect(try await world.store.pendingOrders(of: agent).map(\.nominal) == [World.start, World.start + 5])
            let untouched = try await world.store.executions(ExecutionQuery(statuses: [.pending]))
            #expect(
                untouched.total == 2 + 6 + 12,
                "two of the agent's, six of the bystander's, twelve of the other job"
            )
            #expect(untouched.items.contains { $0.agentID == bystander && $0.jobID == job.id })
            #expect(try await world.statistics(job).counts == [.success: 1, .skipped: 3])
        }
    }

    @Test("Output that came within a report is stored with it, once", arguments: StoreKind.allCases)
    func inlineOutput(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            let id = DeterministicID.execution(kind: .cron, job: job.uid, nominal: World.start, agent: agent)
            let chunk = LogChunk(
                executionID: id,
                attempt: 1,
                offset: 0,
                stream: .standardOutput,
                bytes: Array("hi\n".utf8)
            )
            try await world.apply([World.report(1, job, on: agent, .running)], of: agent)
            try await world.append([chunk])
            let second = LogChunk(
                executionID: id,
                attempt: 1,
                offset: 3,
                stream: .standardError,
                bytes: Array("no".utf8)
            )
            let applied = try await world.apply(
                [World.report(2, job, on: agent, .success, output: [chunk, second])],
                of: agent
            )
            #expect(applied.chunks == [second], "the first had come by itself")
            #expect(applied.ended.map(\.totalBytes) == [5])
            let slice = try await world.store.log(id, from: 0, limit: 100)
            let whole = LogSlice(
                chunks: [chunk, second],
                totalBytes: 5,
                isTruncated: false,
                storedEnd: 5,
                isComplete: true,
                isOver: true
            )
            #expect(slice == whole)
        }
    }

    @Test(
        "A record under an identifier that is another host's goes when that host speaks",
        arguments: StoreKind.allCases
    )
    func takenBack(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let owner = try await world.connectedAgent("owner")
            let thief = try await world.connectedAgent("thief")
            let job = try await world.job()
            let honest = World.report(1, job, on: owner, .success, ran: 40)
            var stolen = honest
            stolen.kind = .manual
            stolen.status = .failure
            stolen.runID = DeterministicID.run(kind: .manual, job: job.uid, nominal: World.start, discriminator: "x")
            stolen.inlineOutput = [
                LogChunk(
                    executionID: stolen.executionID,
                    attempt: 1,
                    offset: 0,
                    stream: .standardOutput,
                    bytes: Array("forged".utf8)
                )
            ]
            try await world.apply([stolen], of: thief)
            #expect(try await world.execution(honest.executionID).agentID == thief)
            let applied = try await world.apply([honest], of: owner)
            #expect(applied.acknowledged == 1 && applied.refused.isEmpty)
            let record = try await world.execution(honest.executionID)
            #expect(record.agentID == owner && record.status == .success && record.kind == .cron)
            #expect(try await world.statistics().counts == [.success: 1])
            let log = try await world.store.log(honest.executionID, from: 0, limit: 100)
            #expect(log.chunks.isEmpty, "what the other one wrote is gone")
            let late = try await world.apply(
                [
                    {
                        var report = stolen
                        report.sequence = 2
                        return report
                    }()
                ],
                of: thief
            )
            #expect(late.acknowledged == 2 && late.refused.map(\.refusal) == [.notOwner])
            #expect(try await world.execution(honest.executionID) == record)
        }
    }

    @Test(
        "A report that says what only a newer server knows counts as taken, and those behind it are heard",
        arguments: StoreKind.allCases
    )
    func unreadable(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            var strange = World.report(1, job, on: agent, .pending)
            strange.unreadable = "the field 'status' has the unknown value 99"
            let next = World.report(2, job, on: agent, at: World.start + 1, .success)
            let applied = try await world.apply([strange, next], of: agent)
            #expect(applied.acknowledged == 2 && applied.refused.map(\.refusal) == [.notUnderstood])
            #expect(applied.changed.map(\.id) == [next.executionID])
        }
    }

    @Test("A report under another job's number is written under its own, or refused", arguments: StoreKind.allCases)
    func otherJob(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let mine = try await world.job("mine")
            let other = try await world.job("other")
            var report = World.report(1, mine, on: agent, .success)
            report.jobID = other.id
            try await world.apply([report], of: agent)
            #expect(try await world.execution(report.executionID).jobID == mine.id)
            let unknown = JobUID(bytes: [UInt8](repeating: 9, count: 16))!
            var foreign = World.report(2, mine, on: agent, .success)
            foreign.jobUID = unknown
            foreign.jobID = other.id
            foreign.executionID = DeterministicID.execution(
                kind: .cron,
                job: unknown,
                nominal: World.start,
                agent: agent
            )
            foreign.runID = DeterministicID.run(kind: .cron, job: unknown, nominal: World.start)
            let applied = try await world.apply([foreign], of: agent)
            #expect(applied.acknowledged == 2 && applied.refused.map(\.refusal) == [.otherJob])
            #expect(try await world.store.executions(ExecutionQuery(job: other.id)).total == 0)
        }
    }
}
