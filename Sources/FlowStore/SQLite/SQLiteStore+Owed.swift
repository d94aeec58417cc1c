// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension SQLiteStore {
    package func owing(of agents: [AgentID]) async throws -> [AgentID] {
        guard !agents.isEmpty else { return [] }
        return try await self.read { db in try OwedTable(db).owing(of: agents) }
    }

    package func owedFires(of job: JobID) async throws -> [OwedFires] {
        try await self.read { db in try OwedTable(db).of(job: job) }
    }

    package func concludeOwed(
        _ debts: OwedDebts,
        limit: Int,
        at now: Timestamp
    ) async throws -> (changed: [Execution], hasMore: Bool) {
        let found = try await self.read { db in
            let table = OwedTable(db)
            let rows: [OwedFires]
            switch debts {
            case .returned(let agent, _): rows = try table.of(agent: agent, limit: limit)
            case .before(let bound, let agents): rows = try table.before(bound, except: agents, limit: limit)
            }
            return try rows.map { ($0, try self.snapshots.snapshot($0.jobUID, version: $0.jobVersion, db)) }
        }
        guard !found.isEmpty else { return ([], false) }
        // Counting fires takes longer than writing the record, and needs nobody's lock.
        let closings = found.map { owed, job in Closing(owed, of: job, debts, at: now) }
        let (changed, isStuck) = try await self.write("conclude_owed") { db in
            // Debts of what only a newer server can read are for that one to record.
            let own = try closings.filter { closing in
                try closing.record != nil
                    || !self.snapshots.isUnreadable(closing.owed.jobUID, version: closing.owed.jobVersion, db)
            }
            return (try self.close(own, db), own.isEmpty)
        }
        return (changed, found.count == limit && !isStuck)
    }

    /// The agent goes: nobody will account for what it owes.
    func closeOwed(of agent: AgentID, at now: Timestamp, _ db: Database) throws -> [Execution] {
        let closings = try OwedTable(db).of(agent: agent).map { owed in
            let job = try self.snapshots.snapshot(owed.jobUID, version: owed.jobVersion, db)
            return Closing(owed, record: job.map { owed.record(of: $0, .agentDeleted, through: now, at: now) })
        }
        return try self.close(closings, db)
    }

    private struct Closing: Sendable {
        let owed: OwedFires
        /// Nil for a job of which nothing is left to name it by.
        let record: (Run, Execution)?

        init(_ owed: OwedFires, record: (Run, Execution)?) {
            self.owed = owed
            self.record = record
        }

        init(_ owed: OwedFires, of job: JobSnapshot?, _ debts: OwedDebts, at now: Timestamp) {
            switch debts {
            case .returned(_, let back):
                self.init(owed, record: job.map { owed.record(of: $0, .silent, through: back, at: now) })
            case .before: self.init(owed, record: job.map { owed.record(of: $0, .gaveUp, through: now, at: now) })
            }
        }
    }

    private func close(_ closings: [Closing], _ db: Database) throws -> [Execution] {
        var changes = RecordChanges()
        for closing in closings where try OwedTable(db).delete(closing.owed) {
            // Its own report of the first fire came before.
            guard let (run, execution) = closing.record, try ExecutionTable(db).find(execution.id) == nil else {
                continue
            }
            changes.make(run)
            changes.write(execution, over: nil)
        }
        try RecordWriter(db: db, snapshots: self.snapshots).save(changes)
        return changes.changed
    }
}
