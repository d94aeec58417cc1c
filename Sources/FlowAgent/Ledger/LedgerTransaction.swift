// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgentCore
import FlowCore
import Foundation
import GRDB

/// One transaction of the ledger: applies operations in order.
struct LedgerTransaction {
    /// What the ledger remembers between transactions; taken over only when the transaction was committed.
    struct State {
        var lastSequence: Int64
        /// The latest nominal time that was decided.
        var latest = Timestamp.distantPast
        var snapshots = SnapshotTable()
        /// Outputs written per job since its old ones were last deleted.
        var unprunedOutputs: [JobUID: Int] = [:]
        let keptOutputs: Int
        var pruning = LedgerPruning()

        init(lastSequence: Int64, keptOutputs: Int) {
            self.lastSequence = lastSequence
            self.keptOutputs = keptOutputs
        }

        /// Gives the state to a transaction, and keeps what holds again if that fails.
        ///
        /// What is only remembered is then forgotten: some of it may not be there. It is not kept twice, because the first change
        /// would copy all of it, for every transaction of a burst.
        mutating func lend() -> State {
            let lent = self
            self.snapshots = SnapshotTable()
            self.unprunedOutputs = [:]
            return lent
        }
    }

    let database: Database
    var state: State
    var ended = EndedQuarters()
    private let statements: LedgerStatements
    private let firstSequence: Int64

    init(database: Database, state: State) {
        self.database = database
        self.statements = LedgerStatements(database)
        self.state = state
        self.firstSequence = state.lastSequence
    }

    /// Writes what belongs to the transaction as a whole: the last step before the commit.
    func finish() throws {
        try QuarterTable.add(self.ended, to: self.database)
        guard self.state.lastSequence > self.firstSequence else { return }
        try QuarterTable.setCounted(self.state.lastSequence, in: self.database)
    }

    mutating func apply(_ operation: LedgerOperation) throws -> LedgerResult {
        switch operation {
        case .insert(let entry, let report): return try self.insert(entry, report: report)
        case .update(let entry, let report): return try self.update(entry, report: report)
        case .storeOrder(let order): try self.store(order)
        case .dropOrder(let id): try self.statements.change(.dropOrder) { $0.add(id.uuid) }
        case .advanceCursor(let job, let time):
            self.state.latest = max(self.state.latest, time)
            try self.statements.change(.moveCursor) { row in
                row.add(time.milliseconds)
                row.add(job.uuid)
            }
        case .undoPremature(let now):
            self.state.latest = min(self.state.latest, now)
            let withdrawn = try self.undo(after: now)
            let decided = try LedgerRows.fires(after: now, in: self.database)
            return .withdrawn(withdrawn, decided: decided, sequence: self.state.lastSequence)
        case .applyConfig(let update, let cursor): try self.apply(update, cursor: cursor)
        case .setOrdered(let jobs):
            for uid in jobs { try self.database.run("UPDATE job SET is_ordered = 1 WHERE uid = ?", [uid.uuid]) }
        case .acknowledge(let sequence): try self.acknowledge(sequence)
        case .forgetReports(let sequence):
            try self.database.run(
                "DELETE FROM outbox WHERE sequence <= ? AND sequence <= (SELECT acknowledged FROM meta)",
                [sequence]
            )
        case .answer(let id): return try self.answer(id)
        case .beginRecital(let after, let through):
            try self.beginRecital(after: after, through: through)
        case .recite: return try self.recite()
        case .setClock(let offset, let time):
            try self.database.run(
                "UPDATE meta SET clock_offset = ?, time = ?",
                [offset, time.milliseconds]
            )
        case .setDismissed(let isDismissed):
            try self.database.run("UPDATE meta SET is_dismissed = ?", [isDismissed])
        case .setScheduler(let state):
            try self.database.run("UPDATE meta SET scheduler = ?", [try StandingColumn.encode(state)])
        case .setMaintenance(let maintenance):
            try self.database.run("UPDATE meta SET maintenance = ?", [try StandingColumn.encode(maintenance)])
        case .setSigning(let state):
            try self.database.run("UPDATE meta SET signing = ?", [try StandingColumn.encode(state)])
        case .setAbsences(let absences):
            let column = absences.isEmpty ? nil : try StandingColumn.encode(absences)
            try self.database.run("UPDATE meta SET absence = ?", [column])
        case .raiseFloor(let floor):
            try self.database.run("UPDATE meta SET floor = ?1 WHERE floor < ?1", [floor.milliseconds])
        case .prune:
            return .pruned(isDone: try self.state.pruning.step(&self.state.snapshots, in: self.database))
        }
        return .done
    }

