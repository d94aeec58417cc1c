// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Which of the slots that wait are tried next.
///
/// A value without I/O. Whatever was tried longest ago comes first, so that many that can't move keep nobody waiting behind
/// them; among those that were never tried, the oldest.
package struct PlacementQueue: Sendable {
    private struct Try {
        let round: Int
        /// Monotonic milliseconds.
        let at: Int64
    }

    private var tried: [ExecutionID: Try] = [:]
    private var round = 0
    /// What was tried before this round is due again.
    private var newsRound = 0

    /// What could not be given to a host is tried again without news after this; milliseconds.
    private static let patience: Int64 = 5000
    /// Slots of one transaction.
    package static let limit = 1000

    package init() {}

    /// Takes the next ones, at most ``limit``.
    ///
    /// - Parameters:
    ///   - waiting: those whose time has come.
    ///   - hasNews: a host came or went, or something ended, so that what could not be given may be now.
    ///   - now: monotonic milliseconds.
    /// - Returns: those to try, and whether there are more.
    package mutating func next(
        of waiting: [ExecutionID],
        hasNews: Bool,
        now: Int64
    ) -> (due: Set<ExecutionID>, hasMore: Bool) {
        self.round += 1
        if hasNews { self.newsRound = self.round }
        let open = Set(waiting)
        self.tried = self.tried.filter { open.contains($0.key) }
        var due = waiting.filter { id in
            guard let last = self.tried[id] else { return true }
            return last.round < self.newsRound || now - last.at >= Self.patience
        }
        let hasMore = due.count > Self.limit
        if hasMore {
            // Rounds count from 1: what was never tried comes first.
            let rounds = self.tried.mapValues(\.round)
            due.sort { (rounds[$0] ?? 0, $0) < (rounds[$1] ?? 0, $1) }
            due.removeLast(due.count - Self.limit)
        }
        for id in due { self.tried[id] = Try(round: self.round, at: now) }
        return (Set(due), hasMore)
    }

    /// Nothing came of the last ones: they are due again.
    package mutating func failed() { self.newsRound = self.round + 1 }
}
