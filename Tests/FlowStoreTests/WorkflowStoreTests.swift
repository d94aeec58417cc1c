// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import Foundation
import Testing

@Suite("Workflows and their runs, stored")
struct WorkflowStoreTests {
    struct Flow {
        let world: World
        let store: any Store & WorkflowStore
        let agent: AgentID
        var sequence: Int64 = 0
        let ada: Change

        init(_ world: World) async throws {
            self.world = world
            self.store = try #require(world.store as? any Store & WorkflowStore)
            let user = try await world.store.createUser(
                username: "ada",
                passwordHash: "",
                grants: [Grant(role: .admin, scope: .all)],
                mustChangePassword: false,
                by: .system(at: World.start)
            )
            self.ada = Change(by: .user(user.id, "ada"), at: World.start)
            self.agent = try await world.connectedAgent("a")
        }

        func workflow(
            _ nodes: [WorkflowNode],
            _ edges: [WorkflowEdge] = [],
            name: String = "w",
            schedule: WorkflowSchedule? = nil,
            nextFire: Timestamp? = nil
        ) async throws -> Workflow {
            try await self.store.createWorkflow(
                uid: JobUID(uuid: UUID()),
                definition: WorkflowDefinition(
                    name: name,
                    groups: [Group.everyone],
                    schedule: schedule,
                    nodes: nodes,
                    edges: edges
                ),
                isEnabled: true,
                nextFire: nextFire,
                by: self.ada
            )
        }

        func start(_ workflow: Workflow, key: String = "one") async throws -> FlowStep {
            try await self.store.startFlow(
                FlowStart(workflow: workflow.id, uid: key, source: "api", caller: "ada"),
                by: self.ada
            )
        }

        func detail(_ step: FlowStep) async throws -> FlowDetail {
            try #require(try await self.store.flow(step.detail.run.id, in: .all))
        }

        /// Reports the end of an execution.
        mutating func end(_ execution: Execution, _ status: ExecutionStatus = .success, exitCode: Int? = 0) async throws
        {
            self.sequence += 1
            let report = Report(
                sequence: self.sequence,
                executionID: execution.id,
                runID: execution.runID,
                jobUID: execution.jobUID,
                jobID: execution.jobID,
                jobName: execution.jobName,
                jobVersion: execution.jobVersion,
                kind: .manual,
                nominal: execution.nominal,
                status: status,
                reason: status == .failure ? .exitCode : nil,
                attempt: 1,
                startedAt: execution.nominal,
                finishedAt: execution.nominal.advanced(byMilliseconds: 5),
                exitCode: exitCode,
                coalesced: nil,
                outputBytes: 0,
                inlineOutput: []
            )
            try await self.world.apply([report], of: self.agent)
        }

        /// Applies all that has come.
        func delete(_ workflow: Workflow) async throws {
            try await self.store.deleteWorkflow(workflow.id, expectedVersion: nil, by: self.ada)
        }

        func goOn(at now: Timestamp = World.start + 10) async throws -> [StartedRun] {
            var started: [StartedRun] = []
            while case let due = try await self.store.dueFlows(at: now, limit: 10), !due.isEmpty {
                for id in due { started += try await self.store.stepFlow(id, at: now)?.started ?? [] }
            }
            return started
        }
    }

    static func script(_ key: String, _ command: String = "true") -> WorkflowNode {
        WorkflowNode(key, .own(OwnStep(.shell(ShellPayload(command: command)))))
    }

    func withFlow(_ kind: StoreKind, _ body: (inout Flow) async throws -> Void) async throws {
        try await kind.withWorld { world in
            var flow = try await Flow(world)
            try await body(&flow)
        }
    }

