// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Reports that took long to make, for a while: of a hundred thousand tasks a report of a week reads millions of sums, and
/// ten people who look at it at nine o'clock read the same.
///
/// A value without I/O. What is made quickly is never kept, so small installations always see what is.
package struct KeptReports: Sendable {
    /// Whole hours count, so spans with the same hours are the same question.
    package struct Question: Hashable, Sendable {
        package let firstHour: Int64
        package let lastHour: Int64
        package let limit: Int

        package init(from: Timestamp, until: Timestamp, limit: Int) {
            self.firstHour = RollupDeltas.hour(of: from)
            self.lastHour = RollupDeltas.hour(of: until.advanced(byMilliseconds: -1))
            self.limit = limit
        }
    }

    package enum Found: Sendable {
        /// It has to be made.
        case nothing
        case fresh(RunReport)
        /// It may be shown, and is to be made anew meanwhile.
        case old(RunReport)
    }

    /// What took less is made for each who asks; milliseconds.
    package static let worth: Int64 = 100
    /// A report is fresh for so many times what it took, at most ``longestFresh``; milliseconds.
    package static let factor: Int64 = 50
    package static let longestFresh: Int64 = 300_000
    /// After this it is not shown any more; milliseconds.
    package static let longestOld: Int64 = 900_000
    package static let capacity = 16

    private struct Kept: Sendable {
        let report: RunReport
        let freshFor: Int64
    }

    private var kept: [Question: Kept] = [:]

    package init() {}

    package var count: Int { self.kept.count }

    package func find(_ question: Question, at now: Timestamp) -> Found {
        guard let kept = self.kept[question] else { return .nothing }
        let age = now.milliseconds(since: kept.report.at)
        // A clock that was set back makes nothing fresh.
        guard age >= 0, age <= Self.longestOld else { return .nothing }
        return age <= kept.freshFor ? .fresh(kept.report) : .old(kept.report)
    }

    /// - Parameter took: how long making it took; milliseconds.
    package mutating func keep(_ report: RunReport, for question: Question, took: Int64) {
        guard took >= Self.worth else {
            self.kept[question] = nil
            return
        }
        self.kept[question] = Kept(report: report, freshFor: min(took * Self.factor, Self.longestFresh))
        while self.kept.count > Self.capacity {
            let oldest = self.kept.min {
                ($0.value.report.at, $0.key.firstHour) < ($1.value.report.at, $1.key.firstHour)
            }
            if let oldest { self.kept[oldest.key] = nil }
        }
    }
}
