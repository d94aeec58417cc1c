// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import Logging

/// One client of the live connection: takes its commands, and tells it at each tick what changed of what it watches.
///
/// ``LiveWatch`` knows what is watched and what changed, ``LivePresenter`` reads what is shown of it, ``LiveOutbox`` holds what
/// the socket has not taken yet.
actor LiveSession {
    /// What a session needs of the server.
    struct Dependencies: Sendable {
        let services: Services
        let bus: EventBus
        let tasks: TaskPresenter
        let executions: ExecutionPresenter
        let clock: any WallClock
        var storage: @Sendable () -> StorageWatch.Failure? = { nil }
        let editing = EditingRoster()
    }

    let dependencies: Dependencies
    let outbox: LiveOutbox
    let logger: Logger
    private(set) var session: AuthenticatedSession
    private var sequences: [String: Int64] = [:]

    private var watch = LiveWatch()
    private var logs = LiveLogs()
    /// Outputs that could not be read, such as archived ones whose archive is away: for so many ticks nobody tries again.
    private var unreadable: [ExecutionID: Int] = [:]
    /// What this connection is in the roster of editors.
    nonisolated let seat: Int64
    /// Who else was told of, by the job whose form is open here.
    private var editors: [JobID: [EditingRoster.Editor]] = [:]
    /// A job changed of which nothing may be said.
    private var hasHiddenChange = false
    /// What was said of the store; nil where nobody listens.
    private var toldStorage: JSON?

    init(session: AuthenticatedSession, dependencies: Dependencies, outbox: LiveOutbox, logger: Logger) {
        self.session = session
        self.dependencies = dependencies
        self.seat = dependencies.editing.connection()
        self.outbox = outbox
        self.logger = logger
    }

    private var principal: Principal { self.session.principal }

    private var presenter: LivePresenter {
        LivePresenter(dependencies: self.dependencies, principal: self.principal)
    }

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

    private func refuse(id: Int64?, topic: String?, code: String, _ message: Wording) {
        var members: [JSON.Member] = [
            .init("op", "err"), .init("id", id), .init("code", code), .init("message", message.english),
            .init("text", TextPresenter.json(message)),
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

    /// Watches what a stream of events was asked for.
    func follow(_ subscriptions: [LiveCommand.Subscription]) async {
        for subscription in subscriptions { await self.subscribe(subscription, id: nil) }
    }

    private func subscribe(_ subscription: LiveCommand.Subscription, id: Int64?) async {
        guard let topic = LiveTopic(subscription.name) else {
            return self.refuse(id: id, topic: subscription.name, code: "not_found", "There is no such topic.")
        }
        do {
            if let permission = topic.permission { try self.principal.require(permission) }
            guard self.watch.detailCount + self.logs.count < LiveCommand.topicLimit else {
                throw CoreError(
                    .tooManyRequests,
                    "At most \(LiveCommand.topicLimit) executions can be watched at once."
                )
            }
            // Watch before looking, so that nothing falls in between; a repeated state does no harm.
            switch topic {
            case .jobs:
                // No snapshot: there can be thousands, and lists are paged by REST.
                self.watch.watchJobs()
            case .executions:
                self.watch.watchExecutions(subscription.filter)
                self.send("snap", topic, try await self.presenter.newest(subscription.filter))
            case .execution(let id):
                self.watch.watchDetail(id)
                self.send("snap", topic, try await self.presenter.detail(id))
            case .log(let id):
                _ = try await self.dependencies.services.executions.get(id, as: self.principal)
                self.logs.watch(id, since: subscription.since)
                await self.pump(id)
            case .hosts:
                self.watch.watchHosts()
                self.send("snap", topic, try await self.presenter.allHosts())
            case .stats:
                self.watch.watchStats()
                let overview = try await self.presenter.overview()
                _ = self.watch.takeNews(overview)
                self.send("snap", topic, .object(SystemRoutes.members(overview)))
            case .editing(let id): try await self.edit(id)
            case .approvals:
                self.watch.watchApprovals()
                let state = try await self.presenter.approvals()
                _ = self.watch.takeNews(approvals: state)
                self.send("snap", topic, state)
            case .storage:
                let state = self.storage
                self.toldStorage = state
                self.send("snap", topic, state)
            }
        } catch {
            self.forget(topic)
            let failure = FailureMiddleware.failure(error, logger: self.logger)
            self.refuse(id: id, topic: topic.name, code: failure.word, failure.text)
        }
    }

    private func forget(_ topic: LiveTopic) {
        switch topic {
        case .jobs:
            self.watch.forgetJobs()
            self.hasHiddenChange = false
        case .executions: self.watch.forgetExecutions()
        case .execution(let id): self.watch.forgetDetail(id)
        case .log(let id):
            self.logs.forget(id)
            self.unreadable[id] = nil
        case .hosts: self.watch.forgetHosts()
        case .stats: self.watch.forgetStats()
        case .editing(let id):
            self.editors[id] = nil
            self.dependencies.editing.leave(id, self.seat)
        case .approvals: self.watch.forgetApprovals()
        case .storage: self.toldStorage = nil
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
        case .jobChanged(let job): self.watch.note(job: job.id, job)
        case .jobDeleted(let id, _): self.watch.note(job: id, nil)
        case .executionsChanged(let executions): self.watch.note(executions)
        case .logAppended(let chunks): self.logs.note(chunks)
        case .logEnded(let id, _, _): self.logs.lookAgain(id)
        case .agentChanged(let id): self.watch.note(hosts: [id])
        case .groupsChanged: self.watch.noteAllHosts()
        case .approvalsChanged: self.watch.noteApprovals()
        }
    }

    /// The bus was faster than this session: everything that is watched may have changed.
    private func lostTrack() {
        if self.watch.watchesJobs { self.outbox.gap(topic: LiveTopic.jobs.name) }
        self.watch.lostTrack()
        self.logs.lookAgain()
    }

    // MARK: Ticks

    /// Every 100 ms: output.
    func tickLogs() async {
        for id in self.logs.ids {
            if let left = self.unreadable[id], left > 0 {
                self.unreadable[id] = left - 1
            } else {
                await self.pump(id)
            }
        }
    }

    /// Every 250 ms: executions, jobs that were changed, and requests for approval.
    func tickExecutions() async {
        await self.guarded {
            if let changed = self.watch.takeExecutions() {
                if let rows = try await self.presenter.rows(changed) { self.send("ev", .executions, rows) }
            } else {
                self.outbox.gap(topic: LiveTopic.executions.name)
            }
            for id in self.watch.takeDetails() { self.send("ev", .execution(id), try await self.presenter.detail(id)) }
            try await self.tell(self.watch.takeChangedJobs(), cause: "changed")
            guard self.watch.takeApprovals() else { return }
            let state = try await self.presenter.approvals()
            if self.watch.takeNews(approvals: state) { self.send("ev", .approvals, state) }
        }
    }

    /// Every second: numbers, hosts and the rows of jobs whose executions moved.
    func tickSlow() async {
        self.tellEditors()
        await self.guarded {
            // Of these, a list only wants the rows it shows; of changed jobs it also wants those it does not show yet.
            try await self.tell(await self.presenter.visibleJobs(self.watch.takeStaleJobs()), cause: "ran")
            if self.hasHiddenChange {
                // At most once a second, so that much of others' work costs little here.
                self.hasHiddenChange = false
                self.outbox.gap(topic: LiveTopic.jobs.name)
            }
            if let hosts = self.watch.takeHosts() {
                // A snapshot also says which hosts are gone.
                self.send(hosts == .all ? "snap" : "ev", .hosts, try await self.presenter.hosts(hosts))
            }
            guard self.watch.watchesStats else { return }
            let overview = try await self.presenter.overview()
            if self.watch.takeNews(overview) { self.send("ev", .stats, .object(SystemRoutes.members(overview))) }
        }
    }

    /// Every 5 s: heartbeats of the hosts that are there.
    func tickHeartbeats() {
        guard self.watch.watchesHosts,
            let online = try? self.dependencies.services.agents.online(as: self.principal),
            online.count <= LiveWatch.batchLimit
        else { return }
        self.watch.note(hosts: online.keys)
    }

    private func tell(_ jobs: [JobID: Job?], cause: String) async throws {
        guard self.watch.watchesJobs else { return }
        let (frames, leavesOut) = try await self.presenter.jobs(jobs, cause: cause)
        for frame in frames { self.send("ev", .jobs, frame) }
        if leavesOut { self.hasHiddenChange = true }
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

    // MARK: Forms

    /// The form of a job is open here from now on.
    private func edit(_ id: JobID) async throws {
        _ = try await self.dependencies.services.jobs.get(id, as: self.principal)
        guard self.editors[id] != nil || self.editors.count < EditingRoster.formLimit else {
            throw CoreError(.tooManyRequests, "At most \(EditingRoster.formLimit) forms can be open at once.")
        }
        let me = EditingRoster.Editor(
            user: self.principal.userID,
            username: self.principal.username,
            since: self.dependencies.clock.now
        )
        self.dependencies.editing.enter(id, self.seat, as: me)
        let others = self.dependencies.editing.others(of: id, than: self.seat)
        self.editors[id] = others
        self.send("snap", .editing(id), self.json(others))
    }

    private func tellEditors() {
        for (id, told) in self.editors {
            let others = self.dependencies.editing.others(of: id, than: self.seat)
            guard others != told else { continue }
            self.editors[id] = others
            self.send("ev", .editing(id), self.json(others))
        }
    }

    private func json(_ editors: [EditingRoster.Editor]) -> JSON {
        let items = editors.map { editor in
            JSON.object([
                .init("username", editor.username), .init("since", editor.since),
                .init("is_me", editor.user == self.principal.userID),
            ])
        }
        return .object([.init("editors", items)])
    }

    // MARK: Storage

    private var storage: JSON {
        .object([.init("failing", SystemRoutes.json(self.dependencies.storage()))])
    }

    /// Every half second, whatever else waits for a store that is away.
    func tellStorage() {
        guard let toldStorage else { return }
        let state = self.storage
        guard state != toldStorage else { return }
        self.toldStorage = state
        self.send("ev", .storage, state)
    }

    // MARK: Output

    /// Five seconds.
    private static let unreadableTicks = 50

    /// Brings a log forward as far as the socket takes it.
    private func pump(_ id: ExecutionID) async {
        let executions = self.dependencies.services.executions
        do {
            // What is not sent now is still in the store: a slow reader costs no memory and loses nothing.
            while let need = self.logs.need(of: id), !self.outbox.isBusy {
                let slice = try await executions.log(
                    id,
                    attempt: need.attempt,
                    from: need.position,
                    limit: 4 * LogFeed.batchLimit,
                    as: self.principal
                )
                guard self.logs.take(slice, of: id, for: need) else { break }
                self.sendLog(id)
            }
            if !self.outbox.isBusy { self.sendLog(id) }
            self.unreadable[id] = nil
        } catch is CancellationError {
            // The page was closed in the middle of it.
        } catch {
            // One output that can't be read is no news for the lists beside it. It is told once, and tried again now and then.
            let isNews = self.unreadable[id] == nil
            self.unreadable[id] = Self.unreadableTicks
            guard isNews else { return }
            let failure = FailureMiddleware.failure(error, logger: self.logger)
            self.refuse(id: nil, topic: LiveTopic.log(id).name, code: failure.word, failure.text)
        }
    }

    private func sendLog(_ id: ExecutionID) {
        for frame in self.logs.frames(of: id) { self.send("ev", .log(id), frame) }
    }

    /// A failure of the store costs this tick, not the connection.
    private func guarded(_ body: () async throws -> Void) async {
        do {
            try await body()
        } catch is CancellationError {
            // The page was closed in the middle of it.
        } catch {
            self.logger.warning("Live update failed", metadata: ["error": "\(error)"])
            self.lostTrack()
        }
    }
}
