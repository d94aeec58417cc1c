// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Whether a copy of the database follows closely enough to answer what people ask of history.
///
/// A value without I/O; times are monotonic milliseconds. No clock of the database or of the copy is asked: how far the primary's
/// log had come at some moment is behind all that was committed before it, so a copy that has replayed so much is not further
/// behind than that moment.
struct ReplicaWatch: Sendable {
    /// The copy answers as long as it is at most so far behind; milliseconds.
    static let bound: Int64 = 2000
    /// How often the primary is asked how far it is, while there are questions; milliseconds.
    static let markInterval: Int64 = 500
    /// After a failure the copy is left alone for so long; milliseconds.
    static let rest: Int64 = 5000

    private struct Mark {
        let at: Int64
        let position: Int64
    }

    /// The oldest first; as many as there are within ``bound``.
    private var marks: [Mark] = []
    private var restsUntil: Int64 = .min

    func isUsable(at now: Int64) -> Bool { now >= self.restsUntil }

    /// Whether the primary is to be asked how far it is.
    func needsMark(at now: Int64) -> Bool { self.marks.last.map { now - $0.at >= Self.markInterval } ?? true }

    /// - Parameters:
    ///   - position: where the primary's log was, in bytes.
    ///   - start: from before it was asked.
    mutating func noted(_ position: Int64, askedAt start: Int64) {
        self.marks.removeAll { start - $0.at > Self.bound }
        self.marks.append(Mark(at: start, position: position))
    }

    /// What the copy has to have replayed; nil when nothing is known of the time that counts.
    func needed(at now: Int64) -> Int64? { self.first(at: now)?.position }

    /// Whether a copy that lacks what is ``needed(at:)`` is further behind than the bound, as near as marks are.
    ///
    /// Who asks after a pause knows only where the primary is now, and every copy is a moment behind that.
    func tellsOfDelay(at now: Int64) -> Bool {
        self.first(at: now).map { now - $0.at >= Self.bound - 2 * Self.markInterval } ?? false
    }

    private func first(at now: Int64) -> Mark? { self.marks.first { now - $0.at <= Self.bound } }

    mutating func failed(at now: Int64) { self.restsUntil = now + Self.rest }
}
