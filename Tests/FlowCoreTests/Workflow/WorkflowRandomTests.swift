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
            switch Int.random(in: 0..<8, using: &random) {
            case 0:
                let cases = (try? Expression("params.n > 3")).map {
                    [DecisionCase(when: $0, to: Array(targets[number].prefix(1)))]
                }
                work = .decision(cases ?? [], otherwise: Array(targets[number].dropFirst()))
                targets[number] = []
            case 1: work = .wait(.seconds(Int.random(in: 1...600, using: &random)))
            case 2: work = .approval(NodeApproval(timeoutSeconds: 300))
            case 3: work = .noop
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
            while world.run.phase != .ended, step < 500 {
                if step == cancelAt {
                    world.handle(.cancel(force: random.chance(0.5)))
                    startsAtCancel = world.starts.values.reduce(0, +)
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
            #expect(world.ends.count == 1, "seed \(seed)")
            #expect(world.starts.values.allSatisfy { $0 == 1 }, "seed \(seed): \(world.starts)")
            #expect(!world.nodes.contains { $0.state.isOpen }, "seed \(seed): \(world.words)")
            #expect(
                world.run.outcome
                    == WorkflowCore.outcome(of: world.run, world.nodes, definition, WorkflowGraph(definition)),
                "seed \(seed)"
            )
            if cancelAt != nil, world.run.halt == .cancel {
                #expect(world.starts.values.reduce(0, +) == startsAtCancel, "seed \(seed): started after the cancel")
            }
        }
    }
}