    @Test("A run goes from step to step as its tasks end, each step once", arguments: StoreKind.allCases)
    func chain(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            let job = try await flow.world.job("task")
            let workflow = try await flow.workflow(
                [WorkflowNode("a", .job(job.id)), Self.script("b")],
                [.init("a", "b")]
            )
            let step = try await flow.start(workflow)
            #expect(step.started.map(\.run.source) == ["flow:w/a"])
            #expect(step.started.first?.run.type == .workflow)
            #expect(step.started.first?.orders.count == 1)
            // A repeated request begins nothing.
            let again = try await flow.start(workflow)
            #expect(again.isRepeat && again.started.isEmpty)
            #expect(try await flow.goOn().isEmpty)
            try await flow.end(try #require(step.started.first?.executions.first))
            let second = try await flow.goOn()
            #expect(second.map(\.run.source) == ["flow:w/b"])
            #expect(try await flow.goOn().isEmpty)
            let order = try #require(second.first?.orders.values.first)
            #expect(order.job.payload == .shell(ShellPayload(command: "true")))
            try await flow.end(try #require(second.first?.executions.first))
            _ = try await flow.goOn()
            let detail = try await flow.detail(step)
            #expect(detail.run.outcome == .succeeded)
            #expect(detail.nodes.map(\.result?.exitCode) == [0, 0])
            #expect(try await flow.store.flows(FlowQuery(workflow: workflow.id)).items.first?.counts == [.succeeded: 2])
        }
    }

    @Test("A task that runs as a step starts none of those that wait for it", arguments: StoreKind.allCases)
    func noDependents(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            let job = try await flow.world.job("parent")
            var child = World.definition("child")
            child.dependencies = JobDependencies(edges: [.init(parent: job.id)])
            _ = try await flow.store.createJob(
                uid: JobUID(uuid: UUID()),
                definition: child,
                isEnabled: true,
                nextFire: nil,
                by: flow.ada
            )
            let step = try await flow.start(try await flow.workflow([WorkflowNode("a", .job(job.id))]))
            try await flow.end(try #require(step.started.first?.executions.first))
            let store = try #require(flow.store as? any DependencyStore)
            let settled = try #require(try await store.settledRuns(after: 0, limit: 10).runs.first)
            #expect(settled.run.id == step.started.first?.run.id)
            let move = ReaderMove(reader: "dependents", from: nil, to: settled.sequence)
            #expect(try await store.settle(settled.run, moving: move, at: World.start).isEmpty)
        }
    }

    @Test("What settled unheard is heard when the run is looked at again", arguments: StoreKind.allCases)
    func reconciles(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            let workflow = try await flow.workflow([Self.script("a"), Self.script("b")], [.init("a", "b")])
            let step = try await flow.start(workflow)
            try await flow.end(try #require(step.started.first?.executions.first))
            let ids = try await flow.store.openFlows(after: nil, limit: 10)
            #expect(ids == [step.detail.run.id])
            #expect(try await flow.store.reconcileFlow(ids[0], at: World.start + 20)?.started.count == 1)
            #expect(try await flow.store.reconcileFlow(ids[0], at: World.start + 21)?.started.isEmpty == true)
            #expect(try await flow.store.openFlows(after: ids[0], limit: 10).isEmpty)
        }
    }

    @Test("Cancelling asks hosts to stop, and the run ends when they have", arguments: StoreKind.allCases)
    func cancels(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            let workflow = try await flow.workflow([Self.script("a"), Self.script("b")], [.init("a", "b")])
            let step = try await flow.start(workflow)
            let id = step.detail.run.id
            let asked = try await flow.store.request(.cancel(force: false), of: id, by: flow.ada)
            #expect(asked.stopped.map(\.execution.cancelRequested) == [true])
            #expect(asked.detail.run.phase == .stopping)
            #expect(try await flow.store.request(.cancel(force: false), of: id, by: flow.ada).stopped.isEmpty)
            await #expect(throws: CoreError.self) { try await flow.delete(workflow) }
            try await flow.end(try #require(step.started.first?.executions.first), .cancelled, exitCode: nil)
            _ = try await flow.goOn()
            #expect(try await flow.detail(step).run.outcome == .cancelled)
            try await flow.delete(workflow)
            #expect(try await flow.detail(step).run.outcome == .cancelled)
            #expect(try await flow.world.store.jobs(JobQuery()).total == 0)
        }
    }

    @Test("A question is answered once; later answers learn whose counted", arguments: StoreKind.allCases)
    func answers(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            let workflow = try await flow.workflow([WorkflowNode("ok", .approval(NodeApproval()))])
            let id = try await flow.start(workflow).detail.run.id
            func event(_ who: String, _ approves: Bool = true) -> WorkflowEvent {
                .answered(key: "ok", NodeAnswer(approves: approves, by: who, at: World.start))
            }
            #expect(try await flow.store.request(event("bob"), of: id, by: flow.ada).detail.run.outcome == .succeeded)
            do {
                _ = try await flow.store.request(event("eve", false), of: id, by: flow.ada)
                Issue.record("answered twice")
            } catch let error as CoreError {
                #expect(error.code == .conflict && error.message.contains("'bob' approved"))
            }
        }
    }

