// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Whether a host is kept free of new work (S1-FR-3.2), as the server says it and the host remembers it.
///
/// Nothing new starts on a host in maintenance: no fire, nothing that is triggered, nothing that the server places. What runs goes
/// on. Its end is part of it, so a host that hears of no server begins again by itself.
package struct HostMaintenance: Hashable, Sendable, Codable {
    /// Raised by each change of any host's; 0 = this host never was in maintenance.
    package var revision: Int64
    /// The newest one, over or not.
    package var period: MaintenancePeriod?

    package init(revision: Int64 = 0, period: MaintenancePeriod? = nil) {
        self.revision = revision
        self.period = period
    }

    /// The period, if an instant lies in it.
    package func period(at instant: Timestamp) -> MaintenancePeriod? {
        self.period.flatMap { $0.covers(instant) ? $0 : nil }
    }
}

/// A time of maintenance of one host, and who wanted that.
package struct MaintenancePeriod: Hashable, Sendable, Codable {
    package var since: Timestamp
    /// When it is over by itself.
    package var until: Timestamp
    package var by: String
    package var reason: String?
    /// When somebody ended it before.
    package var endedAt: Timestamp?
    package var endedBy: String?

    package init(
        since: Timestamp,
        until: Timestamp,
        by: String,
        reason: String? = nil,
        endedAt: Timestamp? = nil,
        endedBy: String? = nil
    ) {
        self.since = since
        self.until = until
        self.by = by
        self.reason = reason
        self.endedAt = endedAt
        self.endedBy = endedBy
    }

    /// The longest that somebody may ask for; milliseconds.
    package static let longest: Int64 = 30 * 86_400_000

    /// The first instant behind it.
    package var end: Timestamp { min(self.endedAt ?? self.until, self.until) }

    package func covers(_ instant: Timestamp) -> Bool { self.since <= instant && instant < self.end }

    /// Whether fires of this time may have come due during it.
    package func overlaps(_ from: Timestamp, _ through: Timestamp) -> Bool { self.since <= through && self.end > from }

    /// In words that are true before, during and after it, to stand behind "because" or alone.
    package var text: FireExplanation.Text {
        let zhReason = self.reason.map { "（\($0)）" } ?? ""
        let enReason = self.reason.map { " (\($0))" } ?? ""
        return FireExplanation.Text(
            zh: "主机由 \(self.by) 设为维护状态：\(self.since) 至 \(self.end)\(zhReason)",
            en: "the host is in maintenance from \(self.since) to \(self.end) by \(self.by)\(enReason)"
        )
    }
}
