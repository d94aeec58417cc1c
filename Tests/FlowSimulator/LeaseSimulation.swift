// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgentCore
import FlowCore
import FlowTesting

/// One history: a server that places slots on three hosts, and takes them from those that are lost.
///
/// The hosts' cores, the choice of hosts and the watch over leases are the product's own; network, ledgers, runners and the
/// store are models. Hosts lose their connection, die, and stand still while their clocks go on. Time is microseconds.
struct LeaseSimulation {
    static let epoch: Int64 = 1_767_225_600_000_000
    static let troubleEnds: Int64 = 200_000_000
    static let ends: Int64 = 400_000_000
    static let lease = 6
    /// A run that has not ended so long after its beginning never will; microseconds.
    static let patience: Int64 = 180_000_000

    enum Action {
        case look
        case begins
        case trouble
        /// For a host; none happens while it stands still.
        case host(Int, HostAction)
        case toServer(Int, session: Int, AgentMessage)
    }

    enum HostAction {
        case connects
        case restarts
        case wakes(life: Int, boot: Int64)
        case commits(life: Int, [LedgerOperation])
        case hears(session: Int, ServerMessage)
        case leaseEnds(AttemptKey)
        case ends(AttemptKey, isKilled: Bool)
    }

    /// One slot of a run, with all that held it.
    struct Slot {
        var slot: PlacementSlot
        let beganAt: Int64
        var current: ExecutionID { self.slot.execution }
    }

    let heedsLeases: Bool
    var random: SplitMix64
    var now: Int64 = 0
    var queue: [(at: Int64, number: Int, action: Action)] = []
    var number = 0
    var hosts: [LeaseHost]
    var slots: [RunID: Slot] = [:]
    var executions: [ExecutionID: Execution] = [:]
    var orders: [AgentID: [ExecutionID: Order]] = [:]
    var acknowledged: [AgentID: Int64] = [:]
    var heard: [AgentID: Timestamp] = [:]
    var watch = LeaseWatch()
    var starts: [AttemptKey: Int] = [:]
    var movedStarts = 0
    var faults: [String] = []
    var trace: UInt64 = 14_695_981_039_346_656_037

    let job = JobSnapshot(
        uid: JobUID(bytes: [UInt8](repeating: 7, count: 16))!,
        id: 1,
        version: 1,
        name: "job",
        payload: .shell(ShellPayload(command: "true")),
        schedule: .manual,
        policies: Policies(
            overlap: .allow,
            concurrency: 100,
            retry: RetryPolicy(count: 4, intervalSeconds: 4)
        ),
        isEnabled: true
    )
    let placement = Placement(kind: .oneOf, strategy: .random, leaseSeconds: Self.lease)

    init(seed: UInt64, heedsLeases: Bool) {
        self.heedsLeases = heedsLeases
        var random = SplitMix64(seed: seed)
        self.hosts = (0..<3).map { LeaseHost(id: AgentID("agent-\($0)")!, random: &random) }
        self.random = random
    }

    var serverTime: Timestamp { Timestamp(milliseconds: (Self.epoch + self.now) / 1000) }

    mutating func schedule(_ action: Action, after delay: Int64) {
        self.number += 1
        let entry = (at: self.now + max(0, delay), number: self.number, action: action)
        // The last is the next.
        let index = self.queue.partitioningIndex { ($0.at, $0.number) < (entry.at, entry.number) }
        self.queue.insert(entry, at: index)
    }

    mutating func mix(_ value: UInt64) { self.trace = (self.trace ^ value) &* 1_099_511_628_211 }

    mutating func run() -> [String] {
        for index in self.hosts.indices { self.schedule(.host(index, .restarts), after: 0) }
        self.schedule(.look, after: 0)
        self.schedule(.begins, after: 1_000_000)
        self.schedule(.trouble, after: 2_000_000)
        while let next = self.queue.popLast(), next.at <= Self.ends, self.faults.isEmpty {
            self.now = next.at
            self.mix(UInt64(bitPattern: next.at))
            switch next.action {
            case .look: self.look()
            case .begins: self.begin()
            case .trouble: self.causeTrouble()
            case .host(let index, let action):
                let wait = self.hosts[index].standsUntil - self.now
                if wait > 0 { self.schedule(next.action, after: wait) } else { self.perform(action, on: index) }
            case .toServer(let index, let session, let message):
                guard self.hosts[index].isLinked, self.hosts[index].session == session else { continue }
                self.receive(message, from: index)
            }
        }
        let late = self.slots.values.filter { slot in
            self.now - slot.beganAt > Self.patience && self.executions[slot.current]?.status.isTerminal != true
        }
        if !late.isEmpty { self.faults.append("STUCK \(late.count): slots that nobody ends") }
        return self.faults
    }

