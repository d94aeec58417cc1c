// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Small writes that wait for the one writer at the same time, and share its next commit.
///
/// While one transaction is being written the next gathers: a write that comes alone gets its commit at once, a hundred that
/// come together pay for one.
struct WriteGroup: Sendable {
    /// One write of a group.
    struct Member: Sendable {
        /// What the commit hook is told.
        let operation: String
        /// Runs its statements and keeps what came of them; may be run again.
        let work: @Sendable (Database) throws -> Void
        /// Tells whoever waits: nil = committed, and what the work kept is the answer.
        let finish: @Sendable ((any Error)?) -> Void
    }

    /// The most writes of one transaction: others want the writer, too.
    static let limit = 64

    private(set) var waiting: [Member] = []
    /// How many have come since the start.
    private(set) var added = 0
    private var isWriting = false

    /// - Returns: whether whoever adds it has to see to the writing.
    mutating func add(_ member: Member) -> Bool {
        self.waiting.append(member)
        self.added += 1
        defer { self.isWriting = true }
        return !self.isWriting
    }

    /// The oldest that wait, all of one operation; none ends the writing.
    mutating func next() -> [Member] {
        guard let operation = self.waiting.first?.operation else {
            self.isWriting = false
            return []
        }
        let group = Array(self.waiting.prefix { $0.operation == operation }.prefix(Self.limit))
        self.waiting.removeFirst(group.count)
        return group
    }
}
