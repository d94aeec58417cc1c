// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import Foundation

/// A world of jobs that fire once a second each, one agent per job, for the store's benchmark.
struct StoreLoad {
    struct Failure: Error { let message: String }

    let start = Timestamp(milliseconds: 1_795_255_200_000)
    let online: Set<AgentID>
    private(set) var executionCount = 0
    private let store: DatabaseStore
    private let agents: [AgentID]
    private var jobs: [Job] = []
    private var sequences: [AgentID: Int64] = [:]
    private var open: [Execution] = []
    /// Which job fires next, and how many rounds all of them have fired.
    private var position = 0
    private var round: Int64 = 0
    private var ended = 0

    var now: Timestamp { self.start.advanced(byMilliseconds: self.round * 1000) }
    var openCount: Int { self.open.count }

    init(store: DatabaseStore, jobs: Int, agents: Int, schedule: ScheduleSpec = .manual) async throws {
        self.store = store
        var names: [AgentID] = []
        var groups: [GroupID] = []
        for index in 0..<agents {
            guard let id = AgentID("host-\(index)") else { throw Failure(message: "agent id") }
            let group = try await store.createGroup(name: id.rawValue, description: "", tags: [], at: self.start)
            let token = JoinToken(
                id: id.rawValue,
                secretHash: [],
                groups: [group.id],
                expiresAt: .distantFuture,
                createdAt: self.start
            )
            try await store.createJoinToken(token)
            try await store.enrol(
                token: token.id,
                agent: Agent(id: id, name: id.rawValue, createdAt: self.start),
                at: self.start
            )
            let hello = Hello(
                agent: id,
                incarnation: "1",
                bootID: "",
                lastSequence: 0,
                configVersion: 0,
                configDigest: "",
                floor: .distantPast,
                version: "",
                hostname: "",
                operatingSystem: "",
                sentAt: 0
            )
            _ = try await store.openSession(hello, address: "", at: self.start)
            names.append(id)
            groups.append(group.id)
        }
        self.agents = names
        self.online = Set(names)
        for index in 0..<jobs {
            let definition = JobDefinition(
                name: "job-\(index)",
                payload: .shell(ShellPayload(command: "true")),
                schedule: schedule,
                groups: [groups[index % agents]]
            )
            self.jobs.append(
                try await store.createJob(
                    uid: JobUID(uuid: UUID()),
                    definition: definition,
                    isEnabled: true,
                    nextFire: self.start,
                    by: "bench",
                    at: self.start
                )
            )
        }
    }

    /// The next fires in order of time.
    mutating func nextFires(_ count: Int) -> [PlannedFire] {
        var fires: [PlannedFire] = []
        fires.reserveCapacity(count)
        while fires.count < count {
            if self.position == self.jobs.count {
                self.position = 0
                self.round += 1
            }
            let nominal = self.start.advanced(byMilliseconds: self.round * 1000)
            fires.append(
                PlannedFire(
                    job: self.jobs[self.position].uid,
                    jobID: self.jobs[self.position].id,
                    version: self.jobs[self.position].version,
                    nominal: nominal,
                    next: nominal.advanced(byMilliseconds: 1000)
                )
            )
            self.position += 1
        }
        return fires
    }

    /// Remembers what fired; every fire has to win.
    mutating func note(_ outcomes: [FireOutcome]) throws -> Int {
        for outcome in outcomes {
            guard case .fired(_, let executions, let orders) = outcome, orders.count == 1 else {
                throw Failure(message: "a fire was lost: \(outcome)")
            }
            self.open += executions
            self.executionCount += 1
        }
        return outcomes.count
    }

    mutating func fireMore(_ count: Int) async throws {
        _ = try self.note(
            try await self.store.fire(self.nextFires(max(count, 1000)), online: self.online, recent: nil, at: self.now)
        )
    }

    /// Two reports for each of some open executions, in one batch per agent; one in a hundred fails.
    mutating func nextReports(executions count: Int) -> [ReportBatch] {
        var reports: [AgentID: [Report]] = [:]
        for execution in self.open.prefix(count) {
            self.ended += 1
            for isEnd in [false, true] {
                let sequence = (self.sequences[execution.agentID] ?? 0) + 1
                self.sequences[execution.agentID] = sequence
                let status: ExecutionStatus = isEnd ? (self.ended.isMultiple(of: 100) ? .failure : .success) : .running
                reports[execution.agentID, default: []].append(
                    Report(
                        sequence: sequence,
                        executionID: execution.id,
                        runID: execution.runID,
                        jobUID: execution.jobUID,
                        jobID: execution.jobID,
                        jobName: execution.jobName,
                        jobVersion: execution.jobVersion,
                        kind: .cron,
                        nominal: execution.nominal,
                        status: status,
                        attempt: 1,
                        startedAt: execution.nominal,
                        finishedAt: isEnd ? execution.nominal.advanced(byMilliseconds: 20) : nil,
                        exitCode: isEnd ? 0 : nil
                    )
                )
            }
        }
        self.open.removeFirst(min(count, self.open.count))
        return reports.map { ReportBatch(agent: $0.key, incarnation: "1", reports: $0.value) }
    }

    /// Fires and ends until there are this many executions.
    mutating func grow(to count: Int) async throws {
        while self.executionCount < count || !self.open.isEmpty {
            if self.executionCount < count { try await self.fireMore(2000) }
            _ = try await self.store.apply(self.nextReports(executions: 2000), at: self.now)
        }
    }

    /// Queries people make; each may vary with the number of its repetition.
    func historyQueries() -> [(String, @Sendable (Int) -> ExecutionQuery)] {
        let jobs = self.jobs.map(\.id)
        let agents = self.agents
        let middle = self.start.advanced(byMilliseconds: self.round * 500)
        let end = middle.advanced(byMilliseconds: 10_000)
        return [
            ("first page", { _ in ExecutionQuery() }),
            ("by job", { ExecutionQuery(job: jobs[$0 * 37 % jobs.count]) }),
            ("by agent", { ExecutionQuery(agent: agents[$0 % agents.count]) }),
            ("failures", { _ in ExecutionQuery(statuses: [.failure]) }),
            ("timeouts (none)", { _ in ExecutionQuery(statuses: [.timeout]) }),
            ("successes", { _ in ExecutionQuery(statuses: [.success]) }),
            ("failures of an agent", { ExecutionQuery(agent: agents[$0 % agents.count], statuses: [.failure]) }),
            ("ten seconds", { _ in ExecutionQuery(from: middle, until: end) }),
            ("keyword, one job", { ExecutionQuery(keyword: "job-\($0 % 10)77") }),
            ("keyword, all jobs", { _ in ExecutionQuery(keyword: "job") }),
            ("page 500", { _ in ExecutionQuery(page: PageRequest(number: 500)) }),
            ("deep keyset", { _ in ExecutionQuery(before: ExecutionID.lowerBound(at: middle)) }),
        ]
    }
}
