// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Where the agent stands with its reports (R5).
///
/// The reports themselves stay in the ledger.
struct Outbox: Sendable {
    /// Highest sequence in the ledger.
    private(set) var last: Int64
    /// Highest sequence the server has made durable.
    private(set) var acknowledged: Int64
    private var sentThrough: Int64
    private var isReading = false
    /// Boot clock of the last progress on this session; microseconds.
    private var progressAt: Int64 = .max
    /// Acknowledged here, not yet in the ledger.
    private var unwritten: Int64?
    private var unwrittenSince: Int64 = .max

    /// An acknowledgement is written with the next transaction, or after this on its own; microseconds.
    private static let writeDelay: Int64 = 1_000_000
    /// Reports under way at most, two full messages: enough to keep a server busy, and no burden for a slow one.
    static let inFlightLimit: Int64 = 512

    init(last: Int64, acknowledged: Int64) {
        self.last = last
        self.acknowledged = acknowledged
        self.sentThrough = acknowledged
    }

    mutating func written(_ sequence: Int64) { self.last = max(self.last, sequence) }

    /// A session begins: the server says what it has, everything above is sent (again).
    mutating func welcome(acknowledged sequence: Int64, at boot: Int64) {
        self.acknowledge(sequence, at: boot)
        self.sentThrough = self.acknowledged
        self.isReading = false
        self.progressAt = boot
    }

    mutating func acknowledge(_ sequence: Int64, at boot: Int64) {
        guard sequence > self.acknowledged, sequence <= self.last else { return }
        self.acknowledged = sequence
        self.sentThrough = max(self.sentThrough, sequence)
        self.progressAt = boot
        if self.unwritten == nil { self.unwrittenSince = boot }
        self.unwritten = sequence
    }

    /// What to read and send now, if anything.
    mutating func takeUnsent(at boot: Int64, resendAfter: Int64) -> Int64? {
        guard !self.isReading else { return nil }
        if self.sentThrough > self.acknowledged, boot >= self.progressAt.addingSaturated(resendAfter) {
            self.sentThrough = self.acknowledged
        }
        guard self.last > self.sentThrough, self.sentThrough - self.acknowledged < Self.inFlightLimit else {
            return nil
        }
        self.isReading = true
        return self.sentThrough
    }

    mutating func sent(through sequence: Int64, at boot: Int64) {
        self.isReading = false
        // Only silence counts from here: sending more is no progress, or a lost report would never be sent again.
        if self.sentThrough == self.acknowledged { self.progressAt = boot }
        self.sentThrough = max(self.sentThrough, sequence)
    }

    /// The acknowledgement to write.
    ///
    /// - Parameters:
    ///   - boot: the boot clock; microseconds.
    ///   - joining: whether a transaction is about to begin anyway; otherwise one is worth it only after a while.
    /// - Returns: nil when there is nothing to write now.
    mutating func takeAcknowledgement(at boot: Int64, joining: Bool) -> Int64? {
        guard let sequence = self.unwritten,
            joining || boot >= self.unwrittenSince.addingSaturated(Self.writeDelay)
        else { return nil }
        self.unwritten = nil
        self.unwrittenSince = .max
        return sequence
    }

    /// When something has to be done without another event; boot clock, `.max` = never.
    func nextDeadline(resendAfter: Int64, isConnected: Bool) -> Int64 {
        var next = self.unwritten == nil ? .max : self.unwrittenSince.addingSaturated(Self.writeDelay)
        if isConnected, self.sentThrough > self.acknowledged {
            next = min(next, self.progressAt.addingSaturated(resendAfter))
        }
        return next
    }
}

extension Int64 {
    /// The sum, or the largest value where it would overflow.
    func addingSaturated(_ other: Int64) -> Int64 {
        let (sum, overflow) = self.addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