    private mutating func causeTrouble() {
        guard self.now < Self.troubleEnds else { return }
        let index = Int.random(in: self.hosts.indices, using: &self.random)
        let length = Int64.random(in: 500_000...30_000_000, using: &self.random)
        switch Double.random(in: 0..<1, using: &self.random) {
        case ..<0.02: self.disconnect(index, for: length)
        case ..<0.04: self.crash(index, for: length)
        case ..<0.06: self.hosts[index].standsUntil = max(self.hosts[index].standsUntil, self.now + length)
        default: break
        }
        self.schedule(.trouble, after: 200_000)
    }

    // MARK: The server

    private mutating func begin() {
        self.schedule(.begins, after: Int64.random(in: 1_000_000...6_000_000, using: &self.random))
        let nominal = self.serverTime
        let run = DeterministicID.run(kind: .manual, job: self.job.uid, nominal: nominal)
        let slot = PlacementSlot(
            execution: DeterministicID.slot(kind: .manual, job: self.job.uid, nominal: nominal, index: 0),
            run: run,
            job: self.job.id,
            jobUID: self.job.uid,
            index: 0,
            total: 1,
            item: nil,
            fence: 1,
            discriminator: "",
            placement: self.placement,
            wanted: nil,
            former: []
        )
        self.slots[run] = Slot(slot: slot, beganAt: self.now)
        self.executions[slot.execution] = Execution(
            id: slot.execution,
            runID: run,
            jobID: self.job.id,
            jobUID: self.job.uid,
            jobName: self.job.name,
            jobVersion: self.job.version,
            agentID: .unplaced,
            kind: .manual,
            nominal: nominal,
            reason: .waitingHost,
            updatedAt: nominal
        )
    }

    private mutating func look() {
        self.schedule(.look, after: 250_000)
        let open = self.slots.values.filter { self.executions[$0.current]?.status.isTerminal == false }
            .sorted { $0.current < $1.current }
        let held = open.compactMap { slot -> LeaseWatch.Held? in
            guard let agent = self.executions[slot.current]?.agentID, agent != .unplaced else { return nil }
            return LeaseWatch.Held(execution: slot.current, agent: agent, leaseSeconds: Self.lease)
        }
        let linked = Set(self.hosts.filter(\.isLinked).map(\.id))
        let heard = self.heard.filter { linked.contains($0.key) }
        let lost = Set(self.watch.look(at: heard, held: held, now: self.now / 1000))
        for slot in open {
            guard let execution = self.executions[slot.current] else { continue }
            if lost.contains(slot.current) {
                self.executions[execution.id] = Inference.moved(
                    from: execution.agentID.rawValue,
                    leaseSeconds: Self.lease
                ).applied(to: execution, at: self.serverTime)
                self.passOn(slot, of: execution)
                // It may be connected after all, and only slow.
                for index in self.hosts.indices
                where self.hosts[index].id == execution.agentID && self.hosts[index].isLinked {
                    self.tell(.cancel(execution.id, force: true), to: index)
                }
            } else if execution.agentID == .unplaced {
                self.place(slot, execution)
            }
        }
        for index in self.hosts.indices where self.hosts[index].isLinked { self.sendOrders(to: index) }
    }

    private mutating func passOn(_ slot: Slot, of execution: Execution) {
        let next = slot.slot.next(after: execution, from: execution.agentID.rawValue, at: self.serverTime)
        self.orders[execution.agentID]?[execution.id] = nil
        self.slots[execution.runID]?.slot = next.slot
        self.executions[next.execution.id] = next.execution
    }

