// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@testable import FlowStore

@Suite("Runs by their state")
struct RunStateTests {
    /// Of the two hosts of a run: nil = it has not said anything.
    private static let endings: [(ExecutionStatus?, ExecutionStatus?)] = [
        (nil, nil), (.running, nil), (.success, .success), (.failure, .success), (.failure, .running),
        (.timeout, .failure),
        (.cancelled, .success), (.cancelled, .timeout), (.skipped, .skipped), (.skipped, .success), (.success, nil),
        (.failure, nil), (.cancelled, .running), (.success, .running),
    ]

    private struct Past {
        let jobs: [Job]
        let agents: [AgentID]
        let groups: [GroupID]
        /// The newest first.
        let all: [RunSummary]
    }

    /// Two jobs, each with a run for each pair of endings, one second apart.
    private static func fill(_ world: World) async throws -> Past {
        var groups: [GroupID] = []
        for name in ["left", "right"] {
            groups.append(try await world.store.createGroup(name: name, description: "", tags: [], at: World.start).id)
        }
        let agents = [
            try await world.connectedAgent("a", groups: [groups[0]]),
            try await world.connectedAgent("b", groups: [groups[1]]),
        ]
        let jobs = [try await world.job("one", groups: groups), try await world.job("two", groups: groups)]
        var sequences: [AgentID: Int64] = [:]
        for (second, endings) in Self.endings.enumerated() {
            let nominal = World.start + Int64(second)
            for job in jobs {
                _ = try await world.fire(job, at: nominal)
                for (agent, status) in zip(agents, [endings.0, endings.1]) {
                    guard let status else { continue }
                    let sequence = (sequences[agent] ?? 0) + 1
                    sequences[agent] = sequence
                    let reason: ExecutionReason? = status == .skipped ? .overlap : nil
                    try await world.apply(
                        [World.report(sequence, job, on: agent, at: nominal, status, reason: reason)],
                        of: agent,
                        at: nominal
                    )
                }
            }
        }
        let all = try await world.store.runs(RunQuery(page: PageRequest(size: 500))).items
        #expect(all.count == 2 * Self.endings.count)
        return Past(jobs: jobs, agents: agents, groups: groups, all: all)
    }

    private static let questions: [[RunState]] =
        RunState.allCases.map { [$0] } + [
            [.failed, .cancelled], [.pending, .running], [.running, .failed], [.failed, .succeeded],
            [.pending, .running, .failed, .cancelled],
        ]

    @Test(
        "A list by states has exactly the runs that say so of themselves, beside every other filter (S3-4.1)",
        arguments: StoreKind.allCases
    )
    func filters(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let past = try await Self.fill(world)
            let (from, until) = (World.start + 3, World.start + 9)
            let filters: [((inout RunQuery) -> Void, (RunSummary) -> Bool)] = [
                ({ _ in }, { _ in true }),
                ({ $0.job = past.jobs[1].id }, { $0.run.jobID == past.jobs[1].id }),
                ({ $0.types = [.schedule, .maintenance] }, { _ in true }), ({ $0.types = [.manual] }, { _ in false }),
                ({ $0.type = .schedule }, { _ in true }), ({ $0.keyword = "tw" }, { $0.run.jobName == "two" }),
                ({ ($0.from, $0.until) = (from, until) }, { $0.run.nominal >= from && $0.run.nominal < until }),
                ({ $0.traits = JobTraits(kinds: ["http"]) }, { _ in false }),
            ]
            for states in Self.questions {
                for (index, (narrow, isMeant)) in filters.enumerated() {
                    var query = RunQuery(page: PageRequest(size: 500))
                    query.states = states
                    narrow(&query)
                    let expected = past.all.filter { isMeant($0) && states.map(\.rawValue).contains($0.tally.state) }
                    let page = try await world.store.runs(query)
                    #expect(page.items == expected, "\(states), filter \(index)")
                    #expect(page.total == expected.count && page.isTotalExact, "\(states), filter \(index)")
                    query.isDescending = false
                    #expect(
                        try await world.store.runs(query).items == expected.reversed(),
                        "\(states), filter \(index)"
                    )
                }
            }
        }
    }

    @Test("Page by page it is the same list, in any order", arguments: StoreKind.allCases)
    func pages(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            _ = try await Self.fill(world)
            for sort in RunQuery.Sort.allCases {
                var query = RunQuery(page: PageRequest(size: 500))
                (query.states, query.sort) = ([.failed, .cancelled], sort)
                let whole = try await world.store.runs(query)
                var walked: [RunSummary] = []
                for number in 1...4 {
                    query.page = PageRequest(number: number, size: 3)
                    let page = try await world.store.runs(query)
                    #expect(page.total == whole.total)
                    walked += page.items
                }
                #expect(walked == Array(whole.items.prefix(12)), "\(sort)")
            }
        }
    }

    @Test("Who sees one of the groups sees the state that its hosts make", arguments: StoreKind.allCases)
    func scopes(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let past = try await Self.fill(world)
            let scope = Scope.groups([past.groups[1]])
            let all = try await world.store.runs(RunQuery(page: PageRequest(size: 500), scope: scope)).items
            #expect(all.count == past.all.count)
            for states in Self.questions {
                var query = RunQuery(page: PageRequest(size: 500), scope: scope)
                query.states = states
                let expected = all.filter { states.map(\.rawValue).contains($0.tally.state) }
                let page = try await world.store.runs(query)
                #expect(page.items == expected && page.total == expected.count, "\(states)")
            }
        }
    }

    @Test("What was lost and then reported leaves the failed runs (R-section 6)", arguments: StoreKind.allCases)
    func mended(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            let execution = try await world.fired(job, on: agent)
            try await world.apply([World.report(1, job, on: agent, .running)], of: agent)
            var query = RunQuery()
            query.states = [.failed]
            #expect(try await world.store.runs(query).total == 0)
            let lost = Inference(.failure, .lost, "away")
            _ = try await world.store.infer(lost, for: [execution.id], in: .running, at: World.start + 60)
            #expect(try await world.store.runs(query).items.map(\.run.id) == [execution.runID])
            try await world.apply([World.report(2, job, on: agent, .success)], of: agent, at: World.start + 90)
            #expect(try await world.store.runs(query).total == 0)
        }
    }

    @Test(
        "Of states that are looked at one by one a thousand are counted, and the page says that there are more",
        arguments: StoreKind.allCases
    )
    func bound(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            let reports = (1...1002 as ClosedRange<Int64>).map {
                World.report($0, job, on: agent, at: World.start + $0, $0 % 501 == 0 ? .failure : .success)
            }
            try await world.apply(reports, of: agent, at: World.start + 2000)
            var query = RunQuery()
            query.states = [.succeeded]
            var page = try await world.store.runs(query)
            #expect(page.total == 1000 && page.isTotalExact && page.items.count == 20)
            let more = World.report(1003, job, on: agent, at: World.start + 1003, .success)
            try await world.apply([more], of: agent, at: World.start + 2000)
            page = try await world.store.runs(query)
            #expect(page.total == 1000 && !page.isTotalExact)
            query.states = [.failed]
            page = try await world.store.runs(query)
            #expect(page.total == 2 && page.isTotalExact)
        }
    }
}
