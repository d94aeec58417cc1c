// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import Logging

/// One client of the live connection: what it watches, and what waits to be told.
///
/// Everything that happens between two ticks is put together: the last state wins. Nothing is computed for topics that
/// nobody watches.
actor LiveSession {
    /// What a session needs of the server.
    struct Dependencies: Sendable {
        let services: Services
        let bus: EventBus
        let tasks: TaskPresenter
        let executions: ExecutionPresenter
        let clock: any WallClock
    }

    /// Executions or jobs told in one frame; more are a gap.
    static let batchLimit = 500

    let dependencies: Dependencies
    let outbox: LiveOutbox
    let logger: Logger
    private(set) var session: AuthenticatedSession
    private var sequences: [String: Int64] = [:]

    private var filter: ExecutionFilter?
    private var changedExecutions: [ExecutionID: Execution] = [:]
    private var hasExecutionGap = false

    private var watchesJobs = false
    private var changedJobs: [JobID: Job?] = [:]
    private var staleJobs: Set<JobID> = []

    private var details: Set<ExecutionID> = []
    private var staleDetails: Set<ExecutionID> = []

    private var feeds: [ExecutionID: LogFeed] = [:]
    private var ended: Set<ExecutionID> = []

    private var watchesHosts = false
    private var staleHosts: Set<AgentID> = []
    private var areAllHostsStale = false

    private var watchesStats = false
    private var lastStats: Overview?

    init(session: AuthenticatedSession, dependencies: Dependencies, outbox: LiveOutbox, logger: Logger) {
        self.session = session
        self.dependencies = dependencies
        self.outbox = outbox
        self.logger = logger
    }

    private var principal: Principal { self.session.principal }

    // MARK: Frames

    private func send(_ operation: String, _ topic: LiveTopic, _ data: JSON) {
        let sequence = (self.sequences[topic.name] ?? 0) + 1
        self.sequences[topic.name] = sequence
        self.outbox.push(
            .text(
                JSONWriter.text(
                    .object([
                        .init("op", operation), .init("t", topic.name), .init("seq", sequence),
                        .init("ts", self.dependencies.clock.now), .init("data", data),
                    ])
                )
            ),
            topic: topic.name
        )
    }

    func greet(heartbeatSeconds: Int) {
        self.outbox.push(
            .text(
                JSONWriter.text(
                    .object([
                        .init("op", "hello"), .init("server_time", self.dependencies.clock.now),
                        .init("heartbeat_s", heartbeatSeconds),
                    ])
                )
            )
        )
    }

    private func refuse(id: Int64?, topic: String?, code: String, _ message: String) {
        var members: [JSON.Member] = [
            .init("op", "err"), .init("id", id), .init("code", code), .init("message", message),
        ]
        if let topic { members.append(.init("t", topic)) }
        self.outbox.push(.text(JSONWriter.text(.object(members))))
    }

    // MARK: Commands

    func receive(_ text: String) async {
        do {
            switch try LiveCommand(text) {
            case .ping: self.outbox.push(.text(#"{"op":"pong"}"#))
            case .unsubscribe(let names):
                for topic in names.compactMap(LiveTopic.init) { self.forget(topic) }
            case .subscribe(let id, let subscriptions):
                for subscription in subscriptions { await self.subscribe(subscription, id: id) }
            }
        } catch {
            self.refuse(id: error.id, topic: nil, code: "invalid_request", error.message)
        }
    }

    private func subscribe(_ subscription: LiveCommand.Subscription, id: Int64?) async {
        guard let topic = LiveTopic(subscription.name) else {
            return self.refuse(id: id, topic: subscription.name, code: "not_found", "There is no such topic.")
        }
        do {
            try self.principal.require(topic.permission)
            guard self.details.count + self.feeds.count < LiveCommand.topicLimit else {
                throw CoreError(
                    .tooManyRequests,
                    "At most \(LiveCommand.topicLimit) executions can be watched at once."
                )
            }
            // Watch before looking, so that nothing falls in between; a repeated state does no harm.
            switch topic {
            case .jobs:
                // No snapshot: there can be thousands, and lists are paged by REST.
                self.watchesJobs = true
            case .executions:
                self.filter = subscription.filter
                self.send("snap", topic, try await self.newest(subscription.filter))
            case .execution(let id):
                self.details.insert(id)
                self.send("snap", topic, try await self.detail(id))
            case .log(let id):
                _ = try await self.dependencies.services.executions.get(id, as: self.principal)
                self.ended.remove(id)
                self.feeds[id] = LogFeed(since: subscription.since)
                await self.pump(id)
            case .hosts:
                self.watchesHosts = true
                let views = try await self.dependencies.services.agents.list(as: self.principal)
                self.send("snap", topic, .object([.init("items", views.map(GroupPresenter.client))]))
            case .stats:
                self.watchesStats = true
                let overview = try await self.dependencies.services.statistics.overview(as: self.principal)
                self.lastStats = overview
                self.send("snap", topic, .object(SystemRoutes.members(overview)))
            }
        } catch {
            self.forget(topic)
            let failure = FailureMiddleware.failure(error, logger: self.logger)
            self.refuse(id: id, topic: topic.name, code: failure.word, failure.message)
        }
    }

    private func forget(_ topic: LiveTopic) {
        switch topic {
        case .jobs:
            self.watchesJobs = false
            self.changedJobs = [:]
            self.staleJobs = []
        case .executions:
            self.filter = nil
            self.changedExecutions = [:]
            self.hasExecutionGap = false
        case .execution(let id):
            self.details.remove(id)
            self.staleDetails.remove(id)
        case .log(let id):
            self.feeds[id] = nil
            self.ended.remove(id)
        case .hosts:
            self.watchesHosts = false
            self.staleHosts = []
        case .stats: self.watchesStats = false
        }
        self.sequences[topic.name] = nil
    }

    // MARK: Events

    func handle(_ item: BusItem) {
        switch item {
        case .gap: self.lostTrack()
        case .event(let event): self.handle(event)
        }
    }

    private func handle(_ event: FlowEvent) {
        switch event {
        case .jobChanged(let job):
            if self.watchesJobs { self.changedJobs[job.id] = .some(job) }
        case .jobDeleted(let id, _):
            if self.watchesJobs { self.changedJobs[id] = .some(nil) }
        case .executionsChanged(let executions): self.changed(executions)
        case .logAppended(let chunks):
            guard !self.feeds.isEmpty else { return }
            for chunk in chunks { self.feeds[chunk.executionID]?.append(chunk) }
        case .logEnded(let id, _, _): self.feeds[id]?.lookAgain()
        case .agentChanged(let id):
            if self.watchesHosts { self.staleHosts.insert(id) }
        case .groupsChanged:
            if self.watchesHosts { self.areAllHostsStale = true }
        }
    }

    private func changed(_ executions: [Execution]) {
        for execution in executions {
            if let filter, filter.matches(execution) {
                if self.changedExecutions.count < Self.batchLimit || self.changedExecutions[execution.id] != nil {
                    self.changedExecutions[execution.id] = execution
                } else {
                    self.hasExecutionGap = true
                }
            }
            if self.details.contains(execution.id) { self.staleDetails.insert(execution.id) }
            // Rows of jobs show the last execution and the next fire.
            if self.watchesJobs, self.staleJobs.count < Self.batchLimit { self.staleJobs.insert(execution.jobID) }
        }
    }

    /// The bus was faster than this session: everything that is watched may have changed.
    private func lostTrack() {
        if self.watchesJobs { self.outbox.gap(topic: LiveTopic.jobs.name) }
        if self.filter != nil { self.hasExecutionGap = true }
        self.staleDetails = self.details
        self.areAllHostsStale = self.watchesHosts
        for id in self.feeds.keys { self.feeds[id]?.lookAgain() }
    }

    // MARK: Ticks

    /// Every 100 ms: output.
    func tickLogs() async {
        for id in self.feeds.keys.sorted() { await self.pump(id) }
    }

    /// Every 250 ms: executions, and jobs that were changed.
    func tickExecutions() async {
        await self.guarded {
            if self.hasExecutionGap {
                self.hasExecutionGap = false
                self.changedExecutions = [:]
                self.outbox.gap(topic: LiveTopic.executions.name)
            }
            if !self.changedExecutions.isEmpty {
                let changed = self.changedExecutions.values.sorted { $0.id < $1.id }
                self.changedExecutions = [:]
                let visible = try await self.dependencies.services.executions.visible(changed, as: self.principal)
                let rows = try await self.dependencies.executions.rows(visible, as: self.principal)
                if !rows.isEmpty { self.send("ev", .executions, .object([.init("items", rows)])) }
            }
            let details = self.staleDetails.sorted()
            self.staleDetails = []
            for id in details { self.send("ev", .execution(id), try await self.detail(id)) }
            let jobs = self.changedJobs
            self.changedJobs = [:]
            try await self.tell(jobs, cause: "changed")
        }
    }

    /// Every second: numbers, hosts and the rows of jobs whose executions moved.
    func tickSlow() async {
        await self.guarded {
            let stale = self.staleJobs.sorted()
            self.staleJobs = []
            var jobs: [JobID: Job?] = [:]
            for id in stale { jobs[id] = try? await self.dependencies.services.jobs.get(id, as: self.principal) }
            // Of these, a list only wants the rows it shows; of changed jobs it also wants those it does not show yet.
            try await self.tell(jobs.filter { $0.value != nil }, cause: "ran")
            try await self.tellHosts()
            guard self.watchesStats else { return }
            let overview = try await self.dependencies.services.statistics.overview(as: self.principal)
            let members = SystemRoutes.members(overview)
            guard self.lastStats.map(SystemRoutes.members) != members else { return }
            self.lastStats = overview
            self.send("ev", .stats, .object(members))
        }
    }

    /// Every 5 s: heartbeats of the hosts that are there.
    func tickHeartbeats() {
        guard self.watchesHosts,
            let online = try? self.dependencies.services.agents.online(as: self.principal),
            online.count <= Self.batchLimit
        else { return }
        self.staleHosts.formUnion(online.keys)
    }

    /// Looks whether the session is still good; ends the connection when it is not.
    func checkSession() async {
        do {
            if let session = try await self.dependencies.services.authentication.refresh(self.session) {
                if session.principal.grants != self.principal.grants {
                    // What is watched was allowed by rights that are gone; the client comes back with the new ones.
                    self.outbox.close(code: 4403, reason: "scope_changed")
                }
                self.session = session
            } else {
                self.outbox.close(code: 4401, reason: "session ended")
            }
        } catch {
            // The store is not there at the moment: that is no reason to throw people out.
            self.logger.debug("Session not checked", metadata: ["error": "\(error)"])
        }
    }

    // MARK: Telling

    private func newest(_ filter: ExecutionFilter) async throws -> JSON {
        let query = ExecutionQuery(
            page: PageRequest(number: 1, size: 50),
            job: filter.job,
            agent: filter.agent,
            statuses: filter.statuses.sorted { $0.rawValue < $1.rawValue },
            run: filter.run
        )
        let page = try await self.dependencies.services.executions.list(query, as: self.principal)
        let rows = try await self.dependencies.executions.rows(page.items, as: self.principal)
        return .object([.init("items", rows)])
    }

    private func detail(_ id: ExecutionID) async throws -> JSON {
        let detail = try await self.dependencies.services.executions.detail(id, as: self.principal)
        return try await self.dependencies.executions.detail(detail, as: self.principal)
    }

    private func tell(_ jobs: [JobID: Job?], cause: String) async throws {
        guard self.watchesJobs, !jobs.isEmpty else { return }
        let scope = self.principal.scope(of: .jobsRead)
        let present = jobs.values.compactMap { $0 }.filter { scope.touches($0.definition.groups) }
            .sorted { $0.id < $1.id }
        let rows = try await self.dependencies.tasks.tasks(present, as: self.principal)
        for (job, row) in zip(present, rows) {
            self.send("ev", .jobs, .object([.init("id", job.id), .init("task", row), .init("cause", cause)]))
        }
        // Gone, or moved out of sight: both end the row that a list may show.
        let gone = jobs.filter { entry in entry.value.map { !scope.touches($0.definition.groups) } ?? true }
        for id in gone.keys.sorted() {
            self.send("ev", .jobs, .object([.init("id", id), .init("task", JSON.null), .init("cause", cause)]))
        }
    }

    private func tellHosts() async throws {
        guard self.watchesHosts, self.areAllHostsStale || !self.staleHosts.isEmpty else { return }
        let agents = self.dependencies.services.agents
        let (all, some) = (self.areAllHostsStale || self.staleHosts.count > 50, self.staleHosts)
        let isSnapshot = self.areAllHostsStale
        self.areAllHostsStale = false
        self.staleHosts = []
        var views: [AgentView] = []
        if all {
            views = try await agents.list(as: self.principal)
            if !isSnapshot { views.removeAll { !some.contains($0.agent.id) } }
        } else {
            for id in some.sorted() {
                if let view = try await agents.get(id, as: self.principal) { views.append(view) }
            }
        }
        // A snapshot also says which hosts are gone.
        self.send(isSnapshot ? "snap" : "ev", .hosts, .object([.init("items", views.map(GroupPresenter.client))]))
    }

    /// Brings a log forward as far as the socket takes it.
    private func pump(_ id: ExecutionID) async {
        let executions = self.dependencies.services.executions
        await self.guarded {
            // What is not sent now is still in the store: a slow reader costs no memory and loses nothing.
            while let feed = self.feeds[id], feed.needsPage, !self.outbox.isBusy {
                let position = feed.position
                let slice = try await executions.log(
                    id,
                    attempt: feed.attempt,
                    from: position,
                    limit: 4 * LogFeed.batchLimit,
                    as: self.principal
                )
                // The client may have left, or begun anew elsewhere, while the store was read.
                guard let current = self.feeds[id], current.position == position, current.attempt == feed.attempt else {
                    break
                }
                self.feeds[id]?.append(slice)
                self.sendLog(id)
            }
            if !self.outbox.isBusy { self.sendLog(id) }
        }
    }

    private func sendLog(_ id: ExecutionID) {
        guard let pieces = self.feeds[id]?.drain() else { return }
        for piece in pieces {
            self.send(
                "ev",
                .log(id),
                .object([
                    .init("from", piece.from), .init("next", piece.next), .init("s", piece.stream?.rawValue),
                    .init("attempt", piece.attempt), .init("left_out", piece.leftOut), .init("text", piece.text),
                ])
            )
        }
        guard let end = self.feeds[id]?.end else {
            self.ended.remove(id)
            return
        }
        if self.ended.insert(id).inserted {
            self.send(
                "ev",
                .log(id),
                .object([
                    .init("end", true), .init("truncated", end.isTruncated), .init("total_bytes", end.totalBytes),
                ])
            )
        }
    }

    /// A failure of the store costs this tick, not the connection.
    private func guarded(_ body: () async throws -> Void) async {
        do {
            try await body()
        } catch {
            self.logger.warning("Live update failed", metadata: ["error": "\(error)"])
            self.lostTrack()
        }
    }
}
