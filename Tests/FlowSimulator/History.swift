// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgentCore
import FlowCore

struct Start: Hashable {
    let id: ExecutionID
    let attempt: Int
}

/// Why a fire that did not start on time is no fault; each is counted, so that no rule excuses more than it should unseen.
enum Excuse: String, CaseIterable, Sendable {
    /// The job was enabled or disabled about then: both answers are right.
    case changing
    case disabled
    /// The scheduler stood still on the host, which knew of a stop or not yet of its end; that it was decided is enough (S4).
    case stopped
    /// It came due while the scheduler stood still, and its job was switched off before that went on.
    case withdrawn
    /// The host had not been told that it has to run the job (R13); the server accounts for it.
    case untold
    /// It waits for a place among others of its job or its pool, so that it was decided is enough.
    case waits
    /// The host's agent was down, or its clock wrong, about then; that it was decided is enough.
    case disturbed
    case overlap
    /// It was admitted, whenever that was, and the agent died before the end: the record says so.
    case interrupted
    /// No server was there for longer than the job runs without one (R13).
    case alone
    /// The host's ledger could not be written about then; that it was decided is enough.
    case full
}

/// What really happened, as an outsider would have seen it.
struct History {
    var starts: [Start: Int] = [:]
    var firstStart: [ExecutionID: Int64] = [:]
    var early: [ExecutionID] = []
    /// Starts beside more executions of the job than may run at once.
    var crowded: [ExecutionID] = []
    /// Starts beside more executions of a pool than it has places.
    var overfull: [ExecutionID] = []
    /// How often an agent asked to be woken at a time that had passed.
    var idleWakes = 0
    /// When agents died or their clocks were wrong.
    var outages: [AgentID: [Int64]] = [:]
    var downSince: [AgentID: Int64] = [:]
    /// Triggers that were accepted, and when.
    var promised: [ExecutionID: Timestamp] = [:]
    /// How often an agent's clock was wrong that had been right.
    var spoiledClocks = 0
    /// How often an agent's clock was wrong though a session had told it the time for long.
    var deafClocks = 0
    /// When the scheduler was stopped and started by turns, be it that the database went back.
    var stops: [Int64] = []
    /// Since when an agent's ledger has had its word on the scheduler.
    var halts: [AgentID: [(at: Timestamp, isStopped: Bool)]] = [:]
    /// Fires that started though the host knew that the scheduler was stopped.
    var unheeded: [ExecutionID] = []
    /// When jobs were enabled or disabled.
    var changes: [JobUID: [Int64]] = [:]
    /// What an agent's configuration said of a job, and since when.
    var configured: [AgentID: [JobUID: [(at: Timestamp, isEnabled: Bool)]]] = [:]
    /// How often what the invariants ask for was not owed.
    var excuses: [Excuse: Int] = [:]
    /// When the server's database was last replaced by an old copy.
    var restoredAt = Timestamp.distantPast
    /// When each step of a run of a workflow began, durably.
    var flowStarts: [RunID: [String: [Timestamp]]] = [:]
    var flowPromises: [FlowPromise] = []
    /// What ran on after a cancel.
    var leftRunning: [ExecutionID] = []
    /// When agents that live had no server.
    var alone: [AgentID: [TimeAlone]] = [:]
    /// Fires that a host started though it had been alone for longer than their job allows.
    var unattended: [ExecutionID] = []
    /// Attempts that died with their agent.
    var interrupted: Set<Start> = []
    /// Attempts that followed an interruption where none may.
    var repeated: [Start] = []
    /// Starts on hosts that are none of their job's.
    var elsewhere: [ExecutionID] = []
    /// When the job of fixed delay last ended on an agent whose clock was right, and in which of its lives.
    var pauses: [AgentID: (since: Int64, life: Int)] = [:]
    /// Starts of that job before its pause was over.
    var hasty: [ExecutionID] = []
    /// When hosts could not write their ledgers.
    var full: [AgentID: [FullDisk]] = [:]
    /// Attempts that started and were not in their host's ledger.
    var unwritten: [Start] = []

    /// Notes what a host's ledger has committed.
    mutating func note(
        _ operations: [LedgerOperation],
        _ results: [LedgerResult],
        of agent: AgentID,
        at now: Timestamp
    ) {
        for (operation, result) in zip(operations, results) {
            if case .exists = result { continue }
            switch operation {
            case .applyConfig(let update, _):
                for job in update.upserts {
                    self.configured[agent, default: [:]][job.uid, default: []].append((now, job.isEnabled))
                }
            case .setScheduler(let state): self.halts[agent, default: []].append((now, state.isStopped))
            default: continue
            }
        }
    }

    /// Whether a fire is started that the agent must hold back: it knew of the stop when the fire came due, and of no end since.
    func isHalted(_ agent: AgentID, since nominal: Timestamp) -> Bool {
        self.halts[agent]?.last.map { $0.isStopped && $0.at < nominal } ?? false
    }

