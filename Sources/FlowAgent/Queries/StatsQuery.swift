// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import GRDB

/// Sums up a day of a host, from what is kept by the quarter.
struct StatsQuery {
    let database: Database
    let days: LocalDays

    func run(day: String, range: Range<Timestamp>, job: JobUID?) throws -> [DailyStats] {
        let quarters = QuarterSum.quarters(in: range)
        // The file of an agent that was not restarted since it was upgraded has no such table yet.
        let rows =
            try self.database.tableExists("quarter")
            ? try QuarterTable.all(in: quarters, job: job, self.database)
            : try LedgerScan.quarters(quarters, job: job, self.database)
        var sums: [JobUID: Sum] = [:]
        for (quarter, lastEnd) in rows {
            sums[quarter.job, default: Sum(quarter)]
                .add(quarter, hour: self.days.hour(of: quarter.start), lastEnd: lastEnd)
        }
        return sums.values.map { $0.stats(on: day, self.days) }
            .sorted { ($0.taskName, $0.taskID) < ($1.taskName, $1.taskID) }
    }

    private struct Sum {
        let id: JobID
        let name: String
        var outcomes = OutcomeSum()
        var hours: [String: Int] = [:]
        var lastEnd = Timestamp.distantPast

        init(_ quarter: QuarterSum) {
            self.id = quarter.jobID
            self.name = quarter.jobName
        }

        mutating func add(_ quarter: QuarterSum, hour: String, lastEnd: Timestamp?) {
            self.outcomes.add(quarter.outcomes)
            self.hours[hour, default: 0] += quarter.outcomes.total
            if let lastEnd { self.lastEnd = max(self.lastEnd, lastEnd) }
        }

        func stats(on day: String, _ days: LocalDays) -> DailyStats {
            DailyStats(
                date: day,
                // A job of which nothing but its sums is left.
                taskID: self.id == 0 ? "" : String(self.id),
                taskName: self.name,
                stats: DailyStats.Counts(self.outcomes),
                hourlyDistribution: self.hours,
                lastUpdated: days.rfc3339(self.lastEnd)
            )
        }
    }
}

/// The same sums from the executions themselves.
enum LedgerScan {
    static func quarters(
        _ quarters: Range<Int64>,
        job: JobUID?,
        _ database: Database
    ) throws -> [(QuarterSum, lastEnd: Timestamp?)] {
        let bounds = [quarters.lowerBound, quarters.upperBound].map {
            ExecutionID.lowerBound(at: Timestamp(milliseconds: $0.saturating(times: QuarterSum.length))).uuid
        }
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT job_uid, nominal / \(QuarterSum.length), status, count(*), count(finished_at - started_at),
                    coalesce(sum(max(0, finished_at - started_at)), 0), coalesce(max(max(0, finished_at - started_at)), 0),
                    coalesce(min(max(0, finished_at - started_at)), 0), max(finished_at)
                FROM ledger WHERE exec_id >= ?1 AND exec_id < ?2 AND (?3 IS NULL OR job_uid = ?3)
                    AND status IN (3, 4, 5, 6) GROUP BY 1, 2, 3
                """,
            arguments: [bounds[0], bounds[1], job?.uuid]
        )
        var names = JobNames(database: database)
        return try rows.map { row in
            let uid = JobUID(uuid: row[0])
            let name = try names.name(of: uid)
            var outcomes = OutcomeSum(timed: row[4], duration: row[5], longest: row[6], shortest: row[7])
            if let status = ExecutionStatus(rawValue: row[2]) { outcomes.count(status, row[3]) }
            let sum = QuarterSum(job: uid, jobID: name.id, jobName: name.name, quarter: row[1], outcomes: outcomes)
            return (sum, (row[8] as Int64?).map(Timestamp.init(milliseconds:)))
        }
    }
}

extension DailyStats.Counts {
    init(_ outcomes: OutcomeSum) {
        self.init(
            total: outcomes.total,
            success: outcomes.success,
            failure: outcomes.failure,
            timeout: outcomes.timeout,
            cancelled: outcomes.cancelled,
            averageDuration: outcomes.averageDuration,
            maximumDuration: outcomes.longest,
            minimumDuration: outcomes.shortest
        )
    }
}
