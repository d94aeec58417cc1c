// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// How late starts by schedule came after their times: of each run its first attempt, however it ended.
package struct Punctuality: Hashable, Sendable {
    /// The newest executions of a span that are looked at.
    package static let limit = 20_000

    /// Starts that were counted.
    package let count: Int
    /// Half of all starts were no later; milliseconds after the nominal time.
    ///
    /// Nil without any.
    package let median: Int64?
    /// 99 of 100 were no later.
    package let p99: Int64?
    package let longest: Int64?

    /// In any order.
    ///
    /// A start that a fast clock puts before its time counts as punctual.
    package init(delays: some Sequence<StartDelay>) {
        let sorted = delays.map { max(0, $0.milliseconds) }.sorted()
        self.count = sorted.count
        self.median = Self.rank(50, of: sorted)
        self.p99 = Self.rank(99, of: sorted)
        self.longest = sorted.last
    }

    /// The smallest of `sorted` that so many percent of all are not above.
    private static func rank(_ percent: Int, of sorted: [Int64]) -> Int64? {
        guard !sorted.isEmpty else { return nil }
        return sorted[(sorted.count * percent + 99) / 100 - 1]
    }
}

/// How long after its time one fire of a schedule began.
package struct StartDelay: Hashable, Sendable {
    package let nominal: Timestamp
    package let milliseconds: Int64

    package init(nominal: Timestamp, milliseconds: Int64) {
        self.nominal = nominal
        self.milliseconds = milliseconds
    }
}

extension Sequence<StartDelay> {
    /// By the hour (UTC) of their times, the oldest first; hours without a start are absent.
    package func punctualityByHour() -> [(hour: Timestamp, figures: Punctuality)] {
        let hour: Int64 = 3_600_000
        return Dictionary(grouping: self) { $0.nominal.milliseconds.flooredDivision(by: hour) * hour }
            .sorted { $0.key < $1.key }
            .map { (Timestamp(milliseconds: $0.key), Punctuality(delays: $0.value)) }
    }
}
