// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// What is known of a provider, and when it has to be asked again.
///
/// Times are milliseconds.
struct OIDCMemory: Sendable {
    /// What to do for the keys of a token.
    enum KeyNeed: Hashable, Sendable {
        case none
        case fetch
    }

    private static let metadataLifetime: Int64 = 86_400_000
    private static let keyLifetimes: ClosedRange<Int64> = 300_000...86_400_000
    private static let keyLifetime: Int64 = 3_600_000
    /// A provider that does not answer is no reason to stop at once.
    private static let grace: Int64 = 86_400_000
    /// A token may name any key; each new name must not cost a request.
    private static let patience: Int64 = 60_000

    private var metadata: (value: OIDCMetadata, at: Timestamp)?
    /// When it did not answer last.
    private var lastFailure: (metadata: Timestamp?, keys: Timestamp?) = (nil, nil)
    private var keys: (value: JSONWebKeys, at: Timestamp, lifetime: Int64)?
    private var lastSearch: Timestamp?

    /// What needs no request: what is fresh, and for a minute after a failing one what is usable, so that not everybody who
    /// signs in waits for a provider that is away.
    func freshMetadata(at now: Timestamp) -> OIDCMetadata? {
        if Self.isRecent(self.lastFailure.metadata, at: now) { return self.usableMetadata(at: now) }
        return self.metadata.flatMap { now.milliseconds(since: $0.at) < Self.metadataLifetime ? $0.value : nil }
    }

    /// What may be used while the provider does not answer; nil when there is none, or it was not confirmed for two days.
    func usableMetadata(at now: Timestamp) -> OIDCMetadata? {
        self.metadata.flatMap { now.milliseconds(since: $0.at) < Self.metadataLifetime + Self.grace ? $0.value : nil }
    }

    mutating func take(_ metadata: OIDCMetadata, at now: Timestamp) {
        self.metadata = (metadata, now)
        self.lastFailure.metadata = nil
    }

    mutating func noteMetadataFailure(at now: Timestamp) { self.lastFailure.metadata = now }

    mutating func noteKeysFailure(at now: Timestamp) { self.lastFailure.keys = now }

    private static func isRecent(_ time: Timestamp?, at now: Timestamp) -> Bool {
        time.map { now.milliseconds(since: $0) < Self.patience } ?? false
    }

    /// The keys that may be used; nil when there are none, or they were not confirmed for a day.
    func usableKeys(at now: Timestamp) -> JSONWebKeys? {
        self.keys.flatMap { now.milliseconds(since: $0.at) < $0.lifetime + Self.grace ? $0.value : nil }
    }

    /// Whether the provider has to be asked for its keys before this token is looked at; notes that it was.
    mutating func need(for token: SignedToken, at now: Timestamp) -> KeyNeed {
        let isFresh = self.keys.map { now.milliseconds(since: $0.at) < $0.lifetime } ?? false
        let isSpared = Self.isRecent(self.lastFailure.keys, at: now) && self.usableKeys(at: now) != nil
        guard let keys, isFresh || isSpared else { return .fetch }
        guard keys.value.candidates(id: token.keyID, token.algorithm).isEmpty else { return .none }
        if let lastSearch, now.milliseconds(since: lastSearch) < Self.patience { return .none }
        self.lastSearch = now
        return .fetch
    }

    /// - Parameter maximumAge: what the answer said; seconds.
    mutating func take(_ keys: JSONWebKeys, maximumAge: Int?, at now: Timestamp) {
        let wanted = maximumAge.map { Int64(min(max($0, 0), 86_400)) * 1000 } ?? Self.keyLifetime
        let lifetime = min(max(wanted, Self.keyLifetimes.lowerBound), Self.keyLifetimes.upperBound)
        self.keys = (keys, now, lifetime)
        self.lastFailure.keys = nil
    }
}

/// Ways back that were taken, so that none is taken twice.
struct OIDCUsedStates: Sendable {
    private static let limit = 10_000
    private var ends: [[UInt8]: Timestamp] = [:]

    /// - Returns: false when it was used before; also when more are under way than can be remembered.
    mutating func use(_ state: [UInt8], until end: Timestamp, now: Timestamp) -> Bool {
        if self.ends.count >= Self.limit { self.ends = self.ends.filter { $0.value > now } }
        guard self.ends.count < Self.limit, self.ends[state] == nil else { return false }
        self.ends[state] = end
        return true
    }
}
