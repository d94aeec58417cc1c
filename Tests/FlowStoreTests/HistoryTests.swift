// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@Suite("History")
struct HistoryTests {
    /// Two jobs, two agents, 40 seconds: every status but RUNNING and TIMEOUT among 160 executions.
    private static func fill(_ world: World) async throws -> (jobs: [Job], agents: [AgentID], all: [Execution]) {
        let agents = [try await world.connectedAgent("a"), try await world.connectedAgent("b")]
        let jobs = [try await world.job("alpha"), try await world.job("beta_1")]
        var sequences: [AgentID: Int64] = [:]
        let states: [ExecutionStatus] = [.success, .success, .failure, .success, .skipped, .pending, .cancelled]
        var step = 0
        for second in 0..<40 as Range<Int64> {
            for job in jobs {
                _ = try await world.fire(job, at: World.start + second)
                for agent in agents {
                    step += 1
                    let status = states[step % states.count]
                    guard status != .pending else { continue }
                    let sequence = (sequences[agent] ?? 0) + 1
                    sequences[agent] = sequence
                    try await world.apply(
                        [World.report(sequence, job, on: agent, at: World.start + second, status)],
                        of: agent
                    )
                }
            }
        }
        let all = try await world.store.executions(ExecutionQuery(page: PageRequest(size: 500))).items
        return (jobs, agents, all)
    }

