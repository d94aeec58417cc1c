// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgentCore
import FlowCore

/// An agent's durable state as a plain value with the semantics of the ledger's port.
struct SimulatedLedger {
    private(set) var snapshot: LedgerSnapshot
    private(set) var entries: [ExecutionID: LedgerEntry] = [:]
    private(set) var reports: [Report] = []
    /// The number of each row's last report.
    private var sequences: [ExecutionID: Int64] = [:]
    /// Which reports a server lacks that are gone from the outbox, and up to which row the ledger was told again.
    private var recital: (after: Int64, through: Int64, from: ExecutionID?)?
    /// The fault to bring back, if it is one of the ledger's.
    let mutant: Mutant?

    init(incarnation: String, mutant: Mutant?) {
        self.snapshot = LedgerSnapshot(incarnation: incarnation)
        self.mutant = mutant
    }

    func restore() -> LedgerSnapshot {
        var restored = self.snapshot
        restored.lastTime = max(restored.lastTime, restored.cursors.values.max() ?? .distantPast)
        restored.outboxBase = (self.reports.first?.sequence).map { $0 - 1 } ?? self.snapshot.acknowledgedSequence
        restored.open = self.entries.values.filter { !$0.status.isTerminal }.sorted { $0.id < $1.id }
        if self.mutant == .forgetsOpen { restored.open = [] }
        restored.ahead = self.fires(after: restored.lastTime)
        restored.isReciting = self.recital != nil
        return restored
    }

    mutating func outbox(after sequence: Int64, limit: Int) -> [Report] {
        let batch = Array(self.reports[self.index(after: sequence)...].prefix(limit))
        if self.mutant == .forgetsSentReports, let last = batch.last {
            self.reports.removeAll { $0.sequence <= last.sequence }
        }
        return batch
    }

