// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import FlowCrash
package import Foundation

/// The history, output, stopping and repeating of executions (S1-FR-4, S3-4).
package struct ExecutionService: Sendable {
    let store: any Store
    let gateway: any AgentGateway
    let bus: EventBus
    let clock: any WallClock
    let starter: RunStarter
    let makeUUID: @Sendable () -> UUID
    let logs: LogReader
    /// Nil = stops take one person.
    let desk: ApprovalDesk?
    /// Who has read output.
    let access: AccessAudit

    package init(
        store: any Store,
        gateway: any AgentGateway,
        bus: EventBus,
        clock: any WallClock,
        starter: RunStarter,
        archive: (any OutputArchive)? = nil,
        desk: ApprovalDesk? = nil,
        access: AccessAudit? = nil,
        makeUUID: @escaping @Sendable () -> UUID = { UUID() }
    ) {
        self.store = store
        self.gateway = gateway
        self.bus = bus
        self.clock = clock
        self.starter = starter
        self.makeUUID = makeUUID
        self.desk = desk
        self.access = access ?? AccessAudit(store: store, clock: clock)
        self.logs = LogReader(store: store, archive: archive)
    }

    package func list(_ query: ExecutionQuery, as principal: Principal) async throws -> Page<Execution> {
        var query = query
        query.scope = try principal.require(.executionsRead)
        return try await self.store.executions(query)
    }

    package func get(_ id: ExecutionID, as principal: Principal) async throws -> Execution {
        let scope = try principal.require(.executionsRead)
        guard let execution = try await self.store.execution(id, in: scope) else {
            throw CoreError(
                .notFound,
                "There is no execution \(id). It may be older than the history that is kept."
            )
        }
        return execution
    }

    /// Those of these executions that the principal may see.
    package func visible(_ executions: [Execution], as principal: Principal) async throws -> [Execution] {
        let scope = try principal.require(.executionsRead)
        guard scope != .all else { return executions }
        let ids = try await self.store.visible(executions.map(\.id), in: scope)
        return executions.filter { ids.contains($0.id) }
    }

    /// All attempts of those executions that were started more than once, the first twenty of them.
    package func attempts(
        of executions: [Execution],
        as principal: Principal
    ) async throws -> [ExecutionID: [AttemptRecord]] {
        let retried = try await self.visible(executions.filter { $0.attempt > 1 }, as: principal)
        var found: [ExecutionID: [AttemptRecord]] = [:]
        for execution in retried.prefix(Self.retriedLimit) {
            found[execution.id] = try await self.store.attempts(of: execution.id)
        }
        return found
    }

    private static let retriedLimit = 20

    /// An execution with its parameters, and the beginning and the end of its output.
    ///
    /// - Parameter isNoted: whether the read of its output stands in the audit; false where the caller has noted more.
    package func detail(
        _ id: ExecutionID,
        isNoted: Bool = true,
        as principal: Principal
    ) async throws -> ExecutionDetail {
        let execution = try await self.get(id, as: principal)
        let parameters = try await self.store.parameters(of: execution.runID)
        let mayReadLog = try await self.holds(.logsRead, on: id, principal)
        let preview = mayReadLog ? try await self.store.logPreview(id) : .hidden
        let outputs = mayReadLog ? try await (self.store as? any PlacementStore)?.outputs(of: id) ?? [:] : [:]
        if isNoted, !preview.chunks.isEmpty || !outputs.isEmpty {
            try await self.noteOutputRead(of: execution, as: principal)
        }
        let attempts = try await self.store.attempts(of: id)
        // Hosts are named in it: only whoever may see them all is shown why this one was chosen.
        let sees = principal.scope(of: .executionsRead) == .all
        let placement = sees ? try await (self.store as? any PlacementStore)?.placement(of: id) : nil
        return ExecutionDetail(
            execution: execution,
            parameters: parameters,
            dataTime: try await self.dataTime(of: execution),
            attempts: attempts,
            preview: preview,
            placement: placement,
            // They are what the program wrote, as its output is.
            outputs: outputs,
            fingerprint: try await self.fingerprint(of: execution)
        )
    }

    /// Which slots of their run these executions have, which whoever asks may see; none where each host runs it.
    package func slots(of run: RunID, among executions: [Execution]) async throws -> [ExecutionID: SlotMark] {
        guard executions.count > 1, let store = self.store as? any PlacementStore else { return [:] }
        let shown = Set(executions.map(\.id))
        return try await store.slots(of: run).filter { shown.contains($0.key) }
    }

    private func fingerprint(of execution: Execution) async throws -> String? {
        guard execution.status == .failure || execution.status == .timeout else { return nil }
        return try await (self.store as? any FailureStore)?.fingerprints(of: [execution.id])[execution.id]?.id
    }

    /// Fires and triggers are for the present.
    private func dataTime(of execution: Execution) async throws -> Timestamp? {
        guard execution.kind == .backfill || execution.retryOf != nil else { return nil }
        return try await self.store.run(execution.runID)?.run.dataTime
    }

    /// Counts of executions that ended since an instant.
    package func statistics(
        job: JobID?,
        since: Timestamp,
        as principal: Principal
    ) async throws -> ExecutionStatistics {
        let scope = try principal.require(.executionsRead)
        return try await self.store.statistics(job: job, since: since, in: scope)
    }

    /// Asks for an execution to be stopped (S3-4.3.1).
    ///
    /// Idempotent: one that has ended is answered as it is. With `force`, it is killed at once instead of being asked to
    /// end first.
    package func cancel(_ id: ExecutionID, force: Bool, as principal: Principal) async throws -> Execution {
        try await self.cancel(id, force: force, isAsked: false, as: principal)
    }

    /// - Parameter isAsked: it was seen to that two persons want it, where that takes two.
    func cancel(
        _ id: ExecutionID,
        force: Bool,
        isAsked: Bool,
        as principal: Principal
    ) async throws -> Execution {
        try principal.require(.executionsCancel)
        let before = try await self.get(id, as: principal)
        try await self.require(.executionsCancel, on: id, principal)
        if force {
            try await self.require(.executionsKill, on: id, principal)
            if !isAsked, !before.status.isTerminal {
                let object = Approval.Object(kind: "execution", id: id.description, name: before.jobName)
                try await self.askToKill(object, .stopExecution(id), of: before.jobUID, as: principal)
            }
        }
        return try await self.stop(before, force: force, as: principal)
    }

    /// Throws the request, where a stop by force takes two persons.
    func askToKill(
        _ object: Approval.Object,
        _ payload: ApprovalPayload,
        of uid: JobUID,
        as principal: Principal
    ) async throws {
        guard principal.needsSecond, let desk else { return }
        let rule = desk.forceStop
        guard rule != .off else { return }
        let job = try await self.store.job(uid: uid)
        guard rule.isNeeded(toStop: job) else { return }
        throw try await desk.ask(.stop, object, groups: job?.definition.groups ?? [], payload, as: principal)
    }

    /// The end of ``cancel(_:force:as:)``, when it is known that it may be.
    private func stop(_ before: Execution, force: Bool, as principal: Principal) async throws -> Execution {
        let id = before.id
        let execution = try await self.store.requestCancel(id, force: force, by: principal.change(at: self.clock.now))
        CrashPoint.reach("server.cancel.stored")
        // Repeated while it is open: the first message may have met a process that ignores the signal.
        if !execution.status.isTerminal { await self.gateway.cancel(id, on: execution.agentID, force: force) }
        CrashPoint.reach("server.cancel.sent")
        if execution != before { self.bus.publish(.executionsChanged([execution])) }
        return execution
    }

    /// Runs an execution's job again on the same agent with the same parameters, as a new record (S3-4.3.3).
    package func retry(
        _ id: ExecutionID,
        idempotencyKey: String?,
        source: String,
        as principal: Principal
    ) async throws -> StartedRun {
        try principal.require(.jobsRun)
        let execution = try await self.get(id, as: principal)
        try await self.require(.jobsRun, on: id, principal)
        guard execution.status.isTerminal else {
            throw CoreError(
                .conflict,
                "Execution \(id) is \(execution.status.name). Wait until it ends, or cancel it, before you run it again."
            )
        }
        guard let job = try await self.store.job(uid: execution.jobUID) else {
            throw CoreError(.conflict, "The job '\(execution.jobName)' has been deleted, so it cannot be run again.")
        }
        let parameters = try await self.starter.carried(
            try await self.store.parameters(of: execution.runID),
            to: job,
            as: principal
        )
        let uid = try RunStarter.uid(
            key: idempotencyKey.map { "\(id)/\($0)" },
            job: job.id,
            principal: principal,
            fresh: self.makeUUID
        )
        return try await self.starter.start(
            Trigger(
                job: job.id,
                uid: uid,
                type: .retry,
                source: source,
                caller: principal.username,
                parameters: parameters,
                targets: [execution.agentID],
                retryOf: id
            ),
            as: principal
        )
    }

    /// Whether a permission holds on any of the groups that job and host had in common when the execution was due.
    private func holds(_ permission: Permission, on id: ExecutionID, _ principal: Principal) async throws -> Bool {
        try await !self.store.visible([id], in: principal.scope(of: permission)).isEmpty
    }

    func require(_ permission: Permission, on id: ExecutionID, _ principal: Principal) async throws {
        guard try await self.holds(permission, on: id, principal) else {
            throw CoreError(
                .forbidden,
                "User '\(principal.username)' lacks the permission '\(permission.rawValue)' on the groups of this "
                    + "execution. Ask an administrator."
            )
        }
    }
}

/// An execution with what its own page shows beside it.
package struct ExecutionDetail: Sendable {
    package let execution: Execution
    package let parameters: [String: String]
    /// The past time that it makes up for.
    package let dataTime: Timestamp?
    /// In the order of their numbers.
    package let attempts: [AttemptRecord]
    /// At most ``LogPreview/limit`` bytes.
    package let preview: LogSlice
    /// Why it is on its host; nil where it runs on each, or for whoever may not see all hosts.
    package let placement: PlacementNote?
    /// What it hands on.
    package let outputs: [String: String]
    /// What its failure is counted with; nil until it was read, and for what did not fail.
    package let fingerprint: String?
}
