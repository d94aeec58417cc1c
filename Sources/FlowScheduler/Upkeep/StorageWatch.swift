// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Whether the store takes writes, from small ones that are tried again and again.
///
/// A value without I/O: it is told when one begins and how it ended. One that does not end at all counts as refused, because a
/// database may as well say nothing as say no. One that ends late ends nothing either: a store that always takes that long would
/// be said to fail and to be back every few seconds.
package struct StorageWatch: Sendable {
    package struct Failure: Sendable {
        package let since: Timestamp
        /// Why, and what to do.
        package let reason: Wording

        package init(since: Timestamp, reason: Wording) {
            self.since = since
            self.reason = reason
        }
    }

    package enum Change: Sendable {
        /// Nothing can be stored from now on, or for another reason than before.
        case failing(Failure)
        case recovered(Failure)
    }

    /// The pause between two tries; with ``patience`` it comes to less than five seconds.
    package static let interval = Duration.milliseconds(1500)
    /// How long one may take; milliseconds.
    package static let patience: Int64 = 3400

    package private(set) var failure: Failure?
    private var began: Int64?
    /// Whether the try that is under way took too long.
    private var isLate = false

    package init() {}

    /// - Parameter now: any clock that never goes back; milliseconds.
    package mutating func begin(at now: Int64) {
        self.began = now
        self.isLate = false
    }

    /// - Parameter reason: nil when it was stored.
    package mutating func end(_ reason: Wording?, at instant: Timestamp) -> Change? {
        self.began = nil
        guard let reason else {
            guard !self.isLate else { return nil }
            defer { self.failure = nil }
            return self.failure.map { .recovered($0) }
        }
        return self.fail(reason, at: instant)
    }

    /// Looks whether the try that is under way takes too long.
    package mutating func look(at now: Int64, instant: Timestamp) -> Change? {
        guard let began, now - began >= Self.patience else { return nil }
        self.isLate = true
        guard self.failure == nil else { return nil }
        return self.fail("The database does not answer. Look at its host, its disk and the way to it.", at: instant)
    }

    private mutating func fail(_ reason: Wording, at instant: Timestamp) -> Change? {
        guard self.failure?.reason.english != reason.english else { return nil }
        let failure = Failure(since: self.failure?.since ?? instant, reason: reason)
        self.failure = failure
        return .failing(failure)
    }
}
