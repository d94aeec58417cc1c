// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What one job did on one host in one quarter of an hour, by the nominal times of its executions.
///
/// Every zone's hours and days begin on a quarter, so hours and days of any zone are sums of these, exactly: a host whose
/// zone is set to another one has lost nothing, and a server adds up the same instants as the host (C-18).
package struct QuarterSum: Hashable, Sendable {
    /// Milliseconds.
    package static let length: Int64 = 900_000

    package var job: JobUID
    /// The number people use.
    package var jobID: JobID
    package var jobName: String
    /// Which quarter; counted from the epoch.
    package var quarter: Int64
    package var outcomes: OutcomeSum

    package init(job: JobUID, jobID: JobID, jobName: String, quarter: Int64, outcomes: OutcomeSum) {
        self.job = job
        self.jobID = jobID
        self.jobName = jobName
        self.quarter = quarter
        self.outcomes = outcomes
    }

    /// Where the quarter begins.
    package var start: Timestamp { Timestamp(milliseconds: self.quarter.saturating(times: Self.length)) }

    /// The quarter that an instant lies in.
    package static func quarter(of instant: Timestamp) -> Int64 {
        instant.milliseconds.flooredDivision(by: self.length)
    }

    /// The quarters that begin in a span.
    package static func quarters(in span: Range<Timestamp>) -> Range<Int64> {
        self.quarter(of: span.lowerBound)..<max(self.quarter(of: span.lowerBound), self.quarter(of: span.upperBound))
    }
}

/// What a host says of its quarters since it last did (S1-FR-5.3): the newest word on each, so saying it again changes nothing.
package struct HostStatsReport: Hashable, Sendable {
    /// Which ledger the sequence counts in (R11).
    package var incarnation: String
    /// What ended with a report up to this one is counted.
    package var sequence: Int64
    /// What the host's clock showed.
    package var at: Timestamp
    /// The zone that the host's days are days of; always one that ``ZoneDatabase/isWellFormed(_:)``.
    package var zone: String
    package var sums: [QuarterSum]

    /// The most quarters of one report.
    package static let sumLimit = 2000

    package init(incarnation: String, sequence: Int64, at: Timestamp, zone: String, sums: [QuarterSum]) {
        self.incarnation = incarnation
        self.sequence = sequence
        self.at = at
        self.zone = zone
        self.sums = sums
    }

    /// Without quarters that lie further ahead than a clock that works, or in another age.
    package func believable(at now: Timestamp) -> HostStatsReport {
        let first = QuarterSum.quarter(of: now.advanced(byMilliseconds: -Self.longestMemory))
        let last = QuarterSum.quarter(of: now.advanced(byMilliseconds: ReportRules.longestLead))
        var report = self
        report.at = min(report.at, now)
        report.sums.removeAll { !(first...last).contains($0.quarter) }
        return report
    }

    /// More than any host keeps; milliseconds.
    private static let longestMemory: Int64 = 400 * 86_400_000
}

/// How far a host has told of its quarters.
package struct HostStatsPosition: Hashable, Sendable {
    package var incarnation: String
    package var sequence: Int64
    package var at: Timestamp
    package var zone: String

    package init(incarnation: String, sequence: Int64, at: Timestamp, zone: String) {
        self.incarnation = incarnation
        self.sequence = sequence
        self.at = at
        self.zone = zone
    }

    package init(_ report: HostStatsReport) {
        self.init(incarnation: report.incarnation, sequence: report.sequence, at: report.at, zone: report.zone)
    }
}
