// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Which refusals get a row in the audit: one for each name and address, or request, in a minute; a bounded number in all, and
/// where names are known to be somebody's, for each of them.
///
/// Whoever tries passwords must not be able to fill the audit, nor one person to keep others' refusals out of it; what is left
/// out is in the access log.
struct RefusalGate: Sendable {
    private struct Key: Hashable {
        let user: ExactText
        let address: ExactText
    }

    /// Rows in a minute.
    private let limit: Int
    /// Of one name.
    private let limitOfUser: Int
    private var minute: Int64 = .min
    private var seen: Set<Key> = []
    private var counts: [ExactText: Int] = [:]

    init(limit: Int = 100, ofUser limitOfUser: Int = .max) {
        self.limit = limit
        self.limitOfUser = limitOfUser
    }

    mutating func admits(user: ExactText, address: String, now: Timestamp) -> Bool {
        let minute = now.milliseconds / 60_000
        if minute != self.minute {
            self.minute = minute
            self.seen = []
            self.counts = [:]
        }
        guard self.seen.count < self.limit, self.counts[user, default: 0] < self.limitOfUser,
            self.seen.insert(Key(user: user, address: ExactText(address))).inserted
        else { return false }
        self.counts[user, default: 0] += 1
        return true
    }
}
