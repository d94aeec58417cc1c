// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Which refused sign-ins get a row in the audit: one for each name and address in a minute, and a bounded number in all.
///
/// Whoever tries passwords must not be able to fill the audit; what is left out is in the access log.
struct RefusalGate: Sendable {
    private struct Key: Hashable {
        let user: ExactText
        let address: ExactText
    }

    /// Rows in a minute.
    private static let limit = 100
    private var minute: Int64 = .min
    private var seen: Set<Key> = []

    mutating func admits(user: ExactText, address: String, now: Timestamp) -> Bool {
        let minute = now.milliseconds / 60_000
        if minute != self.minute {
            self.minute = minute
            self.seen = []
        }
        return self.seen.count < Self.limit && self.seen.insert(Key(user: user, address: ExactText(address))).inserted
    }
}
