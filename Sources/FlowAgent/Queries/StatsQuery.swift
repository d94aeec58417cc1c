// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import GRDB

/// Sums up a day in the database; only quarters of an hour come out, because every zone's hours begin on one.
struct StatsQuery {
    let database: Database
    let days: LocalDays

    private static let quarter: Int64 = 900_000

    func run(day: String, range: Range<Timestamp>, job: JobUID?) throws -> [DailyStats] {
        let rows = try Row.fetchCursor(
            self.database,
            sql: """
                SELECT job_uid, status, nominal / \(Self.quarter), count(*), count(finished_at - started_at), \
                sum(finished_at - started_at), max(finished_at - started_at), min(finished_at - started_at), \
                max(finished_at) FROM ledger WHERE exec_id >= ? AND exec_id < ? AND (?3 IS NULL OR job_uid = ?3) \
                AND status IN (3, 4, 5, 6) GROUP BY 1, 2, 3
                """,
            arguments: [
                ExecutionID.lowerBound(at: range.lowerBound).uuid, ExecutionID.lowerBound(at: range.upperBound).uuid,
                job?.uuid,
            ]
        )
        var sums: [UUID: Sum] = [:]
        while let row = try rows.next() {
            sums[row[0], default: Sum()].add(row, days: self.days, quarter: Self.quarter)
        }
        let result = try sums.map { uid, sum in
            let name = try Row.fetchOne(
                self.database,
                sql: "SELECT job_id, name FROM snapshot WHERE job_uid = ? ORDER BY version DESC LIMIT 1",
                arguments: [uid]
            )
            return DailyStats(
                date: day,
                taskID: (name?[0] as Int64?).map { String($0) } ?? "",
                taskName: name?[1] ?? "",
                stats: sum.finished,
                hourlyDistribution: sum.hours,
                lastUpdated: self.days.rfc3339(Timestamp(milliseconds: sum.newest))
            )
        }
        return result.sorted { ($0.taskName, $0.taskID) < ($1.taskName, $1.taskID) }
    }

    private struct Sum {
        var counts = DailyStats.Counts()
        var hours: [String: Int] = [:]
        var timed: Int64 = 0
        var duration: Int64 = 0
        var newest: Int64 = 0

        mutating func add(_ row: Row, days: LocalDays, quarter: Int64) {
            let count: Int = row[3]
            self.counts.total += count
            switch ExecutionStatus(rawValue: row[1]) {
            case .success: self.counts.success += count
            case .timeout: self.counts.timeout += count
            case .cancelled: self.counts.cancelled += count
            default: self.counts.failure += count
            }
            self.hours[days.hour(of: Timestamp(milliseconds: row[2] * quarter)), default: 0] += count
            self.newest = max(self.newest, row[8] ?? 0)
            let timed: Int64 = row[4]
            guard timed > 0 else { return }
            self.counts.minimumDuration = self.timed == 0 ? row[7] : min(self.counts.minimumDuration, row[7])
            self.counts.maximumDuration = max(self.counts.maximumDuration, row[6])
            self.timed += timed
            self.duration += row[5]
        }

        var finished: DailyStats.Counts {
            var counts = self.counts
            counts.averageDuration = self.timed == 0 ? 0 : self.duration / self.timed
            return counts
        }
    }
}
