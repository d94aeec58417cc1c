// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
import FlowCore

/// People who have shown their password and not yet their code, as far as this server knows.
///
/// A value: clock and tickets come from outside. Bounded: when it is full, the oldest goes, and that person begins again, or has
/// their tries again where the ticket says for itself whose it is.
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
        let end = now.advanced(byMilliseconds: Self.lifeMilliseconds)
        self.add(hash, Entry(user: user, endsAt: end, triesLeft: Self.tries), at: now)
        return end
    }

    private mutating func add(_ hash: [UInt8], _ entry: Entry, at now: Timestamp) {
        self.entries = self.entries.filter { $0.value.endsAt > now }
        if self.entries.count >= Self.capacity, let oldest = self.entries.min(by: { $0.value.endsAt < $1.value.endsAt })
        {
            self.entries[oldest.key] = nil
        }
        self.entries[hash] = entry
    }

    /// Takes one try.
    ///
    /// - Parameter ticket: what it says for itself; another server may have given it out.
    /// - Returns: whose it is; nil when it is over, or all tries are.
    mutating func take(_ hash: [UInt8], _ ticket: SignInTicket? = nil, at now: Timestamp) -> UserID? {
        if self.entries[hash] == nil, let ticket, ticket.endsAt > now {
            self.add(hash, Entry(user: ticket.user, endsAt: ticket.endsAt, triesLeft: Self.tries), at: now)
        }
        guard let entry = self.entries[hash], entry.endsAt > now, entry.triesLeft > 0 else { return nil }
        self.entries[hash]?.triesLeft -= 1
        return entry.user
    }

    /// It was good for one sign-in.
    mutating func spend(_ hash: [UInt8]) { self.entries[hash]?.triesLeft = 0 }
}

/// What a ticket between password and code says for itself, sealed with the key that all servers of an installation have: the
/// code may come to another one.
///
/// It is for one user with one password, so another password ends it.
struct SignInTicket: Hashable, Sendable {
    let user: UserID
    let endsAt: Timestamp
    private let password: String

    /// No secret has a blank in its name, so none of them opens as a ticket.
    private static let name = "sign-in ticket"
    static let limit = 512

    init(of user: User, endsAt: Timestamp) {
        self.user = user.id
        self.endsAt = endsAt
        self.password = Self.digest(user)
    }

    init?(_ text: String, seal: SecretSeal) {
        guard text.utf8.count <= Self.limit, let content = seal.open(text, name: Self.name, version: 1) else {
            return nil
        }
        let parts = content.split(separator: " ")
        guard parts.count == 4, let user = UserID(parts[0]), let end = Int64(parts[1]) else { return nil }
        self.user = user
        self.endsAt = Timestamp(milliseconds: end)
        self.password = String(parts[2])
    }

    func sealed(_ seal: SecretSeal) -> String? {
        var random = SystemRandomNumberGenerator()
        let number = UInt64.random(in: .min ... .max, using: &random)
        let content = "\(self.user) \(self.endsAt.milliseconds) \(self.password) \(number)"
        return try? seal.seal(content, name: Self.name, version: 1)
    }

    func fits(_ user: User) -> Bool { self.user == user.id && self.password == Self.digest(user) }

    private static func digest(_ user: User) -> String {
        Base64URL.encode(Array(SHA256.hash(data: Array(user.passwordHash.utf8))))
    }
}
