// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Synchronization

/// Whose password is looked at next, when more come than can be looked at.
///
/// A value: one at a time, in a bounded line. Who has signed in from there before comes before strangers, strangers without failures before
/// those with many; so whoever tries passwords, from however many addresses, waits behind the people they keep out.
struct SignInLine: Sendable {
    struct Rank: Hashable, Comparable, Sendable {
        /// Nobody is known to have signed in from there.
        let isStranger: Bool
        /// Of the network, of late.
        var failures: Int
        let arrival: UInt64

        static func < (lhs: Rank, rhs: Rank) -> Bool {
            (lhs.isStranger ? 1 : 0, lhs.failures, lhs.arrival) < (rhs.isStranger ? 1 : 0, rhs.failures, rhs.arrival)
        }
    }

    enum Entry: Hashable, Sendable {
        case goes
        /// - Parameter putOut: who had to leave for it.
        case waits(UInt64, putOut: UInt64?)
        case full
    }

    /// How many wait at most, in all and from one place.
    static let places = 64
    static let placesForOne = 8

    private var isBusy = false
    private var arrivals: UInt64 = 0
    private var waiting: [UInt64: (rank: Rank, place: ExactText)] = [:]

    var count: Int { self.waiting.count }

    /// - Parameters:
    ///   - place: a network or a device.
    ///   - isKnown: whether the user has signed in from there before.
    ///   - failures: of late, from there and around it.
    mutating func enter(_ place: ExactText, isKnown: Bool, failures: Int) -> Entry {
        guard self.isBusy else {
            self.isBusy = true
            return .goes
        }
        self.arrivals += 1
        // Who tries again and again waits behind others with all of it, also with what came before anybody could tell.
        if !isKnown {
            for (number, entry) in self.waiting where entry.place == place && entry.rank.isStranger {
                self.waiting[number]?.rank.failures = max(entry.rank.failures, failures)
            }
        }
        let rank = Rank(isStranger: !isKnown, failures: failures, arrival: self.arrivals)
        // Strangers of a network don't take the places of those who are known there.
        let neighbours = self.waiting.values.count { $0.place == place && $0.rank.isStranger == rank.isStranger }
        if neighbours >= Self.placesForOne { return .full }
        var putOut: UInt64?
        if self.waiting.count >= Self.places {
            guard let worst = self.waiting.max(by: { $0.value.rank < $1.value.rank }), rank < worst.value.rank else {
                return .full
            }
            self.waiting[worst.key] = nil
            putOut = worst.key
        }
        self.waiting[self.arrivals] = (rank, place)
        return .waits(self.arrivals, putOut: putOut)
    }

    /// One is done.
    ///
    /// - Returns: who goes now; nil when nobody waits.
    mutating func next() -> UInt64? {
        guard let best = self.waiting.min(by: { $0.value.rank < $1.value.rank }) else {
            self.isBusy = false
            return nil
        }
        self.waiting[best.key] = nil
        return best.key
    }
}

/// Lets passwords be looked at one at a time, in the order of ``SignInLine``.
final class SignInQueue: Sendable {
    private struct State {
        var line = SignInLine()
        /// Resumed with whether they go.
        var waiting: [UInt64: CheckedContinuation<Bool, Never>] = [:]
    }

    private let state = Mutex(State())

    var count: Int { self.state.withLock { $0.line.count } }

    /// - Throws: `unavailable` when there is no place in the line.
    func perform(
        from place: ExactText,
        isKnown: Bool,
        failures: Int,
        _ body: () async throws -> Bool
    ) async throws -> Bool {
        let goes = await withCheckedContinuation { (continuation: CheckedContinuation<Bool, Never>) in
            let (own, other): (Bool?, CheckedContinuation<Bool, Never>?) = self.state.withLock { state in
                switch state.line.enter(place, isKnown: isKnown, failures: failures) {
                case .goes: return (true, nil)
                case .full: return (false, nil)
                case .waits(let number, let putOut):
                    state.waiting[number] = continuation
                    return (nil, putOut.flatMap { state.waiting.removeValue(forKey: $0) })
                }
            }
            other?.resume(returning: false)
            if let own { continuation.resume(returning: own) }
        }
        guard goes else {
            throw CoreError(
                .unavailable,
                "Too many are signing in at the moment. Try again in a few seconds.",
                retryAfter: 3
            )
        }
        defer { self.done() }
        return try await body()
    }

    private func done() {
        let next = self.state.withLock { state in state.line.next().flatMap { state.waiting.removeValue(forKey: $0) } }
        next?.resume(returning: true)
    }
}
