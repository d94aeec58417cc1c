// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowSchedulerCore
import FlowTesting

/// What a person asked of a run of a workflow, and was told that it is done.
struct FlowPromise {
    let flow: RunID
    let at: Timestamp
    /// In quiet times: what runs has to end at once.
    let isQuiet: Bool
}

extension Simulation {
    static let stepJobs = 1...3
    /// The engine looks so often; microseconds.
    private static let flowRound: Int64 = 250_000
    /// Nobody starts a run after this.
    private static let lastFlow: Int64 = 40_000_000
    /// When somebody cancels runs that are still open, long after the last trouble.
    private static let quietCancel: Int64 = 65_000_000

    /// The tasks of steps, which nothing but a step or a hand starts.
    static func makeStepJobs() -> [Job] {
        self.stepJobs.map { number in
            let anchor = Timestamp(milliseconds: Self.epoch / 1000)
            let uid = JobUID(bytes: [UInt8](repeating: 9, count: 15) + [UInt8(number)])!
            return Job(
                id: JobID(100 + number),
                uid: uid,
                version: 1,
                definition: JobDefinition(
                    name: "step-\(number)",
                    payload: .shell(ShellPayload(command: "true")),
                    schedule: .manual,
                    policies: Policies(
                        overlap: .allow,
                        concurrency: 100,
                        retry: RetryPolicy(count: number == 2 ? 2 : 0, intervalSeconds: 1)
                    ),
                    groups: [Group.everyone]
                ),
                isEnabled: true,
                nextFire: nil,
                createdBy: "simulator",
                createdAt: anchor,
                updatedAt: anchor
            )
        }
    }

    /// Begins runs, lets open ones go on, and cancels some.
    mutating func lookAtFlows() {
        self.schedule(.flows, after: Self.flowRound)
        guard self.isServerUp else { return }
        if self.now < Self.lastFlow, self.random.chance(0.06) { self.beginFlow() }
        if self.isChaos, self.random.chance(0.02) { self.ask(.cancel(force: self.random.chance(0.3)), isQuiet: false) }
        if self.isChaos, self.random.chance(0.02) {
            self.ask(self.random.chance(0.5) ? .pause : .resume, isQuiet: false)
        }
        if self.now > self.shape.chaosEnds, self.now < Self.quietCancel { self.resumeFlows() }
        if self.now >= Self.quietCancel, self.now < Self.quietCancel + Self.flowRound {
            for id in self.store.flows.open where self.random.chance(0.5) { self.cancel(id, isQuiet: true) }
        }
        for id in self.store.flows.due(at: self.serverTime) {
            self.step(id, [])
            guard self.isServerUp else { return }
        }
    }

    /// Every open run is looked at again when a server starts (W20).
    mutating func reconcileFlows() {
        for id in self.store.flows.open {
            self.step(id, [.reconcile])
            guard self.isServerUp else { return }
        }
    }

    private mutating func beginFlow() {
        let number = self.store.flows.runs.count + 1
        let definition = self.makeDefinition(number)
        let uid = JobUID(bytes: [UInt8](repeating: 8, count: 15) + [UInt8(number)])!
        let id = DeterministicID.run(kind: .manual, job: uid, nominal: self.serverTime)
        let run = FlowRun(
            id: id,
            workflow: WorkflowID(number),
            workflowUID: uid,
            workflowName: definition.name,
            version: 1,
            type: .manual,
            nominal: self.serverTime,
            source: "simulator",
            deadline: self.serverTime.advanced(byMilliseconds: Int64.random(in: 20_000...60_000, using: &self.random)),
            createdAt: self.serverTime
        )
        let nodes = definition.nodes.map { node in
            var row = FlowNode(key: node.key)
            row.job = node.work.job.flatMap { id in self.store.jobs.values.first { $0.id == id } }.map {
                JobReference($0)
            }
            return row
        }
        self.say("workflow \(number) begins: \(definition.nodes.map(\.key).joined(separator: " "))")
        self.store.flows.runs[id] = SimulatedFlows.Stored(definition: definition, run: run, nodes: nodes)
        self.step(id, [.reconcile])
    }