    /// Where the reports after a number begin; they lie in the order of their numbers.
    private func index(after sequence: Int64) -> Int {
        var (low, high) = (0, self.reports.count)
        while low < high {
            let middle = (low + high) / 2
            if self.reports[middle].sequence > sequence { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// Whether the fault of this world is half a transaction.
    var tears: Bool { self.mutant == .cursorFirst || self.mutant == .reportsApart }

    /// What is durable of a transaction when the process dies in its middle, by the faults that make it two.
    mutating func tear(_ operations: [LedgerOperation]) {
        switch self.mutant {
        case .cursorFirst:
            for case .advanceCursor(let uid, let cursor) in operations { self.snapshot.cursors[uid] = cursor }
        case .reportsApart:
            for case .insert(let entry, _) in operations where self.entries[entry.id] == nil {
                self.entries[entry.id] = entry
            }
            for case .update(let entry, _) in operations where self.entries[entry.id] != nil {
                self.entries[entry.id] = entry
            }
        default: break
        }
    }

    /// The next life begins.
    mutating func restart() {
        guard self.mutant == .repeatsNumbers else { return }
        self.snapshot.lastSequence = self.snapshot.acknowledgedSequence
        self.reports.removeAll { $0.sequence > self.snapshot.lastSequence }
    }

    mutating func commit(_ operations: [LedgerOperation]) -> [LedgerResult] {
        operations.map { self.apply($0) }
    }

    private mutating func append(_ report: Report) -> Int64 {
        var report = report
        self.snapshot.lastSequence += 1
        report.sequence = self.snapshot.lastSequence
        self.reports.append(report)
        self.sequences[report.executionID] = report.sequence
        return report.sequence
    }

    private func fires(after instant: Timestamp) -> [ExecutionID] {
        let ahead = self.entries.values.filter { $0.order.kind == .cron && $0.order.nominal > instant }
        return ahead.map(\.id).sorted()
    }

    private mutating func apply(_ operation: LedgerOperation) -> LedgerResult {
        switch operation {
        case .insert(let entry, let report):
            if let known = self.entries[entry.id], self.mutant != .noLedger { return .exists(known) }
            if entry.coalesced != nil, self.mutant == .dropsRanges { return .done }
            self.entries[entry.id] = entry
            return .written(sequence: self.append(report))
        case .update(let entry, let report):
            guard self.entries[entry.id] != nil else { return .done }
            self.entries[entry.id] = entry
            return .written(sequence: self.append(report))
        case .storeOrder(let order):
            if !self.snapshot.orders.contains(where: { $0.executionID == order.executionID }) {
                self.snapshot.orders.append(order)
            }
        case .dropOrder(let id): self.snapshot.orders.removeAll { $0.executionID == id }
        case .advanceCursor(let uid, let cursor): self.snapshot.cursors[uid] = cursor
        case .undoPremature(let now): return self.mutant == .neverUndoes ? .done : self.undo(now: now)
        case .applyConfig(let update, let cursor): self.apply(update, cursor: cursor)
        case .setOrdered(let jobs): self.snapshot.ordered.formUnion(jobs)
        case .acknowledge(let sequence):
            self.snapshot.acknowledgedSequence = max(sequence, self.snapshot.acknowledgedSequence)
        case .forgetReports(let sequence):
            self.reports.removeFirst(self.index(after: min(sequence, self.snapshot.acknowledgedSequence)))
        case .answer(let id): return self.mutant == .neverAnswers ? .done : self.answer(id)
        case .beginRecital(let after, let through):
            self.recital = (
                min(self.recital?.after ?? after, after), max(self.recital?.through ?? through, through), nil
            )
        case .recite: return self.recite()
        case .setClock(let offset, let time):
            self.snapshot.clockOffset = offset
            self.snapshot.lastTime = time
        case .setDismissed(let isDismissed): self.snapshot.isDismissed = isDismissed
        case .setMaintenance(let maintenance): self.snapshot.maintenance = maintenance
        case .setSigning(let signing): self.snapshot.signing = signing
        case .setAbsences(let absences):
            if self.mutant != .forgetsAbsence { self.snapshot.absences = absences }
        case .setScheduler(let state): if self.mutant != .forgetsStop { self.snapshot.scheduler = state }
        case .raiseFloor(let floor): self.snapshot.floor = floor
        case .prune: return .pruned(isDone: true)
        }
        return .done
    }

    private mutating func answer(_ id: ExecutionID) -> LedgerResult {
        guard let entry = self.entries[id], self.sequences[id] ?? 0 <= self.snapshot.acknowledgedSequence else {
            return .done
        }
        return .written(sequence: self.append(Report(entry)))
    }

    /// Rows one step looks at; few, so that a history sees several steps.
    private static let recitalStep = 30

    private mutating func recite() -> LedgerResult {
        guard let recital else { return .recited(isDone: true, sequence: self.snapshot.lastSequence) }
        let rest = self.entries.keys.filter { id in recital.from.map { $0 < id } ?? true }.sorted()
        let size = max(Self.recitalStep, self.entries.count / 20)
        let step = rest.prefix(size)
        for id in step {
            guard let sequence = self.sequences[id], sequence > recital.after, sequence <= recital.through,
                self.mutant != .neverAnswers
            else { continue }
            _ = self.answer(id)
        }
        let isDone = step.count < size
        self.recital = isDone ? nil : (recital.after, recital.through, step.last)
        return .recited(isDone: isDone, sequence: self.snapshot.lastSequence)
    }

    private mutating func apply(_ update: ConfigUpdate, cursor: Timestamp) {
        if update.base == nil {
            self.snapshot.jobs = update.upserts
        } else {
            let gone = Set(update.removals + update.upserts.map(\.uid))
            self.snapshot.jobs.removeAll { gone.contains($0.uid) }
            self.snapshot.jobs += update.upserts
        }
        for job in update.upserts where self.snapshot.cursors[job.uid] == nil {
            self.snapshot.cursors[job.uid] = cursor
        }
        self.snapshot.ordered.subtract(update.upserts.map(\.uid))
        let names = Set(update.zones.map(\.name))
        self.snapshot.zones.removeAll { update.base == nil || names.contains($0.name) }
        self.snapshot.zones += update.zones
        self.snapshot.configVersion = update.version
    }

    private mutating func undo(now: Timestamp) -> LedgerResult {
        for (uid, cursor) in self.snapshot.cursors where cursor > now { self.snapshot.cursors[uid] = now }
        var withdrawn: [ExecutionID] = []
        let premature = self.entries.values.filter { $0.status == .skipped && $0.order.nominal > now }
        for entry in premature.sorted(by: { $0.id < $1.id }) {
            self.entries[entry.id] = nil
            var pending = entry
            pending.status = .pending
            pending.reason = nil
            pending.coalesced = nil
            _ = self.append(Report(pending))
            withdrawn.append(entry.id)
        }
        let decided = self.fires(after: now)
        return .withdrawn(withdrawn, decided: decided, sequence: self.snapshot.lastSequence)
    }
}