    @Test("Each filter delivers what a look at every row would, newest first", arguments: StoreKind.allCases)
    func filters(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let (jobs, agents, all) = try await Self.fill(world)
            #expect(all.count == 160 && all.map(\.id) == all.map(\.id).sorted(by: >))
            let statusSets: [[ExecutionStatus]] = [
                [], [.failure], [.pending], [.success], [.failure, .cancelled, .pending], [.success, .skipped],
                [.timeout],
                ExecutionStatus.allCases,
            ]
            for statuses in statusSets {
                for job in [nil, jobs[0]] {
                    for agent in [nil, agents[1]] {
                        for range in [nil, (World.start + 10, World.start + 20)] {
                            for keyword in [nil, "beta_", "ALPHA", "eta%"] {
                                let query = ExecutionQuery(
                                    page: PageRequest(size: 500),
                                    job: job?.id,
                                    agent: agent,
                                    statuses: statuses,
                                    from: range?.0,
                                    until: range?.1,
                                    keyword: keyword
                                )
                                let expected = all.filter { execution in
                                    (statuses.isEmpty || statuses.contains(execution.status))
                                        && (job == nil || execution.jobID == job?.id)
                                        && (agent == nil || execution.agentID == agent)
                                        && (range == nil
                                            || (execution.nominal >= range!.0 && execution.nominal < range!.1))
                                        && (keyword == nil || execution.jobName.contains(keyword!.lowercased()))
                                }
                                let page = try await world.store.executions(query)
                                #expect(page.items == expected, "\(query)")
                                #expect(page.total == expected.count && page.isTotalExact)
                            }
                        }
                    }
                }
            }
        }
    }

    @Test("A run's executions are found by the run", arguments: StoreKind.allCases)
    func byRun(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let (jobs, agents, all) = try await Self.fill(world)
            let run = DeterministicID.run(kind: .cron, job: jobs[1].uid, nominal: World.start + 7)
            let page = try await world.store.executions(ExecutionQuery(run: run))
            #expect(Set(page.items.map(\.agentID)) == Set(agents))
            #expect(page.items == all.filter { $0.runID == run })
        }
    }

    @Test(
        "Pages don't repeat or leave out rows, and a keyset does not move when new rows come",
        arguments: StoreKind.allCases
    )
    func paging(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let (jobs, _, all) = try await Self.fill(world)
            for statuses in [[], [ExecutionStatus.failure, .skipped, .cancelled]] as [[ExecutionStatus]] {
                let expected = all.filter { statuses.isEmpty || statuses.contains($0.status) }.map(\.id)
                var seen: [ExecutionID] = []
                for number in 1...(expected.count / 30 + 1) {
                    let query = ExecutionQuery(page: PageRequest(number: number, size: 30), statuses: statuses)
                    seen += try await world.store.executions(query).items.map(\.id)
                }
                #expect(seen == expected)
                var cursor: ExecutionID?
                var walked: [ExecutionID] = []
                for step in 0..<100 as Range<Int64> {
                    let query = ExecutionQuery(
                        page: PageRequest(number: 7, size: 30),
                        statuses: statuses,
                        before: cursor
                    )
                    var first = query
                    if cursor == nil { first.page = PageRequest(size: 30) }
                    let items = try await world.store.executions(first).items
                    walked += items.map(\.id)
                    guard let last = items.last else { break }
                    cursor = last.id
                    if statuses.isEmpty { _ = try await world.fire(jobs[0], at: World.start + 40 + step) }
                }
                #expect(walked == expected)
            }
        }
    }

    @Test("Counting stops at 10,000 and says so", arguments: StoreKind.allCases)
    func boundedCount(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            let reports = (1...10_001 as ClosedRange<Int64>).map {
                World.report($0, job, on: agent, at: World.start + $0, .success)
            }
            let later = World.start + 10_100
            try await world.apply(Array(reports.dropLast()), of: agent, at: later)
            let exact = try await world.store.executions(ExecutionQuery(job: job.id))
            #expect(exact.total == 10_000 && exact.isTotalExact)
            try await world.apply(reports, of: agent, at: later)
            let bounded = try await world.store.executions(ExecutionQuery(job: job.id))
            #expect(bounded.total == 10_000 && !bounded.isTotalExact)
            let runs = try await world.store.runs(RunQuery())
            #expect(runs.total == 10_000 && !runs.isTotalExact)
            let deep = ExecutionQuery(page: PageRequest(number: 501, size: 20))
            #expect(try await world.store.executions(deep).items.map(\.nominal) == [World.start + 1])
        }
    }

    @Test("Runs are listed newest first, by job and type, with their tallies", arguments: StoreKind.allCases)
    func runs(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let (jobs, _, all) = try await Self.fill(world)
            let started = try await world.store.start(TriggerTests.trigger(jobs[0]), at: World.start + 50)
            let page = try await world.store.runs(RunQuery(page: PageRequest(size: 500), job: jobs[0].id))
            #expect(page.total == 41 && page.items.first?.run == started.run)
            for summary in page.items.dropFirst() {
                let states = all.filter { $0.runID == summary.run.id }.map(\.status)
                #expect(summary.tally.counts == states.reduce(into: [:]) { $0[$1, default: 0] += 1 })
            }
            #expect(try await world.store.runs(RunQuery(type: .manual)).items.map(\.run) == [started.run])
            #expect(try await world.store.runs(RunQuery(job: jobs[1].id, type: .manual)).items.isEmpty)
            #expect(try await world.store.runs(RunQuery(type: .schedule)).total == 80)
        }
    }

    @Test(
        "Statistics count each ended execution once, by job and for all, from an hour on",
        arguments: StoreKind.allCases
    )
    func statistics(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let (jobs, _, all) = try await Self.fill(world)
            func counted(_ executions: [Execution]) -> [ExecutionStatus: Int] {
                executions.filter(\.status.isTerminal).reduce(into: [:]) { $0[$1.status, default: 0] += 1 }
            }
            #expect(try await world.statistics().counts == counted(all))
            let first = try await world.statistics(jobs[0])
            #expect(first.counts == counted(all.filter { $0.jobID == jobs[0].id }))
            #expect(first.totalDurationMilliseconds == Int64(first.timedCount) * 100)
            let later = try await world.store.statistics(job: nil, since: World.start + 3600)
            #expect(later.counts.isEmpty)
        }
    }

    @Test(
        "Forgetting takes the oldest that ended, in steps, with runs and output; what is open and statistics stay",
        arguments: StoreKind.allCases
    )
    func forgetting(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let (_, _, all) = try await Self.fill(world)
            try await world.append(
                all.map {
                    LogChunk(executionID: $0.id, attempt: 1, offset: 0, stream: .standardOutput, bytes: [65])
                }
            )
            let before = try await world.statistics()
            let bound = World.start + 20
            let stays = all.filter { $0.nominal >= bound || !$0.status.isTerminal }
            let steps = try await world.drain(.executions, before: bound, limit: 50)
            #expect(steps.count == 2 && steps.allSatisfy { $0 <= 50 })
            #expect(steps.reduce(0, +) == all.count - stays.count)
            #expect(try await world.drain(.executions, before: bound, limit: 50) == [0], "a new walk finds nothing")
            _ = try await world.drain(.output, before: bound, limit: 7)
            _ = try await world.drain(.runs, before: bound, limit: 7)
            let rest = try await world.store.executions(ExecutionQuery(page: PageRequest(size: 500))).items
            #expect(rest == stays)
            let runs = try await world.store.runs(RunQuery(page: PageRequest(size: 500))).items
            #expect(Set(runs.map(\.run.id)) == Set(stays.map(\.runID)))
            #expect(try await world.statistics() == before)
            let kept = try #require(rest.last)
            #expect(try await world.store.log(kept.id, from: 0, limit: 9).chunks.count == 1)
            let gone = try #require(all.last { $0.status.isTerminal })
            await expectError(.notFound) { _ = try await world.store.log(gone.id, from: 0, limit: 9) }
        }
    }
}
