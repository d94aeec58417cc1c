// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowTesting
import Testing

/// Invariants F3, F5, F6 and F16 of random workflows whose tasks end at random.
@Suite("Random workflows")
struct WorkflowRandomTests {
    private static let outcomes: [ExecutionStatus] = [
        .success, .success, .success, .failure, .timeout, .skipped, .cancelled,
    ]

    private static func definition(_ random: inout SplitMix64) -> WorkflowDefinition {
        let count = Int.random(in: 1...14, using: &random)
        var edges: [WorkflowEdge] = []
        var targets: [[String]] = []
        for from in 0..<count {
            var next: [String] = []
            for to in (from + 1)..<max(from + 1, count) where random.chance(0.3) { next.append("n\(to)") }
            targets.append(next)
        }
        var nodes: [WorkflowNode] = []
        for number in 0..<count {
            let incoming = targets.filter { $0.contains("n\(number)") }.count
            let rule: NodeRule =
                switch Int.random(in: 0..<6, using: &random) {
                case 0: .strict
                case 1 where incoming > 0: .atLeast(Int.random(in: 1...incoming, using: &random))
                default: .all
                }
            let policy = random.chance(0.3) ? FailurePolicy.allCases.randomElement(using: &random) : nil
            let work: NodeWork
            switch Int.random(in: 0..<10, using: &random) {
            case 0:
                let cases = (try? Expression("params.n > 3")).map {
                    [DecisionCase(when: $0, to: Array(targets[number].prefix(1)))]
                }
                work = .decision(cases ?? [], otherwise: Array(targets[number].dropFirst()))
                targets[number] = []
            case 1: work = .wait(.seconds(Int.random(in: 1...600, using: &random)))
            case 2: work = .approval(NodeApproval(timeoutSeconds: 300))
            case 3: work = .noop
            case 4:
                let items = (0..<Int.random(in: 0...3, using: &random)).map(String.init)
                let fail: MapFailure = [.any, .fast, .never, .ratio(0.5)].randomElement(using: &random) ?? .any
                work = .map(MapStep(over: .items(items), body: .job(1), fail: fail))
            case 5: work = .workflow(1)
            default: work = .job(1)
            }
            nodes.append(WorkflowNode("n\(number)", work, rule: rule, onFailure: policy))
        }
        for (from, next) in targets.enumerated() {
            for to in next {
                let on =
                    random.chance(0.6)
                    ? .success : WorkflowEdge.Condition.allCases.randomElement(using: &random) ?? .success
                edges.append(.init("n\(from)", to, on: on, catches: on == .failure && random.chance(0.5)))
            }
        }
        for number in 0..<count where random.chance(0.3) {
            nodes[number].compensate = "u\(number)"
            nodes.append(WorkflowNode("u\(number)", .job(1), role: .compensator))
        }
        for number in 0..<Int.random(in: 0...2, using: &random) {
            nodes.append(WorkflowNode("f\(number)", .job(1), role: .finally))
        }
        let policy = FailurePolicy.allCases.randomElement(using: &random) ?? .stop
        var definition = WorkflowDefinition(
            nodes,
            edges,
            onFailure: policy,
            parallel: Int.random(in: 1...5, using: &random)
        )
        definition.parameters = [WorkflowParameter("n", .int)]
        return definition
    }

