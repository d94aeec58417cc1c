// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// How far a run in waves has come, and what its hosts' states make of that (P8).
///
/// A value without I/O: it is looked at again and again with all hosts of the run as they are, says what is to be done, and is
/// stored. So a server that begins anew in the middle of a wave goes on with that wave.
package struct WaveRollout: Hashable, Sendable, Codable {
    /// One host of the run.
    package struct Member: Hashable, Sendable {
        /// From 1.
        package let wave: Int
        package let status: ExecutionStatus
        /// Its host has not been heard of for ``patience``: nobody waits for it.
        package let isAway: Bool

        package init(wave: Int, status: ExecutionStatus, isAway: Bool = false) {
            self.wave = wave
            self.status = status
            self.isAway = isAway
        }
    }

    package enum Step: Hashable, Sendable {
        /// The hosts of this wave have their turn.
        case open(Int)
        /// What has not begun never does.
        case stop(WaveStop)
        /// Until something ends, or until then.
        case wait(until: Timestamp?)
        /// All hosts have ended.
        case over
    }

    package let waves: Waves
    /// How many hosts each wave has.
    package let sizes: [Int]
    /// By when the first wave has to have begun.
    package let latestStart: Timestamp
    /// The last wave that has begun; 0 = none.
    package private(set) var opened = 0
    package private(set) var openedAt: Timestamp?
    /// When the last of the hosts that had their turn ended.
    package private(set) var settledAt: Timestamp?
    /// Who has stopped it for a while, if anybody.
    package private(set) var heldBy: String?
    package private(set) var stop: WaveStop?
    package private(set) var isOver = false

    /// A host that is away for so long is waited for no longer; milliseconds.
    package static let patience: Int64 = 60_000

    package init(_ waves: Waves, hosts: Int, latestStart: Timestamp) {
        self.waves = waves
        self.sizes = waves.sizes(of: hosts)
        self.latestStart = latestStart
    }

    package var count: Int { self.sizes.count }

    /// When the next wave begins, if nothing comes between.
    package var nextAt: Timestamp? {
        guard self.stop == nil, self.heldBy == nil, self.opened < self.count else { return nil }
        return self.settledAt?.advanced(byMilliseconds: Int64(self.waves.pauseSeconds) * 1000)
    }

    /// Whether the pause before its next wave is over.
    package func isDue(at now: Timestamp) -> Bool { self.nextAt.map { $0 <= now } ?? false }

    /// Which wave each host is in, in the order in which they go.
    package var waveOfEach: [Int] {
        self.sizes.enumerated().flatMap { index, size in Array(repeating: index + 1, count: size) }
    }

    /// What is to be done next; after an ``Step/open(_:)`` it has to be looked at again with what became of the hosts.
    package mutating func look(at members: [Member], now: Timestamp) -> Step {
        if members.allSatisfy(\.status.isTerminal) {
            self.isOver = true
            return .over
        }
        // With the last wave under way nothing is left that could be stopped.
        if self.stop == nil, self.opened < self.count, let stop = self.waves.stop(members) {
            self.stop = stop
            return .stop(stop)
        }
        guard self.stop == nil else { return .wait(until: nil) }
        if self.opened > 0 {
            let isSettled = members.allSatisfy { $0.wave > self.opened || $0.status.isTerminal || $0.isAway }
            self.settledAt = isSettled ? self.settledAt ?? now : nil
            guard isSettled, self.opened < self.count else { return .wait(until: nil) }
        }
        guard self.heldBy == nil else { return .wait(until: nil) }
        if let next = self.nextAt, next > now { return .wait(until: next) }
        self.opened += 1
        self.openedAt = now
        self.settledAt = nil
        return .open(self.opened)
    }

    // MARK: By hand

    /// No further wave begins until ``resume()``.
    ///
    /// - Returns: false when there is nothing to hold.
    package mutating func hold(by user: String) -> Bool {
        guard !self.isOver, self.stop == nil, self.opened < self.count else { return false }
        self.heldBy = self.heldBy ?? user
        return true
    }

    /// - Returns: false when nobody holds it.
    package mutating func resume() -> Bool {
        guard !self.isOver, self.stop == nil, self.heldBy != nil else { return false }
        self.heldBy = nil
        return true
    }

    /// No further wave begins at all.
    ///
    /// - Returns: false when there is nothing left to begin.
    package mutating func end(by user: String) -> Bool {
        guard !self.isOver, self.stop == nil, self.opened < self.count else { return false }
        self.stop = .person(user)
        self.heldBy = nil
        return true
    }
}

/// Why no further wave begins.
package enum WaveStop: Hashable, Sendable, Codable {
    /// So many of those that have ended failed.
    case failures(Int, of: Int)
    case person(String)
}

extension Waves {
    /// Hosts that skipped it, or that were stopped, say nothing of success or failure.
    fileprivate func stop(_ members: [WaveRollout.Member]) -> WaveStop? {
        let failed = members.count { $0.status == .failure || $0.status == .timeout }
        let ended = failed + members.count { $0.status == .success }
        guard failed * 1000 > self.maxFailurePermille * ended else { return nil }
        return .failures(failed, of: ended)
    }
}
