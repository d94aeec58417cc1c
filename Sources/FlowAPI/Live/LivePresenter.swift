// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler

/// Reads what a live topic shows to one person, as JSON.
struct LivePresenter: Sendable {
    let dependencies: LiveSession.Dependencies
    let principal: Principal

    private var services: Services { self.dependencies.services }

    /// The newest executions that a filter takes, for the beginning.
    func newest(_ filter: ExecutionFilter) async throws -> JSON {
        let query = ExecutionQuery(
            page: PageRequest(number: 1, size: 50),
            job: filter.job,
            agent: filter.agent,
            statuses: filter.statuses.sorted { $0.rawValue < $1.rawValue },
            run: filter.run
        )
        let page = try await self.services.executions.list(query, as: self.principal)
        return .object([.init("items", try await self.dependencies.executions.rows(page.items, as: self.principal))])
    }

    /// Those of these executions that may be seen; nil when none may.
    func rows(_ executions: [Execution]) async throws -> JSON? {
        guard !executions.isEmpty else { return nil }
        let visible = try await self.services.executions.visible(executions, as: self.principal)
        let rows = try await self.dependencies.executions.rows(visible, as: self.principal)
        return rows.isEmpty ? nil : .object([.init("items", rows)])
    }

    func detail(_ id: ExecutionID) async throws -> JSON {
        let detail = try await self.services.executions.detail(id, as: self.principal)
        return try await self.dependencies.executions.detail(detail, as: self.principal)
    }

    /// One frame for each job: its row, or null for one that is gone or moved out of sight.
    ///
    /// Whoever does not see everything is told no number of a job that may never have been theirs to see.
    ///
    /// - Returns: the frames, and whether some are left out, so that lists have to be read again.
    func jobs(_ jobs: [JobID: Job?], cause: String) async throws -> (frames: [JSON], leavesOut: Bool) {
        guard !jobs.isEmpty else { return ([], false) }
        let scope = self.principal.scope(of: .jobsRead)
        let present = jobs.values.compactMap { $0 }.filter { scope.touches($0.definition.groups) }
            .sorted { $0.id < $1.id }
        let rows = try await self.dependencies.tasks.tasks(present, as: self.principal)
        let told = zip(present, rows).map { job, row in
            JSON.object([.init("id", job.id), .init("task", row), .init("cause", cause)])
        }
        let gone = jobs.filter { entry in entry.value.map { !scope.touches($0.definition.groups) } ?? true }
        guard scope == .all else { return (told, !gone.isEmpty) }
        let ends = gone.keys.sorted().map { id in
            JSON.object([.init("id", id), .init("task", JSON.null), .init("cause", cause)])
        }
        return (told + ends, false)
    }

    /// The jobs with these numbers, as far as they are there and may be seen.
    func visibleJobs(_ ids: [JobID]) async -> [JobID: Job?] {
        var jobs: [JobID: Job?] = [:]
        for id in ids {
            if let job = try? await self.services.jobs.get(id, as: self.principal) { jobs[id] = .some(job) }
        }
        return jobs
    }

    func allHosts() async throws -> JSON {
        let views = try await self.services.agents.list(as: self.principal)
        return .object([.init("items", views.map(GroupPresenter.client))])
    }

    func hosts(_ hosts: LiveWatch.Hosts) async throws -> JSON {
        var views: [AgentView] = []
        switch hosts {
        case .all: return try await self.allHosts()
        case .many(let some):
            views = try await self.services.agents.list(as: self.principal).filter { some.contains($0.agent.id) }
        case .few(let some):
            for id in some {
                if let view = try await self.services.agents.get(id, as: self.principal) { views.append(view) }
            }
        }
        return .object([.init("items", views.map(GroupPresenter.client))])
    }

    /// How many requests wait for this person, and how those stand that may be seen, the newest first.
    func approvals() async throws -> JSON {
        guard let approvals = self.services.approvals else {
            throw CoreError(.notFound, "This server's store keeps no requests.")
        }
        let decides = self.principal.scope(of: .approvalsDecide) != .nothing
        let one = PageRequest(number: 1, size: 1)
        let waiting =
            decides ? try await approvals.list(.decide, states: [.pending], page: one, as: self.principal).total : 0
        let open = try await approvals.list(.all, states: [.pending], page: one, as: self.principal).total
        let newest = try await approvals.list(
            .all,
            states: [],
            page: PageRequest(number: 1, size: 50),
            as: self.principal
        )
        let items = newest.items.map { JSON.object([.init("id", $0.id), .init("state", $0.state.rawValue)]) }
        return .object([.init("waiting", waiting), .init("open", open), .init("items", items)])
    }

    func overview() async throws -> Overview { try await self.services.statistics.overview(as: self.principal) }
}