    @Test(
        "What people are told of is written with the end of a run, its skip, or its question, each once",
        arguments: StoreKind.allCases
    )
    func tells(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            let events = try #require(flow.world.store as? any EventStore)
            func news(_ body: () async throws -> Void) async throws -> [WorkflowNews] {
                let before = try await events.lastEvent()
                try await body()
                var told: [WorkflowNews] = []
                for row in try await events.events(after: before, limit: 1000) {
                    if case .workflow(let news)? = row.event { told.append(news) }
                }
                return told
            }
            let fails = try await flow.workflow([Self.script("a"), Self.script("b")], [.init("a", "b")], name: "fails")
            var step = try await flow.start(fails)
            let failed = try await news {
                try await flow.end(try #require(step.started.first?.executions.first), .failure, exitCode: 2)
                _ = try await flow.goOn()
                _ = try await flow.store.reconcileFlow(step.detail.run.id, at: World.start + 20)
            }
            #expect(failed.map(\.kind) == [.failed] && failed.first?.steps == ["a"] && failed.first?.name == "fails")
            #expect(failed.first?.run == step.detail.run.id && failed.first?.groups == [Group.everyone])

            step = try await flow.start(fails, key: "cancelled")
            let cancelled = try await news {
                _ = try await flow.store.request(.cancel(force: false), of: step.detail.run.id, by: flow.ada)
                try await flow.end(try #require(step.started.first?.executions.first), .cancelled, exitCode: nil)
                _ = try await flow.goOn()
            }
            #expect(cancelled.isEmpty, "who cancels it knows")

            let asks = try await flow.workflow([WorkflowNode("ok", .approval(NodeApproval()))], name: "asks")
            let asked = try await news { step = try await flow.start(asks) }
            #expect(asked.map(\.kind) == [.asks] && asked.first?.steps == ["ok"])
            let answered = try await news {
                let answer = NodeAnswer(approves: true, by: "bob", at: World.start)
                _ = try await flow.store.request(.answered(key: "ok", answer), of: step.detail.run.id, by: flow.ada)
            }
            #expect(answered.map(\.kind) == [.asksNoMore, .succeeded] && answered.first?.steps == ["ok"])

            // Whatever ends a question is told of, and once.
            let timed = try await news {
                step = try await flow.start(asks, key: "timed")
                _ = try await flow.goOn(at: World.start + 700_000)
                _ = try await flow.store.reconcileFlow(step.detail.run.id, at: World.start + 700_001)
            }
            #expect(timed.map(\.kind) == [.asks, .asksNoMore, .failed], "\(timed)")
            let stopped = try await news {
                step = try await flow.start(asks, key: "stopped")
                _ = try await flow.store.request(.cancel(force: false), of: step.detail.run.id, by: flow.ada)
            }
            #expect(stopped.map(\.kind) == [.asks, .asksNoMore], "\(stopped)")

            let due = World.start + 1
            let scheduled = try await flow.workflow(
                [Self.script("a")],
                name: "scheduled",
                schedule: WorkflowSchedule(cron: "* * * * *"),
                nextFire: due
            )
            let fired = try await news {
                for time in [due, due + 60] {
                    _ = try await flow.store.fireWorkflow(
                        scheduled.id,
                        due: time,
                        nominal: time,
                        next: due + 60,
                        at: time
                    )
                }
            }
            #expect(fired.map(\.kind) == [.skipped] && fired.first?.workflow == scheduled.id)
        }
    }

    @Test("Times that have passed let waits go on, and end runs that take too long", arguments: StoreKind.allCases)
    func times(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            let workflow = try await flow.workflow(
                [WorkflowNode("w", .wait(.seconds(60))), Self.script("a")],
                [.init("w", "a")]
            )
            let step = try await flow.start(workflow)
            #expect(try await flow.goOn(at: World.start + 59).isEmpty)
            #expect(try await flow.goOn(at: World.start + 60).count == 1)
            _ = try await flow.goOn(at: World.start + 86_401)
            let run = try await flow.detail(step).run
            #expect(run.halt == .timeout && run.phase == .stopping)
        }
    }