    /// Whether an agent stood still when a fire came due, or moments before or after, and was right in that.
    func mayStandStill(_ agent: AgentID, at: Int64) -> Bool {
        // A host that waits for the server's word on a fire may hear of a stop instead, and then holds the fire back.
        let before = self.stops.filter { $0 <= at + Self.grace }
        let isRight = !before.count.isMultiple(of: 2) || before.last.map { at - $0 < Self.hearing } ?? false
        guard isRight else { return false }
        let halts = (self.halts[agent] ?? []).map { (at: $0.at.milliseconds * 1000 - Simulation.epoch, $0.isStopped) }
        return halts.last { $0.at <= at }?.1 ?? false || halts.contains { abs($0.at - at) < 2_500_000 }
    }

    /// Whether a fire came due in a stop of the scheduler, and one of these changes of its job before the stop's end.
    func isWithdrawn(at: Int64, by changes: [Int64]) -> Bool {
        let before = self.stops.count { $0 <= at + Self.grace }
        guard !before.isMultiple(of: 2) else { return false }
        let end = before < self.stops.count ? self.stops[before] + Self.hearing : .max
        return changes.contains { $0 > at && $0 < end }
    }

    /// How long a host waits for the server's word on a fire (R2); microseconds.
    private static let grace: Int64 = 300_000

    /// A word that got lost is repeated after a heartbeat at the latest; microseconds.
    private static let hearing: Int64 = 25_000_000

    /// Whether the agent knew at an instant that it had to run this job: what it was not told yet it can't do (R13).
    func wasConfigured(_ job: JobUID, on agent: AgentID, at instant: Timestamp) -> Bool {
        self.configured[agent]?[job]?.last { $0.at < instant }?.isEnabled ?? false
    }
}

extension Simulation {
    /// The invariants of `semantics.md` 4, for R1 to R6.
    mutating func check() -> [String] {
        self.checkStarts() + self.checkRecords() + self.checkBounds() + self.checkFires() + self.checkPlan()
            + self.checkFlows()
    }

    /// Nothing has the time of a fire that the server's schedule does not have (R12).
    private func checkPlan() -> [String] {
        let fires = self.hosts.map { host in
            Dictionary(grouping: host.ledger.entries.values.lazy.filter { $0.order.kind == .cron }, by: \.order.job.uid)
        }
        for job in self.store.jobsInOrder {
            // A fixed delay has no times of its own.
            guard let schedule = try? CompiledSchedule(job.definition.schedule, job: job.uid),
                schedule.delayMilliseconds == nil
            else { continue }
            for (host, fires) in zip(self.hosts, fires) {
                let strange = (fires[job.uid] ?? []).map(\.order.nominal).sorted()
                    .first { schedule.next(after: $0.advanced(byMilliseconds: -1)) != $0 }
                if let strange { return ["UNPLANNED \(job.definition.name) at \(strange) on \(host.id)"] }
            }
        }
        return []
    }

    /// No attempt twice, none early (I1, I4).
    private func checkStarts() -> [String] {
        var faults: [String] = []
        let doubled = self.record.starts.filter { $0.value > 1 }.keys.sorted { $0.id < $1.id }
        if let first = doubled.first {
            faults.append("DOUBLE_START \(doubled.count): execution \(first.id) attempt \(first.attempt)")
        }
        if let first = self.record.unwritten.first {
            faults.append(
                "UNWRITTEN \(self.record.unwritten.count): execution \(first.id) attempt \(first.attempt) was in no ledger when it started"
            )
        }
        if self.record.spoiledClocks > 0 {
            faults.append("CLOCK \(self.record.spoiledClocks): a right clock was set wrong")
        }
        if self.record.deafClocks > 0 {
            faults.append("DEAF \(self.record.deafClocks): a clock stayed wrong in a session")
        }
        if let first = self.record.crowded.first {
            faults.append("CROWDED \(self.record.crowded.count): \(first) ran beside too many of its job")
        }
        if let first = self.record.overfull.first {
            faults.append("OVERFULL \(self.record.overfull.count): \(first) ran beside too many of its pool")
        }
        if self.record.idleWakes > 0 { faults.append("SPIN \(self.record.idleWakes): woken without time passing") }
        if let first = self.record.unheeded.first {
            faults.append("UNHEEDED \(self.record.unheeded.count): \(first) fired while the scheduler was stopped")
        }
        if let first = self.record.elsewhere.first {
            faults.append(
                "ELSEWHERE \(self.record.elsewhere.count): \(first) started on a host that is none of its job's"
            )
        }
        if let first = self.record.early.first { faults.append("EARLY \(self.record.early.count): \(first)") }
        return faults
    }

