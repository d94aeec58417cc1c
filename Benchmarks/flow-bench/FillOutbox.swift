// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowAgent
import FlowAgentCore
import FlowCore
import Foundation

/// Puts reports that no server has into the ledger of an agent that does not run: fires of its first job, each of which
/// started and succeeded.
struct FillOutbox: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fill-outbox",
        abstract: "Writes unsent reports into a stopped agent's ledger (for scripts/bench-e2e.py).",
        shouldDisplay: false
    )

    @Option(help: "The agent's data directory.")
    var dataDir: String

    @Option(help: "Reports; two for each execution.")
    var reports = 200_000

    private static let batch = 1000

    func run() throws {
        guard let identity = try IdentityStore(dataDirectory: self.dataDir).load() else {
            throw ValidationError("\(self.dataDir) has no identity.")
        }
        let ledger = try SQLiteLedger(directory: self.dataDir)
        guard let job = try ledger.restore().jobs.first else { throw ValidationError("The agent has no job.") }
        let count = self.reports / 2
        let start = FleetClock.now.advanced(byMilliseconds: -1000 * Int64(count))
        for first in stride(from: 0, to: count, by: Self.batch) {
            let operations = (first..<min(first + Self.batch, count)).flatMap { index in
                Self.execution(of: job, on: identity.agent, at: start.advanced(byMilliseconds: 1000 * Int64(index)))
            }
            _ = try ledger.commit(operations)
        }
    }

    private static func execution(of job: JobSnapshot, on agent: AgentID, at nominal: Timestamp) -> [LedgerOperation] {
        let order = Order(
            executionID: DeterministicID.execution(kind: .cron, job: job.uid, nominal: nominal, agent: agent),
            runID: DeterministicID.run(kind: .cron, job: job.uid, nominal: nominal),
            job: job,
            kind: .cron,
            nominal: nominal,
            deadline: nominal.advanced(byMilliseconds: 60_000)
        )
        var entry = LedgerEntry(order: order, status: .running, attempt: 1, isLocal: true, startedAt: nominal)
        let started = Self.report(entry)
        let running = entry
        entry.status = .success
        entry.finishedAt = nominal.advanced(byMilliseconds: 20)
        entry.exitCode = 0
        return [.insert(running, report: started), .update(entry, report: Self.report(entry))]
    }

    private static func report(_ entry: LedgerEntry) -> Report {
        Report(
            executionID: entry.order.executionID,
            runID: entry.order.runID,
            jobUID: entry.order.job.uid,
            jobID: entry.order.job.id,
            jobName: entry.order.job.name,
            jobVersion: entry.order.job.version,
            kind: .cron,
            nominal: entry.order.nominal,
            status: entry.status,
            attempt: 1,
            startedAt: entry.startedAt,
            finishedAt: entry.finishedAt,
            exitCode: entry.exitCode
        )
    }
}
