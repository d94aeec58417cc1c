// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import GRDB

/// Applies one agent's reports within a transaction: in sequence, each exactly once (R5).
///
/// Invariant: the stored sequence and the effects of all reports up to it commit together. So a batch that arrives again,
/// whole or in part, changes nothing, and a report that went missing stops what is behind it until it comes.
struct ReportApplication {
    private let db: Database
    private let executions: ExecutionTable
    private let orders: OrderTable
    private let runs: RunTable
    private let logs: LogTable
    private let agent: AgentID
    private let now: Timestamp
    private var changed: [Execution] = []
    private var ended: [(id: ExecutionID, totalBytes: Int64, isTruncated: Bool)] = []
    private var chunks: [LogChunk] = []

    init(db: Database, snapshots: SnapshotCache, agent: AgentID, now: Timestamp) {
        self.db = db
        self.executions = ExecutionTable(db)
        self.orders = OrderTable(db, snapshots)
        self.runs = RunTable(db)
        self.logs = LogTable(db)
        self.agent = agent
        self.now = now
    }

    consuming func apply(_ batch: ReportBatch, _ rollups: inout RollupLedger) throws -> AppliedReports {
        let agents = AgentTable(self.db)
        // An agent that was deleted has nothing stored: its word counts no more.
        guard let progress = try agents.progress(of: self.agent) else {
            return AppliedReports(agent: self.agent, incarnation: "", acknowledged: 0, changed: [])
        }
        var acknowledged = progress.acknowledged
        if progress.incarnation == batch.incarnation {
            for report in batch.reports where report.sequence > acknowledged {
                guard report.sequence == acknowledged + 1 else { break }
                try self.apply(report, &rollups)
                acknowledged = report.sequence
            }
            if acknowledged != progress.acknowledged { try agents.setAcknowledged(acknowledged, of: self.agent) }
        }
        return AppliedReports(
            agent: self.agent,
            incarnation: progress.incarnation,
            acknowledged: acknowledged,
            changed: self.changed,
            ended: self.ended,
            chunks: self.chunks
        )
    }

    private mutating func apply(_ report: Report, _ rollups: inout RollupLedger) throws {
        let stored = try self.executions.find(report.executionID)
        // An id names its agent; whoever reports another's execution is not heard, and not held up either.
        if let stored, stored.agentID != self.agent { return }
        switch ExecutionMerge.decide(stored: stored, report: report, agent: self.agent, now: self.now) {
        case .keep: break
        case .write(let merged): try self.write(merged, over: stored, report, &rollups)
        }
        for chunk in report.inlineOutput where chunk.executionID == report.executionID {
            if try self.logs.insert(chunk) { self.chunks.append(chunk) }
        }
        if let range = report.coalesced { try self.close(range, report, &rollups) }
    }

    private mutating func write(
        _ merged: Execution,
        over stored: Execution?,
        _ report: Report,
        _ rollups: inout RollupLedger
    ) throws {
        let output = report.status.isTerminal ? (bytes: report.outputBytes, isTruncated: report.isOutputTruncated) : nil
        if let stored {
            try self.executions.update(merged, from: stored, output: output)
            if stored.status == .pending, merged.status != .pending {
                try self.orders.delete(merged.id, for: self.agent)
            }
        } else {
            try self.runs.insert(RunRecord.run(of: report, at: self.now))
            _ = try self.executions.insert(merged, deadline: nil)
            if let output {
                try self.executions.setOutput(bytes: output.bytes, isTruncated: output.isTruncated, of: merged.id)
            }
        }
        rollups.replace(stored, with: merged)
        self.changed.append(merged)
        if let output { self.ended.append((merged.id, output.bytes, output.isTruncated)) }
    }

    /// One record stands for every fire of the range: pending ones the server recorded meanwhile are decided with it.
    private mutating func close(_ range: CoalescedRange, _ report: Report, _ rollups: inout RollupLedger) throws {
        for pending in try self.executions.pending(of: report.jobUID, on: self.agent, in: range)
        where pending.id != report.executionID {
            var skipped = pending
            skipped.status = .skipped
            skipped.reason = .misfireCoalesced
            skipped.detail = report.detail
            skipped.agentSequence = report.sequence
            skipped.decidedBy = .agent
            skipped.cancelRequested = false
            skipped.updatedAt = self.now
            try self.executions.update(skipped, from: pending)
            try self.orders.delete(pending.id, for: self.agent)
            rollups.replace(pending, with: skipped)
            self.changed.append(skipped)
        }
    }
}
