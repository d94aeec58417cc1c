// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// When an agent tells what its jobs did: soon after a welcome, and every five minutes (S1-FR-5.3).
///
/// A server says in its welcome how far it knows; what it has not acknowledged is told again, so nothing of this is durable.
struct StatisticsSender: Hashable, Sendable {
    /// Nil without a server that takes statistics.
    private var position: Int64?
    private var dueAt: Int64 = .max
    /// What was told last was not all there is.
    private var hasMore = false
    /// Microseconds.
    private let interval: Int64

    init(interval: Int64) { self.interval = interval }

    /// The next reading of the boot clock at which there is something to do.
    var nextAt: Int64 { self.dueAt }

    /// - Parameters:
    ///   - sequence: how far the server knows; nil when it takes none.
    ///   - boot: the boot clock.
    ///   - pause: so long later the first word is due: many hosts come back at the same moment.
    mutating func welcome(_ sequence: Int64?, at boot: Int64, pause: Int64) {
        self.position = sequence
        self.hasMore = false
        self.dueAt = sequence == nil ? .max : boot + pause
    }

    mutating func end() {
        self.position = nil
        self.dueAt = .max
    }

    /// After which report it is to be told what ended; nil while nothing is due.
    mutating func takeDue(at boot: Int64) -> Int64? {
        guard let position, boot >= self.dueAt else { return nil }
        self.dueAt = boot + self.interval
        return position
    }

    mutating func sent(hasMore: Bool) { self.hasMore = hasMore }

    mutating func acknowledged(_ sequence: Int64, at boot: Int64) {
        guard let known = self.position, sequence > known else { return }
        self.position = sequence
        guard self.hasMore else { return }
        self.hasMore = false
        self.dueAt = boot
    }
}

extension AgentCore {
    /// Hosts that come back together tell within this; microseconds.
    private static let spread: Int64 = 15_000_000

    mutating func beginStatistics(_ welcome: Welcome, at reading: ClockReading) {
        var hash = StableHash()
        hash.add(self.configuration.agent.rawValue.utf8)
        self.statistics.welcome(
            welcome.statisticsSequence,
            at: reading.boot,
            pause: self.configuration.statisticsPause
                + hash.below(min(Self.spread, self.configuration.statisticsInterval))
        )
    }

    /// Tells what jobs did, when that is due.
    mutating func tellStatistics(at reading: ClockReading) {
        guard self.isWelcomed, self.trouble == nil, let after = self.statistics.takeDue(at: reading.boot) else {
            return
        }
        self.effects.append(.sendStatistics(after: after, at: self.clock.now(reading)))
    }
}
