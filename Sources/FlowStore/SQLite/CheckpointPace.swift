// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// When what SQLite's log holds is copied into the database file, and by whom.
///
/// No I/O: it is told how long the log is after each commit, and what a copy has done.
struct CheckpointPace: Sendable {
    enum Step: Hashable, Sendable {
        case nothing
        /// On another thread, while the writer goes on.
        case beside
        /// By the writer, before anything else is written.
        case here
    }

    /// Pages between two copies.
    static let step = 4000
    /// So few pages the writer copies itself: only a log that is copied to its end begins anew.
    static let rest = 250
    /// A log that has become this long has to end, whatever waits for it.
    static let most = 64_000

    /// Length of the log at which it is copied.
    private var next = Self.step
    private var last = 0
    /// How far the log is copied.
    private var reached = 0
    /// A copy that came further has ended since the last commit.
    private var hasCopied = false
    private var isCopying = false

    /// - Parameter pages: the length of the log, with those just committed.
    mutating func committed(pages: Int) -> Step {
        // The log has begun anew.
        if pages < self.last {
            self.next = Self.step
            self.reached = 0
            self.hasCopied = false
        }
        self.last = pages
        if pages >= Self.most { return .here }
        guard !self.isCopying else { return .nothing }
        if self.hasCopied {
            self.hasCopied = false
            if pages - self.reached <= Self.rest { return .here }
        } else if pages < self.next {
            return .nothing
        }
        self.isCopying = true
        self.next = pages + Self.step
        return .beside
    }

    /// - Parameter pages: how far the log is copied now; nil when that failed.
    mutating func finished(copied pages: Int?) {
        self.isCopying = false
        // Where somebody reads an old state no copy comes further, and another one at once would not either. One of a log that
        // has begun anew meanwhile says nothing.
        guard let pages, pages > self.reached, pages <= self.last else { return }
        self.reached = pages
        self.hasCopied = true
    }
}
