// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Decides which waiting messages go now, and what becomes of one after a try.
///
/// Invariants: a channel gets no more messages in a minute than it takes; one that fails all the time is probed once a
/// minute; when too many wait, they become one. Rates are not durable: a restart may send a burst of one minute more.
package struct DeliveryPlan: Sendable {
    /// Messages of one channel that may wait, where nobody says otherwise; above, they are merged.
    package static let mergeAbove = 50
    /// Lines a digest lists.
    private static let digestLines = 50
    /// Failures in a row after which a channel is only probed.
    private static let failuresUntilProbing = 10
    private static let probeInterval: Int64 = 60_000
    private static let longestPause: Int64 = 600_000
    /// No message is given up before so many tries, half an hour's worth, however old it is.
    package static let leastTries = 12

    private struct Lane: Sendable {
        /// Thousandths of a message that may go.
        var credit: Int64
        var refilledAt: Timestamp
        var failures = 0
        var triedAt: Timestamp?
    }

    private var lanes: [String: Lane] = [:]

    package init() {}

    /// Of what is due, oldest first: what is sent now, already marked as being sent.
    ///
    /// - Parameter limits: messages in a minute, by channel; one that is missing has 60.
    package mutating func choose(
        from due: [NotifyDelivery],
        limits: [String: Int],
        at now: Timestamp
    ) -> [NotifyDelivery] {
        due.compactMap { delivery in
            let limit = Int64(max(1, limits[delivery.channel] ?? 60))
            // A minute's worth may go at once.
            let full = limit * 1000
            var lane = self.lanes[delivery.channel] ?? Lane(credit: full, refilledAt: now)
            let elapsed = min(max(0, now.milliseconds(since: lane.refilledAt)), 60_000)
            lane.credit = min(full, lane.credit + elapsed * limit / 60)
            lane.refilledAt = now
            defer { self.lanes[delivery.channel] = lane }
            if lane.failures >= Self.failuresUntilProbing, let triedAt = lane.triedAt,
                now.milliseconds(since: triedAt) < Self.probeInterval
            {
                return nil
            }
            guard lane.credit >= 1000 else { return nil }
            lane.credit -= 1000
            lane.triedAt = now
            var sending = delivery
            sending.state = .sending
            sending.attempts += 1
            sending.updatedAt = now
            // Due again if nobody says how it ended.
            sending.dueAt = nil
            return sending
        }
    }

    /// What becomes of a message after a try.
    ///
    /// - Parameter giveUpAfter: age from which it is not tried again; milliseconds.
    package mutating func settle(
        _ delivery: NotifyDelivery,
        _ verdict: DeliveryVerdict,
        at now: Timestamp,
        giveUpAfter: Int64
    ) -> NotifyDelivery {
        var settled = delivery
        settled.updatedAt = now
        settled.dueAt = nil
        switch verdict {
        case .delivered:
            settled.state = .sent
            settled.lastError = nil
            self.lanes[delivery.channel]?.failures = 0
        case .dead(let why):
            settled.state = .dead
            settled.lastError = why.shortened(toBytes: 500)
            self.lanes[delivery.channel]?.failures += 1
        case .again(let why, let after):
            settled.lastError = why.shortened(toBytes: 500)
            self.lanes[delivery.channel]?.failures += 1
            // What was put into the queue again long after it was written has its tries like any other.
            let isTried = delivery.attempts >= Self.leastTries
            if isTried, now.milliseconds(since: delivery.createdAt) >= giveUpAfter {
                settled.state = .dead
            } else {
                settled.state = .queued
                let pause = max(Self.pause(delivery), Int64(after ?? 0) * 1000)
                settled.dueAt = now.advanced(byMilliseconds: pause)
            }
        }
        return settled
    }

    /// 1 s, 2 s, 4 s … 10 min, each up to a fifth more or less: spread by the message's id, so that what failed together
    /// does not come back together.
    static func pause(_ delivery: NotifyDelivery) -> Int64 {
        let doublings = Int64(min(max(0, delivery.attempts - 1), 10))
        let base = min(self.longestPause, 1000 << doublings)
        let spread = Int64(delivery.id.bytes.suffix(2).reduce(0) { $0 << 8 | Int($1) } + delivery.attempts * 7919) % 401
        return base * (800 + spread) / 1000
    }

    /// Channels of which so many tries in a row failed that they are only probed.
    package var failing: [String] {
        self.lanes.filter { $0.value.failures >= Self.failuresUntilProbing }.keys.sorted()
    }

    /// One message for many that wait for the same channel and recipients; nil when there are few.
    ///
    /// - Parameters:
    ///   - due: those that are due, oldest first.
    ///   - waiting: how many wait in all, by channel.
    ///   - limit: as many may wait without being merged.
    ///   - alone: channels whose messages stand for themselves: one that says that something is over closes an alert there.
    ///   - speech: in which language a digest is.
    /// - Returns: the digests, and the messages that went into them.
    package static func merge(
        _ due: [NotifyDelivery],
        waiting: [String: Int],
        above limit: Int = Self.mergeAbove,
        alone: Set<String> = [],
        speech: MessageSpeech = MessageSpeech(),
        at now: Timestamp
    ) -> [NotifyDelivery] {
        struct Way: Hashable {
            let channel: String
            let recipients: [String]
        }
        var ways: [Way] = []
        var parts: [Way: [NotifyDelivery]] = [:]
        for delivery in due where delivery.purpose != .digest && delivery.purpose != .report && delivery.attempts == 0 {
            guard (waiting[delivery.channel] ?? 0) > limit, !alone.contains(delivery.channel) else {
                continue
            }
            let way = Way(channel: delivery.channel, recipients: delivery.recipients)
            if parts[way] == nil { ways.append(way) }
            parts[way, default: []].append(delivery)
        }
        return ways.flatMap { way -> [NotifyDelivery] in
            guard let part = parts[way], part.count > 1 else { return [] }
            return [Self.digest(of: part, speech, at: now)]
                + part.map { delivery in
                    var merged = delivery
                    merged.state = .merged
                    merged.dueAt = nil
                    merged.updatedAt = now
                    return merged
                }
        }
    }

    private static func digest(of part: [NotifyDelivery], _ speech: MessageSpeech, at now: Timestamp) -> NotifyDelivery
    {
        let lines = part.prefix(Self.digestLines).map { $0.subject.shortened(toBytes: 120) }
        let more = part.count > lines.count ? [speech.text("… and \(part.count - lines.count) more")] : []
        let subject = speech.text("\(part.count) notifications")
        let text = (lines + more).joined(separator: "\n")
        let fields: JSON = .object([
            .init("event", NotifyDelivery.Purpose.digest.rawValue), .init("count", part.count),
            .init("subject", subject), .init("text", text),
            .init("deliveries", part.prefix(500).map { $0.id.description }),
        ])
        return NotifyDelivery(
            id: NotifyIdentity.digest(of: part.map(\.id), at: now),
            incident: nil,
            channel: part[0].channel,
            recipients: part[0].recipients,
            purpose: .digest,
            ruleName: "",
            jobID: nil,
            groups: Set(part.flatMap(\.groups)).sorted(),
            subject: subject,
            text: text,
            fields: JSONWriter.text(fields),
            at: now
        )
    }
}