    private mutating func place(_ slot: Slot, _ execution: Execution) {
        let request = PlacementRequest(
            execution: execution.id,
            job: self.job.uid,
            fence: slot.slot.fence,
            executor: "shell",
            former: Set(slot.slot.former),
            lastHolder: slot.slot.former.last
        )
        let candidates = self.hosts.map { host in
            let silence = self.heard[host.id].map { self.serverTime.milliseconds(since: $0) } ?? .max
            let isOnline = host.isLinked && silence <= PlacementHost.patience
            return PlacementCandidate(agent: host.id, isOnline: isOnline, silence: silence)
        }
        let record = PlacementChoice.decide(request, by: self.placement, among: candidates)
        guard let agent = record.chosen else {
            // Every host has had it, or none is there in time.
            if slot.slot.former.count == self.hosts.count || self.now - slot.beganAt > Self.patience / 2 {
                let ended = Inference.noHost(record.text.en).applied(to: execution, at: self.serverTime)
                self.executions[execution.id] = ended
            }
            return
        }
        self.executions[execution.id]?.agentID = agent
        self.executions[execution.id]?.reason = nil
        self.orders[agent, default: [:]][execution.id] = Order(
            executionID: execution.id,
            runID: execution.runID,
            job: self.job,
            kind: execution.kind,
            nominal: execution.nominal,
            deadline: self.serverTime.advanced(byMilliseconds: 3_600_000),
            hold: slot.slot.hold(self.job.policies)
        )
    }

    private mutating func sendOrders(to index: Int) {
        let orders = (self.orders[self.hosts[index].id] ?? [:]).values.sorted { $0.executionID < $1.executionID }
        if !orders.isEmpty { self.tell(.orders(orders), to: index) }
    }

    private mutating func receive(_ message: AgentMessage, from index: Int) {
        let agent = self.hosts[index].id
        let received = Self.epoch + self.now
        func sample(_ sentAt: Int64) -> ClockSample {
            ClockSample(agentSent: sentAt, serverReceived: received, serverSent: received)
        }
        switch message {
        case .hello(let hello):
            self.heard[agent] = self.serverTime
            let moved = self.executions.values.filter { $0.agentID == agent && $0.reason == .moved }.map(\.id).sorted()
            self.tell(
                .welcome(
                    Welcome(
                        epoch: Int64(self.hosts[index].session),
                        acknowledgedSequence: self.acknowledged[agent] ?? 0,
                        config: nil,
                        cancels: moved,
                        forced: moved,
                        clock: sample(hello.sentAt)
                    )
                ),
                to: index
            )
        case .heartbeat(let heartbeat):
            self.heard[agent] = self.serverTime
            self.tell(.heartbeatAnswer(sample(heartbeat.sentAt)), to: index)
        case .orderAcknowledged(let ids): for id in ids { self.orders[agent]?[id] = nil }
        case .reports(let incarnation, let reports):
            for report in reports where report.sequence == (self.acknowledged[agent] ?? 0) + 1 {
                self.acknowledged[agent] = report.sequence
                self.take(report, of: agent)
            }
            let sequence = self.acknowledged[agent] ?? 0
            self.tell(.reportsAcknowledged(incarnation: incarnation, sequence: sequence), to: index)
        default: break
        }
    }

    private mutating func take(_ report: Report, of agent: AgentID) {
        let stored = self.executions[report.executionID]
        let decision = ExecutionMerge.decide(stored: stored, report: report, agent: agent, now: self.serverTime)
        guard case .write(let merged) = decision else { return }
        self.executions[merged.id] = merged
        guard merged.reason == .moved, merged.decidedBy == .agent, stored?.reason != .moved,
            let slot = self.slots[merged.runID], slot.current == merged.id
        else { return }
        self.passOn(slot, of: merged)
    }

    private mutating func tell(_ message: ServerMessage, to index: Int) {
        let session = self.hosts[index].session
        let delay = Int64.random(in: 1000...60_000, using: &self.random)
        self.schedule(.host(index, .hears(session: session, message)), after: delay)
    }
}

extension Array {
    /// Where the elements end that do not fit, of those in which all that fit come last.
    fileprivate func partitioningIndex(_ fits: (Element) -> Bool) -> Int {
        var low = 0
        var high = self.count
        while low < high {
            let middle = (low + high) / 2
            if fits(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