    static func entry(
        _ id: ExecutionID,
        snapshots: inout SnapshotTable,
        in database: Database
    ) throws -> LedgerEntry? {
        let statement = try database.cachedStatement(
            sql: "SELECT \(LedgerRows.entryColumns) FROM ledger WHERE exec_id = ?"
        )
        guard let row = try Row.fetchOne(statement, arguments: [id.uuid]) else { return nil }
        return try LedgerRows.entry(row, snapshots: &snapshots, in: database)
    }

    /// R1: the primary key decides.
    private mutating func insert(_ entry: LedgerEntry, report: Report) throws -> LedgerResult {
        let sequence = self.state.lastSequence + 1
        let inserted = try self.statements.change(.insertEntry) { row in
            row.add(entry.id.uuid)
            try LedgerRows.bind(entry.order, to: &row)
            LedgerRows.bind(entry, sequence: sequence, to: &row)
        }
        guard inserted == 1 else {
            guard let known = try Self.entry(entry.id, snapshots: &self.state.snapshots, in: self.database) else {
                throw CoreError(.internal, "execution \(entry.id) could not be written")
            }
            return .exists(known)
        }
        try self.state.snapshots.store(entry.order.job, usedAt: entry.order.nominal, by: self.statements)
        self.state.latest = max(self.state.latest, entry.order.nominal)
        if EndedQuarters.counts(entry.status) { self.ended.add(entry, sequence: sequence) }
        return .written(sequence: try self.append(report))
    }

    private mutating func update(_ entry: LedgerEntry, report: Report) throws -> LedgerResult {
        let sequence = self.state.lastSequence + 1
        let isEnd = try EndedQuarters.counts(entry.status) && self.isOpen(entry.id)
        let changed = try self.statements.change(.updateEntry) { row in
            try LedgerRows.bind(entry.order, to: &row)
            LedgerRows.bind(entry, sequence: sequence, to: &row)
            row.add(entry.id.uuid)
        }
        guard changed == 1 else { return .done }
        if isEnd { self.ended.add(entry, sequence: sequence) }
        try AttemptRows.store(report.attempts, of: entry.id, in: self.database)
        try self.state.snapshots.store(entry.order.job, usedAt: entry.order.nominal, by: self.statements)
        return .written(sequence: try self.append(report))
    }

    private func isOpen(_ id: ExecutionID) throws -> Bool {
        try self.statements.finds(.isOpen) { $0.add(id.uuid) }
    }

    private mutating func append(_ report: Report) throws -> Int64 {
        self.state.lastSequence += 1
        try OutboxRows.append(report, sequence: self.state.lastSequence, by: self.statements)
        if !report.inlineOutput.isEmpty { try self.keep(report) }
        return self.state.lastSequence
    }

    /// Keeps the output for queries on the host after the report has left, and only that of the newest executions.
    private mutating func keep(_ report: Report) throws {
        let key = [report.jobUID.uuid, report.executionID.uuid]
        let chunks = try self.output(key, of: report.executionID).filter { $0.attempt < report.attempt }
        try self.database.run(
            "INSERT OR REPLACE INTO output (job_uid, exec_id, chunks) VALUES (?, ?, ?)",
            [key[0], key[1], Data(OutputBlob.encode(chunks + report.inlineOutput))]
        )
        let written = self.state.unprunedOutputs[report.jobUID, default: 0] + 1
        guard written >= 8 else {
            self.state.unprunedOutputs[report.jobUID] = written
            return
        }
        self.state.unprunedOutputs[report.jobUID] = nil
        try self.database.run(
            """
            DELETE FROM output WHERE job_uid = ?1 AND exec_id < \
            (SELECT exec_id FROM output WHERE job_uid = ?1 ORDER BY exec_id DESC LIMIT 1 OFFSET ?2)
            """,
            [report.jobUID.uuid, self.state.keptOutputs - 1]
        )
    }

    /// What is kept of the attempts of an execution whose output travelled in its reports.
    private func output(_ key: [UUID], of id: ExecutionID) throws -> [LogChunk] {
        let statement = try self.database.cachedStatement(
            sql: "SELECT chunks FROM output WHERE job_uid = ? AND exec_id = ?"
        )
        let blob = try Data.fetchOne(statement, arguments: StatementArguments(key))
        return blob.map { OutputBlob.decode(Array($0), execution: id) } ?? []
    }

