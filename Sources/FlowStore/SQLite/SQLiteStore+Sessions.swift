// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension SQLiteStore {
    package func openSession(_ hello: Hello, address: String, at now: Timestamp) async throws -> AgentSessionStart {
        try await self.writeTogether("open_session") { db in
            let agents = AgentTable(db)
            let executions = ExecutionTable(db)
            guard let progress = try agents.progress(of: hello.agent) else { throw StoreFault.noAgent(hello.agent) }
            let position = ReportPosition(
                incarnation: progress.incarnation,
                stored: progress.acknowledged,
                hello: hello
            )
            // Asked in every session: the one that found reports missing may have ended before its questions arrived.
            var questions = try executions.underWay(of: hello.agent)
            // A clock is rarely ahead for more than a day; after a gap everything that is still kept may be meant.
            let since = position.hasGap ? Timestamp(milliseconds: 0) : now.advanced(byMilliseconds: -86_400_000)
            questions += try executions.decidedEarly(of: hello.agent, since: since)
            var interrupted: [Execution] = []
            if position.interruption != nil {
                let decided = position.changes(of: try executions.reportedOpen(of: hello.agent), at: now)
                try RecordWriter(db: db, snapshots: self.snapshots).save(decided.changes)
                interrupted = decided.interrupted
            }
            let opened = try agents.openSession(hello, address: address, position: position, at: now)
            try EventTable(db).append(.agentCame(hello.agent), at: now)
            if opened.epoch == 1 { try HookTable(db).noteJoin(of: hello.agent, at: now) }
            // It may have accounted for these to a database that was restored since, and its ledger still knows.
            let owed = try OwedTable(db).of(agent: hello.agent, limit: OwedFires.questionLimit).map(\.firstID)
            try OwedTable(db).end(of: hello.agent, at: now)
            let cancels = try executions.cancels(of: hello.agent)
            let told = try HostStatisticsTable(db).position(of: hello.agent)
            // Another host has these by now, or will have.
            let moved = try PlacementTable(db).moved(
                from: hello.agent,
                since: now.advanced(byMilliseconds: -86_400_000)
            )
            return AgentSessionStart(
                epoch: opened.epoch,
                acknowledgedSequence: position.acknowledged,
                lostAfter: opened.lostAfter,
                cancels: cancels.map(\.id) + moved,
                forced: cancels.filter(\.force).map(\.id) + moved,
                interrupted: interrupted,
                questions: questions + owed,
                statisticsSequence: told?.incarnation == hello.incarnation ? told?.sequence : 0,
                scheduler: try SchedulerStopTable(db).state(),
                maintenance: try MaintenanceTable(db).newest(of: hello.agent)
            )
        }
    }
}