    private mutating func makeDefinition(_ number: Int) -> WorkflowDefinition {
        let count = Int.random(in: 2...5, using: &self.random)
        var nodes: [WorkflowNode] = []
        var edges: [WorkflowEdge] = []
        for place in 0..<count {
            let task = NodeWork.job(JobID(100 + Int.random(in: Self.stepJobs, using: &self.random)))
            let work: NodeWork =
                switch Int.random(in: 0..<8, using: &self.random) {
                case 0: .noop
                case 1: .wait(.seconds(Int.random(in: 1...4, using: &self.random)))
                default: task
                }
            nodes.append(WorkflowNode("n\(place)", work))
            for before in 0..<place where self.random.chance(0.5) {
                let on: WorkflowEdge.Condition = self.random.chance(0.8) ? .success : .end
                edges.append(WorkflowEdge("n\(before)", "n\(place)", on: on))
            }
            guard self.random.chance(0.2) else { continue }
            nodes[nodes.count - 1].compensate = "u\(place)"
        }
        for place in 0..<count where nodes[place].compensate != nil {
            nodes.append(WorkflowNode("u\(place)", .job(101), role: .compensator))
        }
        if self.random.chance(0.3) { nodes.append(WorkflowNode("f", .job(102), role: .finally)) }
        return WorkflowDefinition(
            name: "flow-\(number)",
            maxParallel: Int.random(in: 1...3, using: &self.random),
            onFailure: FailurePolicy.allCases.randomElement(using: &self.random) ?? .stop,
            nodes: nodes,
            edges: edges
        )
    }

    private mutating func resumeFlows() {
        for id in self.store.flows.open where self.store.flows.runs[id]?.run.phase == .paused {
            self.step(id, [.resume])
        }
    }

    /// Somebody asks something of one of the open runs.
    private mutating func ask(_ event: WorkflowEvent, isQuiet: Bool) {
        guard let id = self.store.flows.open.randomElement(using: &self.random) else { return }
        if case .cancel(let force) = event {
            self.cancel(id, force: force, isQuiet: isQuiet)
        } else {
            self.step(id, [event])
        }
    }

    private mutating func cancel(_ id: RunID, force: Bool = false, isQuiet: Bool) {
        self.say("workflow \(self.store.flows.runs[id]?.run.workflow ?? 0) is cancelled")
        self.record.flowPromises.append(FlowPromise(flow: id, at: self.serverTime, isQuiet: isQuiet))
        // What is in memory only is gone with the next crash, and so it is as if nothing had been asked.
        if self.flowFault == .forgetsCancel, self.isChaos { return }
        self.step(id, [.cancel(force: force)])
    }

    private mutating func step(_ id: RunID, _ events: [WorkflowEvent]) {
        // Where the fault is half a transaction, the server dies in the middle of one more often.
        let isTorn = self.flowFault == .startsApart || self.flowFault == .savesApart
        let crashes = self.isChaos && self.random.chance(isTorn ? 0.1 : 0.03) && self.has(.serverDies)
        let known = Set(self.store.flows.children.keys)
        let move = self.store.step(id, events, fault: self.flowFault, crashes: crashes, now: self.serverTime)
        for (child, made) in self.store.flows.children where !known.contains(child) {
            self.record.flowStarts[made.flow, default: [:]][made.key, default: []].append(self.serverTime)
        }
        // Durable, and nobody was told.
        if crashes { return self.crashServer() }
        for orders in move.orders { self.dispatch(orders) }
        for stopped in move.stopped {
            for index in self.hosts.indices where self.hosts[index].id == stopped.agent {
                self.apply(.cancel(stopped.id, force: stopped.force), toSessionOf: index)
            }
        }
    }
}
