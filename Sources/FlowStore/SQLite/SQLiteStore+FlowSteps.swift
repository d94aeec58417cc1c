// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// One step of a run of a workflow, within a transaction (X3).
extension SQLiteStore {
    /// A run with its steps in the order of its definition.
    func loaded(_ id: RunID, _ db: Database) throws -> (detail: FlowDetail, graph: WorkflowGraph) {
        let core = try self.core(of: id, db)
        return (FlowDetail(run: core.run, nodes: core.nodes, definition: core.definition), core.graph)
    }

    private func core(of id: RunID, _ db: Database) throws -> WorkflowCore {
        guard let run = try FlowTable(db).find(id) else { throw StoreFault.noFlow(id) }
        guard let definition = try WorkflowTable(db).definition(run.workflow, version: run.version) else {
            throw StoreFault.unreadable("version \(run.version) of workflow \(run.workflow) is missing")
        }
        return WorkflowCore(definition: definition, run: run, nodes: try FlowTable(db).nodes(of: id))
    }

    /// Begins a run: its row, its steps with the versions of their jobs, and what starts at once.
    func begin(
        _ run: FlowRun,
        of workflow: Workflow,
        request: String?,
        at now: Timestamp,
        _ db: Database
    ) throws -> FlowStep {
        try WorkflowTable(db).keep(workflow)
        let groups = try WorkflowTable.groups(workflow.definition)
        guard try FlowTable(db).insert(run, groups: groups, request: request) else {
            return FlowStep(detail: try self.loaded(run.id, db).detail, isRepeat: true)
        }
        if run.phase == .ended {
            let news = WorkflowNews(
                endOf: run,
                [],
                of: workflow.definition,
                groups: try FlowTable(db).groups(of: run.id)
            )
            if let news { try EventTable(db).append(.workflow(news), at: now) }
        }
        // One that waits for its turn has no steps yet.
        guard run.phase != .ended, run.phase != .queued else {
            return FlowStep(detail: try self.loaded(run.id, db).detail)
        }
        try FlowTable(db).save(try self.pinned(workflow.definition, of: workflow.id, db), of: run.id)
        return try self.apply([.reconcile], to: run.id, at: now, db)
    }

    /// The steps of a run that begins, with the versions of their tasks (W15).
    func pinned(_ definition: WorkflowDefinition, of workflow: WorkflowID, _ db: Database) throws -> [FlowNode] {
        let own = try WorkflowTable(db).steps(of: workflow)
        return try definition.nodes.map { node in
            var row = FlowNode(key: node.key)
            if case .workflow(let id) = node.work {
                row.job = try WorkflowTable(db).glance(id).map { JobReference($0) }
                return row
            }
            let id = node.work.job ?? node.work.awaited ?? (node.work.own == nil ? nil : own[node.key])
            row.job = try id.flatMap { try JobTable(db).find($0) }.map { JobReference($0) }
            return row
        }
    }

    /// Lets the core decide on events and does what it says, until nothing further follows.
    func apply(_ events: [WorkflowEvent], to id: RunID, at now: Timestamp, _ db: Database) throws -> FlowStep {
        var core = try self.core(of: id, db)
        let before = core.run
        let wereAsking = core.asking
        var waiting = events[...]
        let writer = RecordWriter(db: db, snapshots: self.snapshots)
        var started: [StartedRun] = []
        var stopped: [(execution: Execution, force: Bool)] = []
        var asked: [String] = []
        while let event = waiting.popFirst() {
            for effect in core.handle(event, at: now) {
                switch effect {
                case .start(let key, let parameters, _) where core.isWorkflow(key):
                    switch try self.beginNested(key, parameters, of: core, at: now, db) {
                    case .success(let step):
                        started += step.started
                        stopped += step.stopped
                    case .failure(let refusal): waiting.append(refusal.event)
                    }
                case .start(let key, let parameters, let items):
                    switch try self.draft(key, parameters, items, of: core, at: now, db) {
                    case .success(let draft):
                        let begun = try writer.begin(draft)
                        started.append(
                            StartedRun(
                                run: draft.run,
                                executions: begun.executions,
                                orders: begun.orders,
                                isRepeat: false
                            )
                        )
                    case .failure(let refusal): waiting.append(refusal.event)
                    }
                case .stop(let key, let force) where core.isWorkflow(key):
                    guard let child = core.graph.index[key].flatMap({ core.nodes[$0].child }),
                        try FlowTable(db).find(child) != nil
                    else { continue }
                    let step = try self.apply([.cancel(force: force)], to: child, at: now, db)
                    started += step.started
                    stopped += step.stopped
                case .stop(let key, let force): stopped += try self.stop(key, force: force, of: core, at: now, db)
                case .ask(let key): asked.append(key)
                case .ended: break
                }
            }
        }
        try FlowTable(db).save(core.changed.sorted().map { core.nodes[$0] }, of: id)
        if core.run != before { try FlowTable(db).update(core.run) }
        let answered = (wereAsking + asked).filter { !core.asking.contains($0) }
        let hasEnded = core.run.phase == .ended && before.phase != .ended
        try self.tell(of: core, asked: asked, answered: answered, hasEnded: hasEnded, at: now, db)
        if hasEnded {
            try FlowTable(db).hear(of: core.run)
            if let next = try self.beginNext(of: core.run.workflow, at: now, db) {
                started += next.started
                stopped += next.stopped
            }
        }
        return FlowStep(
            detail: FlowDetail(run: core.run, nodes: core.nodes, definition: core.definition),
            started: started,
            stopped: stopped
        )
    }