    @Test("Each step runs once at most, the run always ends, and its outcome follows from its steps", arguments: 0..<40)
    func run(_ block: Int) {
        for seed in UInt64(block * 25)..<UInt64(block * 25 + 25) {
            var random = SplitMix64(seed: seed)
            let definition = Self.definition(&random)
            #expect(definition.faults.filter { $0.path != "name" } == [], "seed \(seed)")
            let n = Int64.random(in: 0..<8, using: &random)
            var world = FlowWorld(definition, parameters: .object([.init("n", n)]))
            let cancelAt = random.chance(0.2) ? Int.random(in: 0..<8, using: &random) : nil
            var step = 0
            var startsAtCancel = 0
            var isForced = false
            while world.run.phase != .ended, step < 500 {
                if step == cancelAt {
                    isForced = random.chance(0.5)
                    world.handle(.cancel(force: isForced))
                    startsAtCancel = world.order.count
                }
                if random.chance(0.1) { world.handle(random.chance(0.5) ? .pause : .resume) }
                // A crash: everything is loaded anew and looked at again.
                if random.chance(0.1) { world.handle(.reconcile) }
                if let key = world.started.randomElement(using: &random) {
                    let status = Self.outcomes.randomElement(using: &random) ?? .success
                    switch definition.node(key)?.work {
                    case .approval:
                        let answer = NodeAnswer(approves: random.chance(0.7), by: "bob", at: world.now)
                        world.handle(.answered(key: key, answer))
                    case .wait: world.pass(seconds: 700)
                    default:
                        world.end(key, status, exitCode: 0)
                        if random.chance(0.2) { world.end(key, .failure) }
                    }
                } else {
                    world.handle(.resume)
                    world.pass(seconds: 100)
                }
                step += 1
            }
            #expect(world.run.phase == .ended, "seed \(seed): \(world.words)")
            #expect(
                FlowInvariants.violations(
                    of: world,
                    cancelledAfter: world.run.halt == .cancel ? startsAtCancel : nil,
                    isForced: isForced
                )
                    == [],
                "seed \(seed): \(world.words)"
            )
            #expect(world.ends.count == 1, "seed \(seed)")
            #expect(world.starts.values.allSatisfy { $0 == 1 }, "seed \(seed): \(world.starts)")
            #expect(!world.nodes.contains { $0.state.isOpen }, "seed \(seed): \(world.words)")
            #expect(
                world.run.outcome
                    == WorkflowCore.outcome(of: world.run, world.nodes, definition, WorkflowGraph(definition)),
                "seed \(seed)"
            )
        }
    }

    /// A run that did everything: it failed, was undone, and cleaned up.
    private static func whole() -> FlowWorld {
        let definition = WorkflowDefinition(
            [
                WorkflowNode("a", .job(1), compensate: "ua"), WorkflowNode("b", .job(1), compensate: "ub"), .job("c"),
                WorkflowNode("ua", .job(1), role: .compensator), WorkflowNode("ub", .job(1), role: .compensator),
                WorkflowNode("f", .job(1), role: .finally),
            ],
            [.init("a", "b"), .init("b", "c")]
        )
        var world = FlowWorld(definition)
        for key in ["a", "b"] { world.end(key) }
        world.end("c", .failure)
        for key in ["ub", "ua", "f"] { world.end(key) }
        return world
    }

    /// Runs that did something else than they should have.
    private static let wrongs: [(name: String, spoil: @Sendable (inout FlowWorld) -> Void)] = [
        ("starts twice", { $0.order.append("a") }),
        ("undoes the first step first", { $0.order = ["a", "b", "c", "ua", "ub", "f"] }),
        ("forgets to undo", { $0.order.removeAll { $0 == "ua" } }),
        ("forgets to clean up", { $0.order.removeLast() }),
        ("cleans up before it has undone", { $0.order = ["a", "b", "c", "f", "ub", "ua"] }),
        ("undoes what has not run", { $0.nodes[0].state = .skipped }),
        ("undoes a success", { $0.run.outcome = .succeeded }),
        ("leaves a step open", { $0.nodes[5].state = .started }),
    ]

    @Test("F3, F4, F6, W6: what a wrong engine would do is found", arguments: Self.wrongs.indices)
    func mutants(_ index: Int) {
        var world = Self.whole()
        #expect(FlowInvariants.violations(of: world) == [])
        Self.wrongs[index].spoil(&world)
        #expect(!FlowInvariants.violations(of: world).isEmpty, "\(Self.wrongs[index].name)")
    }

    @Test("F6: a step that starts after a cancel is found")
    func lateStart() {
        var world = FlowWorld(WorkflowDefinition([.job("a"), .job("b")], [.init("a", "b")]))
        world.handle(.cancel(force: false))
        world.end("a", .cancelled)
        #expect(FlowInvariants.violations(of: world, cancelledAfter: 1) == [])
        world.order.append("b")
        #expect(!FlowInvariants.violations(of: world, cancelledAfter: 1).isEmpty)
    }
}
