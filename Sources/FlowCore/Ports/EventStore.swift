// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The log of what happened, for readers that must miss nothing.
///
/// Rows are written by the calls that change; here is reading. A reader handles rows and moves its position in one
/// transaction of its own, or handles a row twice after a crash.
package protocol EventStore: Sendable {
    /// Rows behind a position, oldest first.
    func events(after position: Int64, limit: Int) async throws -> [RecordedEvent]
    /// Runs that have settled behind a position, oldest first; other rows are passed over.
    func settledRuns(after position: Int64, limit: Int) async throws -> SettledRunPage
    /// The newest row's number; 0 when there never was one.
    func lastEvent() async throws -> Int64
    /// Where a reader stands; nil when it never read.
    func eventPosition(of reader: String) async throws -> Int64?
    /// Moves a reader on.
    ///
    /// - Parameter expected: where it stood; nil = nowhere yet.
    /// - Throws: `conflict` when it stands elsewhere: somebody else reads under the same name.
    func moveEventPosition(of reader: String, from expected: Int64?, to position: Int64, at now: Timestamp) async throws
    /// Writes a row that no other change belongs to.
    func recordEvent(_ event: DurableEvent, at now: Timestamp) async throws
}

/// Settled runs of the event log, and how far it was read for them.
package struct SettledRunPage: Sendable {
    package let runs: [(sequence: Int64, run: SettledRun)]
    /// The row up to which there is nothing else.
    package let through: Int64
    /// Whether that was the newest row.
    package let isLast: Bool

    package init(runs: [(sequence: Int64, run: SettledRun)], through: Int64, isLast: Bool) {
        self.runs = runs
        self.through = through
        self.isLast = isLast
    }
}