    /// Writes down what people are told of, in the transaction in which it came about.
    private func tell(
        of core: WorkflowCore,
        asked: [String],
        answered: [String],
        hasEnded: Bool,
        at now: Timestamp,
        _ db: Database
    ) throws {
        guard hasEnded || !asked.isEmpty || !answered.isEmpty else { return }
        let groups = try FlowTable(db).groups(of: core.run.id)
        for (kind, keys) in [(WorkflowNews.Kind.asks, asked), (.asksNoMore, answered)] {
            for key in keys {
                let news = WorkflowNews(asking: key, kind, core.run, of: core.definition, groups: groups)
                try EventTable(db).append(.workflow(news), at: now)
            }
        }
        guard hasEnded, let news = WorkflowNews(endOf: core.run, core.nodes, of: core.definition, groups: groups) else {
            return
        }
        try EventTable(db).append(.workflow(news), at: now)
    }

    /// Why a step's job cannot start.
    struct Refusal: Error {
        let event: WorkflowEvent

        init(_ key: String, _ reason: NodeReason, _ words: String) {
            self.event = .refused(key: key, reason, words)
        }
    }

    private func draft(
        _ key: String,
        _ parameters: [String: String],
        _ items: [String]?,
        of core: WorkflowCore,
        at now: Timestamp,
        _ db: Database
    ) throws -> Result<RunDraft, Refusal> {
        guard let index = core.graph.index[key] else {
            return .failure(Refusal(key, .deleted, "There is no such step."))
        }
        let node = core.nodes[index]
        if let pinned = node.job, let job = try JobTable(db).find(pinned.id), job.uid == pinned.uid,
            try job.isUnreadable || self.snapshots.isUnreadable(pinned.uid, version: pinned.version, db)
        {
            return .failure(Refusal(key, .denied, StoreFault.jobUnreadable(job).text.english))
        }
        guard let pinned = node.job, let job = try JobTable(db).find(pinned.id), job.uid == pinned.uid,
            let snapshot = try self.snapshots.snapshot(pinned.uid, version: pinned.version, db)
        else { return .failure(Refusal(key, .deleted, "The task of this step was deleted.")) }
        if !job.isEnabled, core.definition.nodes[index].ifDisabled != .run {
            let isSkipped = core.definition.nodes[index].ifDisabled == .skip
            return .failure(Refusal(key, isSkipped ? .ifDisabled : .disabled, "The task is disabled."))
        }
        var placement = core.definition.nodes[index].placement?.narrowing(snapshot.placement)
        var names = Set(parameters.keys)
        if case .map(let map) = core.definition.nodes[index].work, let items {
            placement = map.placement(of: items)
            names.formUnion(map.itemParameters)
        }
        if let name = snapshot.secretParameters.first(where: { names.contains($0) }) {
            let words = "The parameter '\(name)' of the task is secret, and a workflow's values are readable."
            return .failure(Refusal(key, .denied, words))
        }
        if let words = try self.obstacle(to: core.run, starting: job, db) {
            return .failure(Refusal(key, .denied, words))
        }
        let targets = try AgentTable(db).agents(inAnyOf: job.definition.groups)
        guard !targets.isEmpty,
            var draft = RunDraft.node(
                node,
                of: core.run,
                parameters: parameters,
                on: targets,
                placement: placement,
                at: now
            )
        else { return .failure(Refusal(key, .noHost, "The task has no host.")) }
        if let items, let done = node.items?.done, !done.isEmpty {
            // Each keeps its number in the whole list.
            let kept = Set(done)
            draft.shards = items.indices.filter { !kept.contains($0) }
        }
        return .success(draft)
    }

    /// Why the workflow's owner may not start a job; nil = it may (D12).
    private func obstacle(to run: FlowRun, starting job: Job, _ db: Database) throws -> String? {
        guard let owner = try WorkflowTable(db).glance(run.workflow)?.owner else { return nil }
        return StartRight.obstacle(owner: try UserTable(db).find(owner), workflow: run.workflowName, job: job)?
            .english
    }

    private func stop(
        _ key: String,
        force: Bool,
        of core: WorkflowCore,
        at now: Timestamp,
        _ db: Database
    ) throws -> [(execution: Execution, force: Bool)] {
        guard let child = core.graph.index[key].flatMap({ core.nodes[$0].child }) else { return [] }
        return try ExecutionTable(db).of(run: child).filter { !$0.status.isTerminal }.map { execution in
            (try self.askToStop(execution, force: force, by: .system(at: now), db), force)
        }
    }
}
