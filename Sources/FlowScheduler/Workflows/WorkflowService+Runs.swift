// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension WorkflowService {
    /// Begins a run now; a disabled workflow may be run by hand.
    ///
    /// The same `idempotencyKey` by the same user for the same workflow begins one run only.
    package func run(
        _ id: WorkflowID,
        parameters: JSON,
        idempotencyKey: String?,
        source: String,
        as principal: Principal
    ) async throws -> FlowStep {
        let workflow = try await self.runnable(id, as: principal)
        let values = try Self.values(parameters, of: workflow.definition)
        let start = FlowStart(
            workflow: id,
            uid: try RunStarter.uid(key: idempotencyKey, job: id, principal: principal, fresh: self.makeUUID),
            source: source,
            caller: principal.username,
            parameters: values
        )
        let step = try await self.store.startFlow(start, by: principal.change(at: self.clock.now))
        guard !step.isRepeat else {
            guard step.detail.run.parameters == values else {
                throw CoreError(
                    .keyReused,
                    "This idempotency key started run \(step.detail.run.id) with other parameters. Use a new key for another "
                        + "request."
                )
            }
            return step
        }
        await self.engine.hand(on: step)
        return step
    }

    /// The values of all parameters: given ones, else their defaults.
    static func values(_ given: JSON, of definition: WorkflowDefinition) throws -> JSON {
        var faults = FaultCollector()
        var members: [JSON.Member] = []
        if case .object(let given) = given {
            let declared = Set(definition.parameters.map { ExactText($0.name) })
            for member in given where !declared.contains(member.name) {
                faults.add("parameters.\(member.name.text)", "unknown", "there is no such parameter")
            }
        } else if given != .null {
            faults.add("parameters", "type", "an object is expected, not \(words: given.kind)")
        }
        for parameter in definition.parameters {
            let path = "parameters.\(parameter.name)"
            guard let value = given[parameter.name] ?? parameter.standard else {
                faults.add(path, "required", "this parameter has no default")
                continue
            }
            guard parameter.kind.accepts(value) else {
                faults.add(path, "type", "\(words: value.kind) is not of type \(parameter.kind.rawValue)")
                continue
            }
            faults.require(
                JSONWriter.bytes(value).count <= JobLimits.parameterBytes * 2,
                path,
                "length",
                "a value has at most \(JobLimits.parameterBytes * 2) bytes"
            )
            members.append(JSON.Member(parameter.name, value))
        }
        try faults.check("The workflow cannot be started")
        return .object(members)
    }

    // MARK: Runs

    package func runs(_ query: FlowQuery, as principal: Principal) async throws -> Page<FlowSummary> {
        var query = query
        query.scope = try principal.require(.executionsRead)
        return try await self.store.flows(query)
    }

    package func run(_ id: RunID, as principal: Principal) async throws -> FlowDetail {
        try await self.found(id, in: try principal.require(.executionsRead))
    }

    private func found(_ id: RunID, in scope: Scope) async throws -> FlowDetail {
        guard let detail = try await self.store.flow(id, in: scope) else { throw StoreFault.noFlow(id) }
        return detail
    }

    /// Stops a run: gracefully, or by force (W7).
    ///
    /// Idempotent.
    package func cancel(_ id: RunID, force: Bool, as principal: Principal) async throws -> FlowDetail {
        if force {
            try principal.require(.executionsKill)
            try await self.askToKill(id, isAbandoned: false, as: principal)
        }
        return try await self.request(
            .cancel(force: force),
            of: id,
            needing: [.executionsCancel] + (force ? [.executionsKill] : []),
            as: principal
        )
    }

    package func pause(_ id: RunID, as principal: Principal) async throws -> FlowDetail {
        try await self.request(.pause, of: id, needing: [.jobsRun], as: principal)
    }

    package func resume(_ id: RunID, as principal: Principal) async throws -> FlowDetail {
        try await self.request(.resume, of: id, needing: [.jobsRun], as: principal)
    }

    /// Ends a run although hosts do not answer.
    package func abandon(_ id: RunID, as principal: Principal) async throws -> FlowDetail {
        try await self.askToKill(id, isAbandoned: true, as: principal)
        return try await self.request(.abandon, of: id, needing: [.executionsKill], as: principal)
    }

    /// Answers the question of a step (W10).
    package func answer(
        _ id: RunID,
        step key: String,
        approves: Bool,
        comment: String,
        as principal: Principal
    ) async throws -> FlowDetail {
        let detail = try await self.permitted(id, needing: [.approvalsDecide], as: principal)
        guard let node = detail.definition.node(key), case .approval(let approval) = node.work else {
            throw StoreFault.noStep(key, of: detail.run)
        }
        guard approval.users.isEmpty || approval.users.contains(principal.username) else {
            throw CoreError(.forbidden, "The question of '\(key)' is for \(approval.users.joined(separator: ", ")).")
        }
        guard !approval.notStarter || detail.run.caller != principal.username else {
            throw CoreError(
                .forbidden,
                "Whoever started the run does not answer the question of '\(key)'. Ask somebody else."
            )
        }
        guard comment.utf8.count <= 2048, !comment.utf8.contains(0) else {
            throw CoreError(
                .invalid,
                "A comment has at most 2048 bytes.",
                details: [.init(path: "comment", code: "length", message: "at most 2048 bytes")]
            )
        }
        let answer = NodeAnswer(approves: approves, by: principal.username, comment: comment, at: self.clock.now)
        let step = try await self.store.request(
            .answered(key: key, answer),
            of: id,
            by: principal.change(at: self.clock.now)
        )
        await self.engine.hand(on: step)
        return step.detail
    }

    /// Tells a run something that a step of it waits for (W4).
    package func message(
        _ id: RunID,
        topic: String,
        data: [String: String],
        as principal: Principal
    ) async throws -> FlowDetail {
        var faults = FaultCollector()
        faults.require(
            !topic.isEmpty && topic.utf8.count <= EventWait.topicLimit,
            "topic",
            "length",
            "a topic has 1 to \(EventWait.topicLimit) bytes"
        )
        var bytes = 0
        for (name, value) in data.sorted(by: { $0.key < $1.key }) {
            bytes += name.utf8.count + value.utf8.count
            faults.require(
                StepOutputs.isKey(name) && !value.utf8.contains(0),
                "data.\(name.shortened(toBytes: 70))",
                "name",
                "a name is made of letters, digits and '_', and a value has no NUL character"
            )
        }
        faults.require(
            data.count <= StepOutputs.countLimit && bytes <= StepOutputs.fileLimit,
            "data",
            "length",
            "at most \(StepOutputs.countLimit) values and \(StepOutputs.fileLimit) bytes"
        )
        try faults.check("The message is not taken")
        return try await self.request(
            .message(FlowMessage(topic: topic, data: data)),
            of: id,
            needing: [.jobsRun],
            as: principal
        )
    }

    /// Repeats a run that has ended, keeping what it finished (W16).
    package func rerun(
        _ id: RunID,
        from start: RerunStart,
        idempotencyKey: String?,
        source: String,
        as principal: Principal
    ) async throws -> FlowStep {
        let detail = try await self.permitted(id, needing: [.jobsRun], as: principal)
        let uid = try RunStarter.uid(
            key: idempotencyKey.map { "\(id)/\($0)" },
            job: detail.run.workflow,
            principal: principal,
            fresh: self.makeUUID
        )
        let step = try await self.store.rerunFlow(
            id,
            from: start,
            uid: uid,
            source: source,
            by: principal.change(at: self.clock.now)
        )
        if !step.isRepeat { await self.engine.hand(on: step) }
        return step
    }

    /// Throws the request, where a stop by force takes two persons: of any run, or of one with a step that is a marked task.
    private func askToKill(_ id: RunID, isAbandoned: Bool, as principal: Principal) async throws {
        guard principal.needsSecond, let desk = self.jobs.desk, desk.forceStop != .off else { return }
        let needed: [Permission] = [.executionsKill] + (isAbandoned ? [] : [.executionsCancel])
        let detail = try await self.permitted(id, needing: needed, as: principal)
        guard detail.run.endedAt == nil else { return }
        var isNeeded = desk.forceStop.isNeeded(toStop: nil)
        for node in detail.definition.nodes where !isNeeded {
            guard let job = node.work.job else { continue }
            isNeeded = desk.forceStop.isNeeded(toStop: try await self.jobs.store.job(job))
        }
        guard isNeeded else { return }
        throw try await desk.ask(
            .stop,
            Approval.Object(kind: "workflow_run", id: id.description, name: detail.run.workflowName),
            groups: detail.definition.groups,
            .stopFlow(id, isAbandoned: isAbandoned),
            as: principal
        )
    }

    private func request(
        _ event: WorkflowEvent,
        of id: RunID,
        needing permissions: [Permission],
        as principal: Principal
    ) async throws -> FlowDetail {
        _ = try await self.permitted(id, needing: permissions, as: principal)
        let step = try await self.store.request(event, of: id, by: principal.change(at: self.clock.now))
        await self.engine.hand(on: step)
        return step.detail
    }

    /// A run that may be seen, on all of whose groups the permissions hold.
    private func permitted(
        _ id: RunID,
        needing permissions: [Permission],
        as principal: Principal
    ) async throws -> FlowDetail {
        for permission in permissions { try principal.require(permission) }
        let detail = try await self.found(id, in: try principal.require(.executionsRead))
        for permission in permissions {
            try principal.require(
                permission,
                onAll: detail.definition.groups,
                visible: principal.scope(of: .groupsRead)
            )
        }
        return detail
    }
}
