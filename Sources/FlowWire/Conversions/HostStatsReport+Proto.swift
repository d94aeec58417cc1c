// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import SwiftProtobuf

import struct Foundation.Data

extension PBDailyStatsReport {
    init(_ report: HostStatsReport) {
        self.init()
        self.taskStats = report.sums.map { PBTaskStats($0) }
        self.reportTime = report.at.milliseconds
        self.timeZone = report.zone
        self.incarnation = report.incarnation
        self.sequence = report.sequence
    }

    func decoded(_ field: String) throws(WireError) -> HostStatsReport {
        guard self.taskStats.count <= HostStatsReport.sumLimit else {
            throw WireError.invalid(
                field: field + ".task_stats",
                problem: "has \(self.taskStats.count) entries; at most \(HostStatsReport.sumLimit) are allowed"
            )
        }
        guard ZoneDatabase.isWellFormed(self.timeZone) else {
            throw WireError.invalid(field: field + ".time_zone", problem: "is not the name of a time zone")
        }
        var sums: [QuarterSum] = []
        sums.reserveCapacity(self.taskStats.count)
        for (index, stats) in self.taskStats.enumerated() {
            sums.append(try stats.decoded("\(field).task_stats[\(index)]"))
        }
        return HostStatsReport(
            incarnation: try Fields.label(self.incarnation, field + ".incarnation", minimum: 1),
            sequence: try Fields.count(self.sequence, field + ".sequence"),
            at: try Fields.instant(self.reportTime, field + ".report_time"),
            zone: self.timeZone,
            sums: sums
        )
    }
}

extension PBTaskStats {
    /// The longest sum of durations that is believed, 35,000 years: many of them still add up without an overflow.
    private static let durations: ClosedRange<Int64> = 0...(1 << 50)

    fileprivate init(_ sum: QuarterSum) {
        self.init()
        self.taskID = String(sum.jobID)
        self.taskName = sum.jobName
        self.taskUid = Data(sum.job.bytes)
        self.from = sum.start.milliseconds
        self.success = Int32(clamping: sum.outcomes.success)
        self.failure = Int32(clamping: sum.outcomes.failure)
        self.timeout = Int32(clamping: sum.outcomes.timeout)
        self.cancelled = Int32(clamping: sum.outcomes.cancelled)
        self.timed = Int32(clamping: sum.outcomes.timed)
        self.totalDurationMs = min(sum.outcomes.duration, Self.durations.upperBound)
        self.maxDurationMs = min(sum.outcomes.longest, Self.durations.upperBound)
        self.minDurationMs = min(sum.outcomes.shortest, Self.durations.upperBound)
    }

    fileprivate func decoded(_ field: String) throws(WireError) -> QuarterSum {
        let start = try Fields.instant(self.from, field + ".from")
        let quarter = QuarterSum.quarter(of: start)
        guard start.milliseconds == quarter * QuarterSum.length else {
            throw WireError.invalid(field: field + ".from", problem: "is not the beginning of a quarter of an hour")
        }
        var outcomes = OutcomeSum(
            success: try Fields.count(self.success, field + ".success"),
            failure: try Fields.count(self.failure, field + ".failure"),
            timeout: try Fields.count(self.timeout, field + ".timeout"),
            cancelled: try Fields.count(self.cancelled, field + ".cancelled"),
            timed: try Fields.count(self.timed, field + ".timed")
        )
        outcomes.duration = try Self.duration(self.totalDurationMs, field + ".total_duration_ms")
        outcomes.longest = try Self.duration(self.maxDurationMs, field + ".max_duration_ms")
        outcomes.shortest = try Self.duration(self.minDurationMs, field + ".min_duration_ms")
        return QuarterSum(
            job: try Fields.identifier(self.taskUid, field + ".task_uid"),
            jobID: try Fields.number(self.taskID, field + ".task_id"),
            jobName: try Fields.label(self.taskName, field + ".task_name"),
            quarter: quarter,
            outcomes: outcomes
        )
    }

    private static func duration(_ value: Int64, _ field: String) throws(WireError) -> Int64 {
        guard Self.durations.contains(value) else {
            throw WireError.invalid(field: field, problem: "is \(value), which is no sum of durations")
        }
        return value
    }
}
