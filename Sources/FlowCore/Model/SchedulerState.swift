// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Whether schedules fire at all (S4: start, stop and status of the dispatcher).
///
/// While the scheduler is stopped no host that has heard of it fires anything by schedule, connected or not; what came due
/// meanwhile is missed, and each job's misfire policy says what becomes of it at the start. What somebody triggers runs.
package struct SchedulerState: Hashable, Sendable, Codable {
    /// Raised by each stop and each start; 0 = it has never been stopped.
    package var revision: Int64
    /// The newest stop, over or not.
    package var stop: SchedulerStop?

    package init(revision: Int64 = 0, stop: SchedulerStop? = nil) {
        self.revision = revision
        self.stop = stop
    }

    package var isStopped: Bool { self.stop.map { $0.until == nil } ?? false }

    /// The newest stop, where fires of this time came due during it.
    package func stop(covering from: Timestamp, _ through: Timestamp) -> SchedulerStop? {
        self.stop.flatMap { $0.since <= through && ($0.until ?? .distantFuture) >= from ? $0 : nil }
    }
}

/// A time in which the scheduler stood still, and who wanted that.
package struct SchedulerStop: Hashable, Sendable, Codable {
    package var since: Timestamp
    package var by: String
    package var reason: String?
    /// Nil while it goes on.
    package var until: Timestamp?
    package var endedBy: String?

    package init(since: Timestamp, by: String, reason: String? = nil, until: Timestamp? = nil, endedBy: String? = nil) {
        self.since = since
        self.by = by
        self.reason = reason
        self.until = until
        self.endedBy = endedBy
    }

    /// What happened, to stand behind "because" or alone.
    package var text: FireExplanation.Text {
        let zhReason = self.reason.map { "（\($0)）" } ?? ""
        let enReason = self.reason.map { " (\($0))" } ?? ""
        if let until {
            return FireExplanation.Text(
                zh: "调度器在 \(self.since) 至 \(until) 期间被 \(self.by) 停止\(zhReason)",
                en: "the scheduler was stopped by \(self.by) from \(self.since) to \(until)\(enReason)"
            )
        }
        return FireExplanation.Text(
            zh: "调度器自 \(self.since) 起被 \(self.by) 停止\(zhReason)",
            en: "the scheduler is stopped by \(self.by) since \(self.since)\(enReason)"
        )
    }
}
