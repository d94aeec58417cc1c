// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@Suite("How a run of a workflow goes on")
struct WorkflowCoreTests {
    private static let diamond = WorkflowDefinition(
        [.job("a"), .job("b"), .job("c"), .job("d")],
        [.init("a", "b"), .init("a", "c"), .init("b", "d"), .init("c", "d")]
    )

    @Test("A diamond joins once, after both of its sides")
    func diamond() {
        var world = FlowWorld(Self.diamond)
        #expect(world.started == ["a"])
        world.end("a")
        #expect(world.started == ["b", "c"])
        world.end("c")
        #expect(world.started == ["b"])
        world.end("b")
        #expect(world.started == ["d"])
        world.end("d")
        #expect(world.run.phase == .ended)
        #expect(world.ends == [.succeeded])
        #expect(world.starts == ["a": 1, "b": 1, "c": 1, "d": 1])
    }

    @Test("What is reported twice changes nothing the second time")
    func twice() {
        var world = FlowWorld(Self.diamond)
        let child = world.node("a").child!
        let result = NodeResult(RunTally(counts: [.success: 1]))
        world.handle(.childSettled(key: "a", child: child, result))
        let nodes = world.nodes
        #expect(world.handle(.childSettled(key: "a", child: child, result)).isEmpty)
        #expect(world.handle(.reconcile).isEmpty)
        #expect(world.nodes == nodes)
    }