    @Test(
        "A deleted or disabled task, or an owner without the right, ends the step with why",
        arguments: StoreKind.allCases
    )
    func refusals(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            let off = try await flow.world.job("off", isEnabled: false)
            // Its workflow was saved as it was deleted.
            let gone = try await flow.world.job("gone")
            _ = try await flow.store.deleteJob(gone.id, at: World.start)
            let group = try await flow.store.createGroup(name: "empty", description: "", tags: [], at: World.start)
            let nowhere = try await flow.world.job("nowhere", groups: [group.id])
            var skip = WorkflowNode("skip", .job(off.id))
            skip.ifDisabled = .skip
            let workflow = try await flow.workflow([
                WorkflowNode("off", .job(off.id), onFailure: .continue), skip,
                WorkflowNode("gone", .job(gone.id), onFailure: .continue),
                WorkflowNode("nowhere", .job(nowhere.id), onFailure: .continue),
            ])
            let detail = try await flow.start(workflow).detail
            #expect(detail.nodes.map(\.reason) == [.disabled, .ifDisabled, .deleted, .noHost])
            #expect(detail.run.outcome == .failed)
            let owner = try #require(workflow.owner)
            // Somebody has to be an administrator.
            _ = try await flow.store.createUser(
                username: "root",
                passwordHash: "",
                role: .admin,
                by: .system(at: World.start)
            )
            _ = try await flow.store.setState(.disabled, of: owner, by: .system(at: World.start))
            let kept = try await flow.store.createGroup(name: "kept", description: "", tags: [], at: World.start)
            _ = try await flow.store.createWorkflow(
                uid: JobUID(uuid: UUID()),
                definition: WorkflowDefinition(name: "k", groups: [kept.id], nodes: [WorkflowNode("a", .noop)]),
                isEnabled: true,
                nextFire: nil,
                by: flow.ada
            )
            await #expect(throws: CoreError.self) { try await flow.store.deleteGroup(kept.id) }
            let job = try await flow.world.job("late")
            let denied = try await flow.workflow([WorkflowNode("a", .job(job.id))], name: "v")
            #expect(try await flow.start(denied).detail.nodes.map(\.reason) == [.denied])
        }
    }

    @Test(
        "A change of the workflow leaves open runs as they began; its own tasks are in no list",
        arguments: StoreKind.allCases
    )
    func versions(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            let workflow = try await flow.workflow(
                [WorkflowNode("w", .wait(.seconds(5))), Self.script("a", "old")],
                [.init("w", "a")]
            )
            #expect(try await flow.world.store.jobs(JobQuery()).total == 0)
            #expect(try await flow.world.store.job(named: "w/a")?.workflow == workflow.id)
            let step = try await flow.start(workflow)
            var definition = workflow.definition
            definition.nodes = [Self.script("a", "new"), Self.script("b")]
            definition.edges = []
            let changed = try await flow.store.updateWorkflow(
                workflow.id,
                definition: definition,
                isEnabled: true,
                nextFire: nil,
                expectedVersion: 1,
                by: flow.ada
            )
            #expect(changed.version == 2)
            await #expect(throws: CoreError.self) {
                try await flow.store.updateWorkflow(
                    workflow.id,
                    definition: definition,
                    isEnabled: true,
                    nextFire: nil,
                    expectedVersion: 1,
                    by: flow.ada
                )
            }
            let started = try await flow.goOn(at: World.start + 6)
            #expect(started.first?.orders.values.first?.job.payload == .shell(ShellPayload(command: "old")))
            #expect(try await flow.detail(step).definition == workflow.definition)
            await #expect(throws: CoreError.self) { try await flow.workflow([Self.script("x")]) }
        }
    }

    @Test("A due workflow begins once, and not beside a run that is open", arguments: StoreKind.allCases)
    func fires(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            let due = World.start + 1
            let workflow = try await flow.workflow(
                [Self.script("a")],
                schedule: WorkflowSchedule(cron: "* * * * *"),
                nextFire: due
            )
            #expect(try await flow.store.dueWorkflows(at: World.start, limit: 10).isEmpty)
            // A stop that has returned is in force on every server; what is due stays due.
            _ = try await flow.store.stopScheduler(reason: nil, by: .system(at: World.start))
            #expect(try await flow.store.fireWorkflow(workflow.id, due: due, nominal: due, next: nil, at: due) == nil)
            _ = try await flow.store.startScheduler(by: .system(at: World.start))
            #expect(try await flow.store.dueWorkflows(at: due, limit: 10).map(\.id) == [workflow.id])
            let step = try await flow.store.fireWorkflow(workflow.id, due: due, nominal: due, next: due + 60, at: due)
            #expect(step?.detail.run.id == DeterministicID.run(kind: .cron, job: workflow.uid, nominal: due))
            #expect(step?.started.count == 1)
            #expect(try await flow.store.fireWorkflow(workflow.id, due: due, nominal: due, next: nil, at: due) == nil)
            let skipped = try await flow.store.fireWorkflow(
                workflow.id,
                due: due + 60,
                nominal: due + 60,
                next: nil,
                at: due + 60
            )
            #expect(skipped?.detail.run.outcome == .skipped)
            #expect(skipped?.started.isEmpty == true)
        }
    }

    @Test(
        "A repeat keeps what succeeded, and old runs are forgotten with their versions",
        arguments: StoreKind.allCases
    )
    func reruns(_ kind: StoreKind) async throws {
        try await self.withFlow(kind) { flow in
            let workflow = try await flow.workflow([Self.script("a"), Self.script("b")], [.init("a", "b")])
            let step = try await flow.start(workflow)
            let id = step.detail.run.id
            await #expect(throws: CoreError.self) {
                try await flow.store.rerunFlow(id, from: .failed, uid: "r", source: "api", by: flow.ada)
            }
            try await flow.end(try #require(step.started.first?.executions.first))
            try await flow.end(try #require(try await flow.goOn().first?.executions.first), .failure, exitCode: 3)
            _ = try await flow.goOn()
            let failed = try await flow.detail(step)
            #expect(failed.run.outcome == .failed)
            #expect(failed.nodes.last?.result?.exitCode == 3)
            let again = try await flow.store.rerunFlow(id, from: .failed, uid: "r", source: "api", by: flow.ada)
            #expect(again.started.map(\.run.source) == ["flow:w/b"])
            #expect(again.detail.nodes.first?.keptFrom == id)
            #expect(try await flow.store.rerunFlow(id, from: .failed, uid: "r", source: "api", by: flow.ada).isRepeat)
            #expect(try await flow.store.forgetFlows(endedBefore: World.start + 1_000_000, limit: 10) == 1)
            #expect(try await flow.store.flow(id, in: .all) == nil)
            #expect(try await flow.store.flow(again.detail.run.id, in: .all) != nil)
            #expect(try await flow.store.flow(again.detail.run.id, in: .groups([7])) == nil)
        }
    }
}
