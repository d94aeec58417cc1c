// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Where the agent stands with its reports (R5).
///
/// The reports themselves stay in the ledger: those above ``acknowledged`` until a server has them, and those below for ten
/// minutes more, because a server may come back from a backup that is a little older and ask for them again.
struct Outbox: Sendable {
    /// Highest sequence in the ledger.
    private(set) var last: Int64
    /// Highest sequence the server has made durable.
    private(set) var acknowledged: Int64
    /// Reports up to this one are gone; everything above can be sent.
    private(set) var base: Int64
    private var sentThrough: Int64
    private var isReading = false
    /// Boot clock of the last progress on this session; microseconds.
    private var progressAt: Int64 = .max
    /// Acknowledged here, not yet in the ledger.
    private var unwritten: Int64?
    private var unwrittenSince: Int64 = .max
    /// Since when reports up to a number are acknowledged, oldest first.
    private var marks: [Mark] = []

    private struct Mark: Sendable {
        var sequence: Int64
        let at: Int64
    }

    /// An acknowledgement is written with the next transaction, or after this on its own; microseconds.
    private static let writeDelay: Int64 = 1_000_000
    /// Reports under way at most, two full messages: enough to keep a server busy, and no burden for a slow one.
    static let inFlightLimit: Int64 = 3000
    /// How long acknowledged reports are kept; microseconds.
    private let keptFor: Int64
    /// How many acknowledged reports are kept at most: a busy host does not fill its disk for the sake of a rare restore.
    static let keptCount: Int64 = 50_000
    /// Acknowledgements of this long share a mark, so that there are few; microseconds.
    private static let markWidth: Int64 = 10_000_000
    /// The most reports one transaction removes, so that no start waits long behind it.
    private static let dropLimit: Int64 = 2000

    init(last: Int64, acknowledged: Int64, base: Int64, keptFor: Int64 = 600_000_000, at boot: Int64) {
        self.keptFor = keptFor
        self.last = last
        self.acknowledged = acknowledged
        self.base = min(base, acknowledged)
        self.sentThrough = acknowledged
        // When the reports from an earlier life were acknowledged is not known; they stay their whole time from now on.
        if self.base < acknowledged { self.marks = [Mark(sequence: acknowledged, at: boot)] }
    }

    mutating func written(_ sequence: Int64) { self.last = max(self.last, sequence) }

    /// A session begins: the server says what it has, everything above is sent (again).
    ///
    /// A number below ours is that of a server that went back in time. It gets what is still there; its number then is ours,
    /// until it acknowledges more.
    mutating func welcome(acknowledged sequence: Int64, at boot: Int64) {
        if sequence < self.acknowledged {
            self.acknowledged = max(sequence, self.base)
            self.marks.removeAll { $0.sequence > self.acknowledged }
            self.unwritten = nil
            self.unwrittenSince = .max
        } else {
            self.acknowledge(sequence, at: boot)
        }
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
        if let mark = self.marks.last, boot - mark.at < Self.markWidth {
            self.marks[self.marks.count - 1].sequence = sequence
        } else {
            self.marks.append(Mark(sequence: sequence, at: boot))
        }
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
        // What was read is durable, also when word of its transaction comes later: its acknowledgement counts.
        self.last = max(self.last, sequence)
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

    /// Up to which report the ledger may forget now.
    ///
    /// - Returns: nil when nothing is old enough.
    mutating func takeForgettable(at boot: Int64) -> Int64? {
        var bound = self.acknowledged - Self.keptCount
        while let mark = self.marks.first, boot >= mark.at.addingSaturated(self.keptFor) {
            guard mark.sequence > self.base + Self.dropLimit else {
                self.marks.removeFirst()
                bound = max(bound, mark.sequence)
                continue
            }
            bound = max(bound, mark.sequence)
            break
        }
        guard bound > self.base else { return nil }
        self.base = min(bound, self.base + Self.dropLimit)
        return self.base
    }

    /// When something has to be done without another event; boot clock, `.max` = never.
    ///
    /// What waits for the ledger or for a read is no deadline: their ends are events, and to be woken before them would be to
    /// wake again and again.
    func nextDeadline(resendAfter: Int64, isConnected: Bool, canWrite: Bool, canForget: Bool) -> Int64 {
        var next = Int64.max
        if canWrite, self.unwritten != nil { next = self.unwrittenSince.addingSaturated(Self.writeDelay) }
        if canWrite, canForget, let mark = self.marks.first { next = min(next, mark.at.addingSaturated(self.keptFor)) }
        if isConnected, !self.isReading, self.sentThrough > self.acknowledged {
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