    @Test("A run of another step's name is not taken for its own")
    func foreign() {
        var world = FlowWorld(Self.diamond)
        let other = RunID(bytes: [UInt8](repeating: 7, count: 16))!
        #expect(
            world.handle(.childSettled(key: "a", child: other, NodeResult(RunTally(counts: [.success: 1])))).isEmpty
        )
        #expect(world.state("a") == .started)
    }

    @Test("What a step's run is called follows from the run, the step and when it was ready")
    func childNames() {
        // The vector of the design.
        let ready = Timestamp(milliseconds: 1_767_225_600_005)
        let flow = RunID("019b76da-a800-8a16-95be-9999ed8e96e3")!
        let job = JobUID("00000000-0000-4000-8000-000000000001")!
        let workflow = JobUID("00000000-0000-4000-8000-0000000000ff")!
        #expect(DeterministicID.run(kind: .cron, job: workflow, nominal: FlowWorld.start) == flow)
        let id = DeterministicID.run(
            kind: .node,
            job: job,
            nominal: ready,
            discriminator: WorkflowCore.discriminator(run: flow, key: "extract")
        )
        #expect(id.description == "019b76da-a805-861d-b381-db6d016e807e")
    }

    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        let nodes: [WorkflowNode]
        let edges: [WorkflowEdge]
        var policy: FailurePolicy = .stop
        /// Tasks that end otherwise than well.
        var ends: [String: ExecutionStatus] = [:]
        let states: String
        let outcome: FlowOutcome

        var testDescription: String { self.name }
    }

    static let cases: [Case] = [
        Case(
            name: "a failed step blocks what waits for its success",
            nodes: [.job("a"), .job("b")],
            edges: [.init("a", "b")],
            policy: .continue,
            ends: ["a": .failure],
            states: "a=failed(EXECUTION) b=skipped(UPSTREAM_FAILED)",
            outcome: .failed
        ),
        Case(
            name: "with stop nothing on other ways starts any more",
            nodes: [.job("a"), .job("b"), .job("c")],
            edges: [.init("b", "c")],
            ends: ["a": .failure],
            states: "a=failed(EXECUTION) b=succeeded c=skipped(STOPPED)",
            outcome: .failed
        ),
        Case(
            name: "with continue other ways go on",
            nodes: [.job("a"), .job("b"), .job("c")],
            edges: [.init("b", "c")],
            policy: .continue,
            ends: ["a": .failure],
            states: "a=failed(EXECUTION) b=succeeded c=succeeded",
            outcome: .failed
        ),
        Case(
            name: "a failure edge runs its target, and the failure stands",
            nodes: [.job("a"), .job("clean")],
            edges: [.init("a", "clean", on: .failure)],
            ends: ["a": .failure],
            states: "a=failed(EXECUTION) clean=succeeded",
            outcome: .failed
        ),
        Case(
            name: "a failure edge that catches makes it good",
            nodes: [.job("a"), .job("mend"), .job("next", rule: .atLeast(1))],
            edges: [.init("a", "mend", on: .failure, catches: true), .init("a", "next"), .init("mend", "next")],
            ends: ["a": .failure],
            states: "a=failed(EXECUTION) mend=succeeded next=succeeded",
            outcome: .succeeded
        ),
        Case(
            name: "one that fails itself catches nothing",
            nodes: [.job("a"), .job("mend"), .job("z")],
            edges: [.init("a", "mend", on: .failure, catches: true), .init("mend", "z", on: .always)],
            ends: ["a": .failure, "mend": .failure],
            states: "a=failed(EXECUTION) mend=failed(EXECUTION) z=succeeded",
            outcome: .failed
        ),
        Case(
            name: "without a failure its edge is void and nothing runs",
            nodes: [.job("a"), .job("clean")],
            edges: [.init("a", "clean", on: .failure)],
            states: "a=succeeded clean=skipped(NOT_CHOSEN)",
            outcome: .succeeded
        ),
        Case(
            name: "an ignored failure counts as a success",
            nodes: [.job("a", onFailure: .ignore), .job("b")],
            edges: [.init("a", "b")],
            ends: ["a": .failure],
            states: "a=failed(EXECUTION) b=succeeded",
            outcome: .succeeded
        ),
        Case(
            name: "a fan-in of two needs both; of at least one, one",
            nodes: [.job("a"), .job("b"), .job("all"), .job("any", rule: .atLeast(1))],
            edges: [.init("a", "all"), .init("b", "all"), .init("a", "any"), .init("b", "any")],
            policy: .continue,
            ends: ["b": .timeout],
            states: "a=succeeded b=failed(TIMEOUT) all=skipped(UPSTREAM_FAILED) any=succeeded",
            outcome: .failed
        ),
        Case(
            name: "strict does not run behind a branch that was not taken",
            nodes: [.job("a"), .job("b"), .job("j", rule: .strict)],
            edges: [.init("a", "b", on: .failure), .init("a", "j"), .init("b", "j")],
            states: "a=succeeded b=skipped(NOT_CHOSEN) j=skipped(NOT_CHOSEN)",
            outcome: .succeeded
        ),
        Case(
            name: "all runs behind it",
            nodes: [.job("a"), .job("b"), .job("j")],
            edges: [.init("a", "b", on: .failure), .init("a", "j"), .init("b", "j")],
            states: "a=succeeded b=skipped(NOT_CHOSEN) j=succeeded",
            outcome: .succeeded
        ),
        Case(
            name: "end runs after success and failure alike, not after what never ran",
            nodes: [.job("a"), .job("b"), .job("x"), .job("y"), .job("z")],
            edges: [
                .init("a", "b"), .init("a", "x", on: .end), .init("b", "y", on: .end), .init("b", "z", on: .always),
            ],
            policy: .continue,
            ends: ["a": .failure],
            states: "a=failed(EXECUTION) b=skipped(UPSTREAM_FAILED) x=succeeded y=skipped(UPSTREAM_FAILED) z=succeeded",
            outcome: .failed
        ),
        Case(
            name: "a step that was cancelled alone is a failure",
            nodes: [.job("a"), .job("b")],
            edges: [.init("a", "b", on: .failure)],
            ends: ["a": .cancelled],
            states: "a=cancelled(REQUESTED) b=succeeded",
            outcome: .failed
        ),
        Case(
            name: "a step whose executions were all skipped is no silent success",
            nodes: [.job("a")],
            edges: [],
            ends: ["a": .skipped],
            states: "a=failed(CHILD_SKIPPED)",
            outcome: .failed
        ),
    ]

    @Test("Rules and edges", arguments: Self.cases)
    func rules(_ item: Case) {
        var world = FlowWorld(WorkflowDefinition(item.nodes, item.edges, onFailure: item.policy))
        while let key = world.started.first(where: { item.ends[$0] != nil }) ?? world.started.first {
            world.end(key, item.ends[key] ?? .success)
        }
        #expect(world.words == item.states)
        #expect(world.ends == [item.outcome])
    }

    @Test("A decision runs what it chose, and the join behind its branches")
    func decision() throws {
        let nodes: [WorkflowNode] = [
            .job("a"),
            WorkflowNode(
                "branch",
                .decision([.init(when: try Expression("steps.a.exit_code == 3"), to: ["many"])], otherwise: ["few"])
            ),
            .job("many"), .job("few"), .job("join"),
        ]
        let edges: [WorkflowEdge] = [
            .init("a", "branch", on: .end), .init("many", "join"), .init("few", "join"),
        ]
        for (exit, chosen, other) in [(0, "few", "many"), (3, "many", "few")] {
            var world = FlowWorld(WorkflowDefinition(nodes, edges, onFailure: .ignore))
            world.end("a", exit == 0 ? .success : .failure, exitCode: exit)
            #expect(world.started == [chosen])
            world.end(chosen)
            #expect(world.node(other).reason == .notChosen)
            world.end("join")
            #expect(world.ends == [.succeeded])
        }
    }

    @Test("An expression that has no value fails its step, and is never false")
    func noValue() throws {
        let nodes = [
            WorkflowNode("d", .decision([.init(when: try Expression("params.n > 3"), to: ["x"])], otherwise: ["y"])),
            .job("x"), .job("y"),
        ]
        let world = FlowWorld(WorkflowDefinition(nodes), parameters: .object([.init("n", "many")]))
        #expect(world.node("d").reason == .expression)
        #expect(world.words == "d=failed(EXPRESSION) x=skipped(UPSTREAM_FAILED) y=skipped(UPSTREAM_FAILED)")
        #expect(world.ends == [.failed])
    }

    @Test("A step is given what its templates come to")
    func parameters() throws {
        var node = WorkflowNode.job("b")
        node.parameters = [
            "day": try ExpressionTemplate("{{params.day}}"),
            "code": try ExpressionTemplate("code-{{steps.a.exit_code}}"),
        ]
        var world = FlowWorld(
            WorkflowDefinition([.job("a"), node], [.init("a", "b")]),
            parameters: .object([.init("day", "2026-01-01")])
        )
        world.end("a", exitCode: 0)
        #expect(world.given["b"] == ["day": "2026-01-01", "code": "code-0"])
    }

    @Test("Not more steps run at once than are allowed")
    func parallel() {
        let nodes = (0..<7).map { WorkflowNode.job("s\($0)") }
        var world = FlowWorld(WorkflowDefinition(nodes, parallel: 3))
        #expect(world.started == ["s0", "s1", "s2"])
        world.end("s1")
        #expect(world.started == ["s0", "s2", "s3"])
    }
}
