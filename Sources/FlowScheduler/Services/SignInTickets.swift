// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// People who have shown their password and not yet their code.
///
/// A value: clock and tickets come from outside. Bounded: when it is full, the oldest goes, and that person begins again.
struct SignInTickets: Sendable {
    private struct Entry {
        let user: UserID
        let endsAt: Timestamp
        var triesLeft: Int
    }

    static let lifeMilliseconds: Int64 = 300_000
    static let tries = 5
    private static let capacity = 2000

    /// By the ticket's hash, as sessions are.
    private var entries: [[UInt8]: Entry] = [:]

    /// - Returns: until when it is good.
    mutating func add(_ hash: [UInt8], user: UserID, at now: Timestamp) -> Timestamp {
        self.entries = self.entries.filter { $0.value.endsAt > now }
        if self.entries.count >= Self.capacity, let oldest = self.entries.min(by: { $0.value.endsAt < $1.value.endsAt })
        {
            self.entries[oldest.key] = nil
        }
        let end = now.advanced(byMilliseconds: Self.lifeMilliseconds)
        self.entries[hash] = Entry(user: user, endsAt: end, triesLeft: Self.tries)
        return end
    }

    /// Takes one try.
    ///
    /// - Returns: whose it is; nil when it is over, or all tries are.
    mutating func take(_ hash: [UInt8], at now: Timestamp) -> UserID? {
        guard let entry = self.entries[hash], entry.endsAt > now, entry.triesLeft > 0 else {
            self.entries[hash] = nil
            return nil
        }
        self.entries[hash]?.triesLeft -= 1
        return entry.user
    }

    mutating func remove(_ hash: [UInt8]) { self.entries[hash] = nil }
}
