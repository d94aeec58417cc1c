// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Counts attempts to sign in, so that passwords cannot be tried without end.
///
/// A value: the clock comes from outside. An attempt is counted before the password is looked at (many at once must not slip through), and forgotten when it
/// succeeds. The table is bounded; when it is full, the entries whose window ends first go.
struct SignInLimiter: Sendable {
    struct Limits: Sendable {
        /// Attempts for one user name from one address.
        var perUser = 10
        /// Attempts from one address, whatever the names.
        var perAddress = 100
        var windowMilliseconds: Int64 = 300_000
        var capacity = 20_000
    }

    private struct Entry {
        var count: Int
        let endsAt: Timestamp
    }

    /// What is counted: a user name from a network, or (without a name) the network as a whole.
    ///
    /// Keys are compared under a lock that all sign-ins share: by bytes, and bounded by the caller.
    private struct Key: Hashable {
        let network: ExactText
        let user: ExactText?
    }

    private let limits: Limits
    private var entries: [Key: Entry] = [:]

    init(limits: Limits = Limits()) { self.limits = limits }

    var count: Int { self.entries.count }

    /// Takes one attempt.
    ///
    /// - Parameter device: where the user has signed in before; it has tries of its own, whatever others do in its network.
    /// - Returns: nil when it may go on, else how many seconds to wait.
    mutating func attempt(user: ExactText, address: String, device: ExactText? = nil, now: Timestamp) -> Int? {
        let keys = self.keys(user: user, address: address, device: device)
        for (key, limit) in keys {
            if let entry = self.entries[key], entry.endsAt > now, entry.count >= limit {
                return Int((entry.endsAt.milliseconds(since: now) + 999) / 1000)
            }
        }
        for (key, _) in keys { self.add(key, now: now) }
        return nil
    }

    /// Gives back what a successful attempt took, and forgets the failures of this user from there.
    mutating func succeeded(user: ExactText, address: String, device: ExactText? = nil) {
        for (key, _) in self.keys(user: user, address: address, device: device) {
            if key.user != nil {
                self.entries[key] = nil
            } else if let count = self.entries[key]?.count {
                self.entries[key]?.count = max(0, count - 1)
            }
        }
    }

    /// How much came from an address without success of late; what came from around it counts a quarter.
    func failures(at address: String, now: Timestamp) -> Int {
        func count(_ network: String) -> Int {
            let entry = self.entries[Key(network: ExactText(network), user: nil)]
            return entry.map { $0.endsAt > now ? $0.count : 0 } ?? 0
        }
        return count(Self.network(of: address)) * 4 + count(Self.block(of: address))
    }

    /// What an attempt counts for, with how many there may be.
    private func keys(user: ExactText, address: String, device: ExactText?) -> [(Key, Int)] {
        if let device { return [(Key(network: device, user: user), self.limits.perUser)] }
        let network = ExactText(Self.network(of: address))
        return [
            (Key(network: network, user: user), self.limits.perUser),
            (Key(network: network, user: nil), self.limits.perAddress),
            // Refuses nobody: neighbours are not one person.
            (Key(network: ExactText(Self.block(of: address)), user: nil), .max),
        ]
    }

    private mutating func add(_ key: Key, now: Timestamp) {
        if let entry = self.entries[key], entry.endsAt > now {
            self.entries[key]?.count += 1
            return
        }
        if self.entries.count >= self.limits.capacity { self.makeRoom(now: now) }
        self.entries[key] = Entry(count: 1, endsAt: now.advanced(byMilliseconds: self.limits.windowMilliseconds))
    }

    private mutating func makeRoom(now: Timestamp) {
        self.entries = self.entries.filter { $0.value.endsAt > now }
        guard self.entries.count >= self.limits.capacity else { return }
        // Half at once, so that a flood of names costs one sort per many thousand attempts.
        let oldest = self.entries.sorted { $0.value.endsAt < $1.value.endsAt }.prefix(self.limits.capacity / 2)
        for (key, _) in oldest { self.entries[key] = nil }
    }

    /// One customer of IPv6 has 2^64 addresses: the first four groups stand for all of them.
    static func network(of address: String) -> String {
        guard address.contains(":"), !address.contains(".") else { return address }
        let head = address.split(separator: "::", maxSplits: 1, omittingEmptySubsequences: false)[0]
        return head.split(separator: ":").prefix(4).joined(separator: ":") + "::/64"
    }

    /// What is likely to be one customer's: 256 addresses of IPv4, a /48 of IPv6.
    static func block(of address: String) -> String {
        guard address.contains(":"), !address.contains(".") else {
            return address.split(separator: ".", omittingEmptySubsequences: false).prefix(3).joined(separator: ".")
                + ".0/24"
        }
        let head = address.split(separator: "::", maxSplits: 1, omittingEmptySubsequences: false)[0]
        return head.split(separator: ":").prefix(3).joined(separator: ":") + "::/48"
    }
}