    /// Both sides agree, and nothing stays open (I3).
    ///
    /// Three attempts of the longest job take 10 s, and those that share a pool wait for each other's queues.
    private func checkRecords() -> [String] {
        var faults: [String] = []
        let settled = self.serverTime.advanced(byMilliseconds: -20_000)
        let lost = self.record.promised.keys.filter { self.store.executions[$0] == nil }.sorted()
            .first { self.record.promised[$0].map { $0 > self.record.restoredAt && $0 < settled } == true }
        if let lost { faults.append("FORGOTTEN trigger \(lost)") }
        let open = self.store.executions.values.filter { !$0.status.isTerminal && $0.nominal < settled }
        if let first = open.min(by: { $0.id < $1.id }) {
            faults.append("UNACCOUNTED \(open.count): \(first.jobName) at \(first.nominal) is \(first.status)")
        }
        let owed = self.store.owed.values.filter { $0.since < settled }.sorted { $0.since < $1.since }
        if let first = owed.first { faults.append("OWED \(owed.count): job \(first.job) since \(first.since)") }
        let deaf = self.hosts.first { $0.ledger.snapshot.scheduler.isStopped != self.store.scheduler.isStopped }
        if let deaf { faults.append("UNTOLD \(deaf.id): it does not stand as the scheduler does") }
        for host in self.hosts {
            let apart = host.ledger.entries.values.filter { entry in
                entry.status.isTerminal && entry.order.nominal < settled
                    && self.store.executions[entry.id]?.status != entry.status
            }
            if let entry = apart.min(by: { $0.id < $1.id }) {
                let there = self.store.executions[entry.id].map { "\($0.status)" } ?? "nothing"
                faults.append(
                    "DIVERGED \(entry.order.job.name) at \(entry.order.nominal): \(entry.status) is \(there)"
                )
            }
        }
        return faults
    }

    /// Every fire an agent owed was started on time or has its reason (I5, I6).
    private mutating func checkFires() -> [String] {
        var faults: [String] = []
        let last = self.shape.ends - 11_000_000
        for job in self.store.jobsInOrder {
            guard let schedule = try? CompiledSchedule(job.definition.schedule, job: job.uid) else { continue }
            for host in self.hosts where self.store.targets[job.uid]?.contains(host.id) == true {
                var nominal = Timestamp(milliseconds: Self.epoch / 1000 + 9000)
                while let next = schedule.next(after: nominal) {
                    nominal = next
                    let at = nominal.milliseconds * 1000 - Self.epoch
                    guard at < last else { break }
                    switch self.judge(job, on: host, nominal: nominal, at: at) {
                    case .kept: continue
                    case .excused(let excuse):
                        self.record.excuses[excuse, default: 0] += 1
                        continue
                    case .broken(let fault): faults.append(fault)
                    }
                    break
                }
            }
        }
        return faults
    }

    private enum Verdict {
        case kept
        case excused(Excuse)
        case broken(String)
    }

    private func judge(_ job: Job, on host: SimulatedHost, nominal: Timestamp, at: Int64) -> Verdict {
        let id = DeterministicID.execution(kind: .cron, job: job.uid, nominal: nominal, agent: host.id)
        let changes = self.record.changes[job.uid] ?? []
        if changes.contains(where: { $0 > at - 15_000_000 && $0 < at + 15_000_000 }) { return .excused(.changing) }
        // Even: enabled.
        guard changes.filter({ $0 < at }).count.isMultiple(of: 2) else { return .excused(.disabled) }
        // Made only for faults: there is one of these for each fire.
        var name: String { "\(job.definition.name) at \(nominal) on \(host.id)" }
        let entry = host.ledger.entries[id]
        let isTold = self.record.wasConfigured(job.uid, on: host.id, at: nominal)
        // Looked for only where there is no row: of a day there are many.
        let isCoalesced =
            entry == nil
            && self.store.coalesced.contains {
                $0.job == job.uid && $0.agent == host.id && $0.range.from <= nominal && nominal <= $0.range.through
            }
        if entry == nil, !isCoalesced {
            if self.record.isWithdrawn(at: at, by: changes) { return .excused(.withdrawn) }
            return isTold ? .broken("MISSED \(name)") : .excused(.untold)
        }
        guard isTold else { return .excused(.untold) }
        if self.record.mayStandStill(host.id, at: at) { return .excused(.stopped) }
        let overlap = job.definition.policies.overlap
        let isShared = job.definition.policies.pool != nil
        guard !isShared, overlap == .skip || overlap == .allow else { return .excused(.waits) }
        if (self.record.outages[host.id] ?? []).contains(where: { $0 > at - 9_000_000 && $0 < at + 2_000_000 }) {
            return .excused(.disturbed)
        }
        if let entry, entry.status == .skipped, entry.reason == .overlap { return .excused(.overlap) }
        if self.isBarred(job, on: host.id, at: at) { return .excused(.alone) }
        if self.hadNoSpace(host.id, at: at) { return .excused(.full) }
        if let started = self.record.firstStart[id], started <= at + 1_300_000 { return .kept }
        if let entry, entry.status == .failure, entry.reason == .interrupted { return .excused(.interrupted) }
        let state = entry.map { "\($0.status) \($0.reason?.rawValue ?? "") \($0.detail ?? "")" } ?? "none"
        return .broken("LATE \(name): \(state)")
    }
}
