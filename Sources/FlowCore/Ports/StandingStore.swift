// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Jobs that go on or off by themselves: at a time, after their last fire, after failures.
///
/// Each change is a new version made by `system`, with its row in the audit.
package protocol StandingStore: EventStore {
    /// Jobs whose ``Job/reviewAt`` has come, earliest first.
    func dueReviews(at now: Timestamp, limit: Int) async throws -> [JobID]

    /// Looks at jobs, and does what ``StandingReview`` says; one transaction.
    ///
    /// - Returns: those that went on or off.
    func review(_ jobs: [JobID], at now: Timestamp) async throws -> [ChangedJob]

    /// Counts a settled run of a job that is paused after failures, and moves the reader: one transaction.
    ///
    /// - Returns: the job, if that paused it.
    /// - Throws: `conflict` when the reader stands elsewhere; nothing is changed then.
    func count(_ run: SettledRun, moving reader: ReaderMove, at now: Timestamp) async throws -> ChangedJob?
}

extension StandingStore {
    /// Looks at a job.
    ///
    /// - Returns: the job, if it went on or off.
    package func review(_ job: JobID, at now: Timestamp) async throws -> ChangedJob? {
        try await self.review([job], at: now).first
    }
}