    private mutating func store(_ order: Order) throws {
        try self.statements.change(.storeOrder) { row in
            row.add(order.executionID.uuid)
            try LedgerRows.bind(order, to: &row)
        }
        try self.state.snapshots.store(order.job, usedAt: order.nominal, by: self.statements)
    }

    /// R8: skips that a clock running ahead decided are taken back, so that their fires can still be admitted.
    private mutating func undo(after now: Timestamp) throws -> [ExecutionID] {
        try self.database.run(
            "UPDATE job SET cursor = ?1 WHERE cursor > ?1",
            [now.milliseconds]
        )
        let bound = ExecutionID.lowerBound(at: now.advanced(byMilliseconds: 1))
        let sql = """
            SELECT \(LedgerRows.entryColumns) FROM ledger WHERE exec_id >= ? AND status = \(ExecutionStatus.skipped.rawValue) \
            ORDER BY exec_id
            """
        var withdrawn: [ExecutionID] = []
        for row in try Row.fetchAll(self.database, sql: sql, arguments: [bound.uuid]) {
            let entry = try LedgerRows.entry(row, snapshots: &self.state.snapshots, in: self.database)
            try self.database.run("DELETE FROM ledger WHERE exec_id = ?", [entry.id.uuid])
            _ = try self.append(
                Report(
                    executionID: entry.id,
                    runID: entry.order.runID,
                    jobUID: entry.order.job.uid,
                    jobID: entry.order.job.id,
                    jobName: entry.order.job.name,
                    jobVersion: entry.order.job.version,
                    kind: entry.order.kind,
                    nominal: entry.order.nominal,
                    status: .pending,
                    retryOf: entry.order.retryOf
                )
            )
            withdrawn.append(entry.id)
        }
        return withdrawn
    }

    private mutating func apply(_ update: ConfigUpdate, cursor: Timestamp) throws {
        if update.base == nil {
            let kept = Set(update.upserts.map(\.uid))
            for uid in try UUID.fetchAll(self.database, sql: "SELECT uid FROM job")
            where !kept.contains(JobUID(uuid: uid)) {
                try self.database.run("DELETE FROM job WHERE uid = ?", [uid])
            }
        }
        for uid in update.removals { try self.database.run("DELETE FROM job WHERE uid = ?", [uid.uuid]) }
        for job in update.upserts {
            try self.state.snapshots.store(job, usedAt: nil, by: self.statements)
            try self.database.run(
                """
                INSERT INTO job (uid, version, cursor) VALUES (?, ?, ?) \
                ON CONFLICT (uid) DO UPDATE SET version = excluded.version, is_ordered = 0
                """,
                [job.uid.uuid, job.version, cursor.milliseconds]
            )
        }
        try ZoneTable.apply(update, in: self.database)
        try self.database.run("UPDATE meta SET config_version = ?", [update.version])
    }

    mutating func answer(_ id: ExecutionID) throws -> LedgerResult {
        guard let entry = try Self.entry(id, snapshots: &self.state.snapshots, in: self.database) else { return .done }
        let statement = try self.database.cachedStatement(
            sql: "SELECT sequence > (SELECT acknowledged FROM meta) FROM ledger WHERE exec_id = ?"
        )
        guard try Bool.fetchOne(statement, arguments: [id.uuid]) == false else { return .done }
        var report = Report(entry)
        report.attempts = try AttemptRows.all(of: id, in: self.database)
        report.inlineOutput = try self.output([report.jobUID.uuid, id.uuid], of: id)
        report.outputBytes = report.inlineOutput.reduce(0) {
            $1.attempt == report.attempt ? $0 + Int64($1.bytes.count) : $0
        }
        self.state.lastSequence += 1
        try OutboxRows.append(report, sequence: self.state.lastSequence, by: self.statements)
        try self.database.run(
            "UPDATE ledger SET sequence = ? WHERE exec_id = ?",
            [self.state.lastSequence, id.uuid]
        )
        return .written(sequence: self.state.lastSequence)
    }

    private func acknowledge(_ sequence: Int64) throws {
        // Never above what was written: a server that confuses incarnations must not make numbers repeat (R5, R11).
        let sequence = min(sequence, self.state.lastSequence)
        try self.database.run("UPDATE meta SET acknowledged = ?1 WHERE acknowledged < ?1", [sequence])
    }
}
