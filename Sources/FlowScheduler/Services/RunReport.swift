// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// What ended in a span of time: in all, by group, and the jobs that stand out.
///
/// A job in several groups counts in each of them, so the groups do not add up to the total.
package struct RunReport: Sendable {
    /// A job or a group with its sums.
    package struct Line: Sendable {
        package let id: Int64
        package let name: String
        package let statistics: ExecutionStatistics
    }

    package var from: Timestamp
    package var until: Timestamp
    /// When its sums were read.
    package let at: Timestamp
    package let total: ExecutionStatistics
    /// How many jobs the total covers.
    package let jobCount: Int
    /// The jobs with the most failures and timeouts; those without any are absent.
    package let failing: [Line]
    /// The jobs that ran longest on the average.
    package let slowest: [Line]
    /// The jobs that ended most often.
    package let busiest: [Line]
    /// By name; groups of which nothing ended are absent.
    package let groups: [Line]

    package init(
        from: Timestamp,
        until: Timestamp,
        at now: Timestamp,
        sums: [JobID: ExecutionStatistics],
        jobs: [JobLabel],
        groups: [Group],
        limit: Int
    ) {
        var total = ExecutionStatistics([])
        var byGroup: [GroupID: ExecutionStatistics] = [:]
        var lines: [Line] = []
        for job in jobs {
            guard let statistics = sums[job.id] else { continue }
            lines.append(Line(id: job.id, name: job.name, statistics: statistics))
            total.add(statistics)
            for group in job.groups {
                byGroup[group, default: ExecutionStatistics([])].add(statistics)
            }
        }
        /// The largest first; equal ones by number, so that the same question has the same answer.
        func top(_ measure: (ExecutionStatistics) -> Int64) -> [Line] {
            let ranked = lines.map { (line: $0, size: measure($0.statistics)) }.filter { $0.size > 0 }
            return ranked.sorted { ($1.size, $0.line.id) < ($0.size, $1.line.id) }.prefix(limit).map(\.line)
        }
        self.from = from
        self.until = until
        self.at = now
        self.total = total
        self.jobCount = lines.count
        self.failing = top { Int64($0.failedCount) }
        self.slowest = top { $0.averageMilliseconds ?? 0 }
        self.busiest = top { Int64($0.counts.values.reduce(0, +)) }
        self.groups = groups.sorted { ($0.name, $0.id) < ($1.name, $1.id) }.compactMap { group in
            byGroup[group.id].map { Line(id: group.id, name: group.name, statistics: $0) }
        }
    }
}

extension ExecutionStatistics {
    /// Failures and timeouts.
    package var failedCount: Int { (self.counts[.failure] ?? 0) + (self.counts[.timeout] ?? 0) }

    /// Of those that ran; milliseconds.
    package var averageMilliseconds: Int64? {
        self.timedCount == 0 ? nil : self.totalDurationMilliseconds / Int64(self.timedCount)
    }

    /// Percent with one decimal, of those that came to a result of their own.
    package var successRate: Double? {
        let judged = (self.counts[.success] ?? 0) + self.failedCount
        return judged == 0 ? nil : (Double(self.counts[.success] ?? 0) / Double(judged) * 1000).rounded() / 10
    }
}
