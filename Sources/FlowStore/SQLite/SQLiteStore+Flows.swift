// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension SQLiteStore {
    package func startFlow(_ start: FlowStart, by change: Change) async throws -> FlowStep {
        try await self.write("start_flow") { db in
            guard let workflow = try WorkflowTable(db).find(start.workflow) else {
                throw StoreFault.noWorkflow(start.workflow)
            }
            if let id = try FlowTable(db).find(workflow: workflow.id, request: start.uid) {
                return FlowStep(detail: try self.loaded(id, db).detail, isRepeat: true)
            }
            let run = FlowRun(
                id: DeterministicID.run(kind: .manual, job: workflow.uid, nominal: change.at, discriminator: start.uid),
                workflow: workflow.id,
                workflowUID: workflow.uid,
                workflowName: workflow.definition.name,
                version: workflow.version,
                type: .manual,
                nominal: change.at,
                source: start.source,
                caller: start.caller,
                parameters: start.parameters,
                deadline: change.at.advanced(byMilliseconds: Int64(workflow.definition.timeoutSeconds) * 1000),
                createdAt: change.at
            )
            try AuditTable(db).record(change, .workflowRun, AuditObject(run), groups: workflow.definition.groups)
            return try self.begin(run, of: workflow, request: start.uid, at: change.at, db)
        }
    }

    package func fireWorkflow(
        _ id: WorkflowID,
        due: Timestamp,
        nominal: Timestamp?,
        next: Timestamp?,
        at now: Timestamp
    ) async throws -> FlowStep? {
        try await self.write("fire_workflow") { db in
            // Here and not before: a stop that has returned is in force on every server. What is due stays due.
            if try SchedulerStopTable(db).state().isStopped { return nil }
            let table = WorkflowTable(db)
            // The linearisation point: of all who fire it, one moves the schedule on.
            guard let workflow = try table.find(id), try table.moveOn(id, from: due, to: next), let nominal else {
                return nil
            }
            let run = FlowRun(
                id: DeterministicID.run(kind: .cron, job: workflow.uid, nominal: nominal),
                workflow: workflow.id,
                workflowUID: workflow.uid,
                workflowName: workflow.definition.name,
                version: workflow.version,
                type: .schedule,
                nominal: nominal,
                source: "scheduler",
                parameters: .object(
                    workflow.definition.parameters.compactMap { parameter in
                        parameter.standard.map { JSON.Member(parameter.name, $0) }
                    }
                ),
                deadline: now.advanced(byMilliseconds: Int64(workflow.definition.timeoutSeconds) * 1000),
                createdAt: now
            )
            guard try FlowTable(db).find(run.id) == nil else { return nil }
            return try self.admit(run, of: workflow, at: now, db)
        }
    }

    package func rerunFlow(
        _ id: RunID,
        from start: RerunStart,
        uid: String,
        source: String,
        by change: Change
    ) async throws -> FlowStep {
        try await self.write("rerun_flow") { db in
            let (detail, graph) = try self.loaded(id, db)
            let old = detail.run
            if let known = try FlowTable(db).find(workflow: old.workflow, request: uid) {
                return FlowStep(detail: try self.loaded(known, db).detail, isRepeat: true)
            }
            guard old.phase == .ended, old.outcome != .skipped else {
                throw CoreError(
                    .conflict,
                    old.phase == .ended
                        ? "The run was skipped, so there is nothing to repeat. Run the workflow instead."
                        : "The run has not ended. Wait for it, or cancel it, before you repeat it."
                )
            }
            guard
                let nodes = WorkflowCore.rerun(
                    of: old,
                    detail.nodes,
                    detail.definition,
                    graph,
                    from: start,
                    items: try self.items(of: detail, db)
                )
            else {
                if case .step(let key) = start { throw StoreFault.noStep(key, of: old) }
                throw StoreFault.noFlow(id)
            }
            guard zip(nodes, detail.definition.nodes).contains(where: { $0.state.isOpen && !$1.isAside }) else {
                throw CoreError(.conflict, "Every step of the run succeeded. Say from which step to repeat it.")
            }
            let run = FlowRun(
                id: DeterministicID.run(
                    kind: .rerun,
                    job: old.workflowUID,
                    nominal: change.at,
                    discriminator: "\(id)/\(uid)"
                ),
                workflow: old.workflow,
                workflowUID: old.workflowUID,
                workflowName: old.workflowName,
                version: old.version,
                type: .retry,
                nominal: old.nominal,
                source: source,
                caller: change.actor.name,
                parameters: old.parameters,
                deadline: change.at.advanced(byMilliseconds: Int64(detail.definition.timeoutSeconds) * 1000),
                rerunOf: id,
                createdAt: change.at
            )
            let groups = try FlowTable(db).groups(of: id)
            guard try FlowTable(db).insert(run, groups: try JSONColumn.encode(groups), request: uid) else {
                throw CoreError(.conflict, "Somebody else repeats this run at the same moment. Try again.")
            }
            try FlowTable(db).save(nodes, of: run.id)
            try AuditTable(db).record(change, .workflowRerun, AuditObject(old), groups: groups)
            return try self.apply([.reconcile], to: run.id, at: change.at, db)
        }
    }

    /// What was done of the lists whose steps did not succeed, as far as it is still known.
    private func items(of detail: FlowDetail, _ db: Database) throws -> [String: KeptItems] {
        var result: [String: KeptItems] = [:]
        for node in detail.nodes where node.state != .succeeded && node.result?.outputsFault == nil {
            guard let items = node.items else { continue }
            guard let child = node.child else {
                result[node.key] = items
                continue
            }
            let collected = try ExecutionOutputTable(db).collected(of: child)
            // Without what the first ones handed on the others would be of no use to what follows.
            guard collected.fault == nil else { continue }
            result[node.key] = items.with(try PlacementTable(db).succeeded(of: child), collected.lists)
        }
        return result
    }

    package func request(_ event: WorkflowEvent, of id: RunID, by change: Change) async throws -> FlowStep {
        try await self.write("request_flow") { db in
            let detail = try self.loaded(id, db).detail
            try Self.require(event, fits: detail)
            if change.approval != nil {
                let name = detail.run.workflowName
                let object = Approval.Object(kind: "workflow_run", id: id.description, name: name)
                try Self.permit(true, object, version: nil, to: "stop", by: change, db)
            }
            if let action = Self.action(of: event) {
                try AuditTable(db).record(
                    change,
                    action,
                    AuditObject(detail.run),
                    groups: try FlowTable(db).groups(of: id)
                )
            }
            let step = try self.apply([event], to: id, at: change.at, db)
            return try self.cascade(event, from: step, at: change.at, db)
        }
    }

    private static func action(of event: WorkflowEvent) -> AuditAction? {
        switch event {
        case .pause: .workflowPause
        case .resume: .workflowResume
        case .cancel: .workflowCancel
        case .abandon: .workflowAbandon
        case .answered: .workflowAnswer
        case .message: .workflowMessage
        case .reconcile, .begin, .childSettled, .refused, .timerRang, .taskEnded: nil
        }
    }

    /// The first decisive answer counts: later ones are told whose it was (W10).
    private static func require(_ event: WorkflowEvent, fits detail: FlowDetail) throws(CoreError) {
        if case .message(let message) = event {
            for (node, defined) in zip(detail.nodes, detail.definition.nodes) where node.state == .started {
                guard case .wait(.event(let wait)) = defined.work else { continue }
                if wait.source == .message(message.topic) { return }
            }
            throw CoreError(.conflict, "No step of the run waits for a message on '\(message.topic)' now.")
        }
        switch event {
        case .pause, .resume:
            guard detail.run.phase != .queued else {
                throw CoreError(.conflict, "The run has not begun: it waits until an earlier run has ended.")
            }
        default: break
        }
        guard case .answered(let key, _) = event else { return }
        guard let node = detail.nodes.first(where: { $0.key == key }), let work = detail.definition.node(key)?.work
        else {
            throw StoreFault.noStep(key, of: detail.run)
        }
        guard case .approval = work else {
            throw CoreError(.conflict, "The step '\(key)' asks nobody: it is of kind '\(work.kind)'.")
        }
        if let answer = node.answer {
            let who: Wording = answer.by.map { "'\($0)'" } ?? "nobody in time, which"
            let what: Wording = answer.approves ? "approved" : "rejected"
            throw CoreError(.conflict, "The question of '\(key)' is decided: \(who) \(what) it at \(answer.at).")
        }
        guard node.state == .started else {
            throw CoreError(.conflict, "The step '\(key)' asks nothing now: it is \(node.state.rawValue).")
        }
    }

    package func flow(_ id: RunID, in scope: Scope) async throws -> FlowDetail? {
        try await self.read { db in
            guard try FlowTable(db).find(id, in: scope) != nil else { return nil }
            return try self.loaded(id, db).detail
        }
    }

    package func flows(_ query: FlowQuery) async throws -> Page<FlowSummary> {
        try await self.read { db in try FlowTable(db).page(query, countingTo: 10_000) }
    }

    package func dueFlows(at now: Timestamp, limit: Int) async throws -> [RunID] {
        try await self.read { db in try FlowTable(db).due(at: now, limit: limit) }
    }

    package func stepFlow(_ id: RunID, at now: Timestamp) async throws -> FlowStep? {
        try await self.write("step_flow") { db in
            guard try FlowTable(db).find(id) != nil else { return nil }
            let events = try FlowTable(db).takeInbox(of: id, limit: 500)
            return try self.apply(events + [.timerRang], to: id, at: now, db)
        }
    }

    package func reconcileFlow(_ id: RunID, at now: Timestamp) async throws -> FlowStep? {
        try await self.write("reconcile_flow") { db in
            guard let run = try FlowTable(db).find(id) else { return nil }
            if run.phase == .queued, let next = try self.beginNext(of: run.workflow, at: now, db) { return next }
            try FlowTable(db).hearAgain(of: id)
            let events = try FlowTable(db).takeInbox(of: id, limit: 500)
            return try self.apply(events + [.reconcile], to: id, at: now, db)
        }
    }

    package func openFlows(after id: RunID?, limit: Int) async throws -> [RunID] {
        try await self.read { db in try FlowTable(db).open(after: id, limit: limit) }
    }

    package func forgetFlows(endedBefore instant: Timestamp, limit: Int) async throws -> Int {
        try await self.write("forget_flows") { db in
            let workflows = try FlowTable(db).forget(endedBefore: instant, limit: limit)
            for id in Set(workflows).sorted() {
                let table = WorkflowTable(db)
                try table.forgetUnused(of: id, butNewest: try table.glance(id) == nil ? 0 : WorkflowVersion.limit)
            }
            return workflows.count
        }
    }
}
