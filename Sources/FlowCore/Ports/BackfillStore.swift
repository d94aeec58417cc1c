// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Past fires that are made up for.
package protocol BackfillStore: Sendable {
    /// - Throws: `notFound` for the job; `conflict` while another one of the job is open.
    func createBackfill(_ backfill: Backfill, by change: Change) async throws -> Backfill

    /// How many of these times every host of the job has started already.
    func alreadyRan(_ times: [Timestamp], of job: Job) async throws -> Int

    /// Executions of backfills, and of what repeated them, for the times of a job from one instant until another, excluded;
    /// oldest first, at most 500.
    func makeUps(of job: JobID, from: Timestamp, until: Timestamp) async throws -> [Execution]

    func backfill(_ id: BackfillID) async throws -> Backfill?
    /// Newest first.
    func backfills(of job: JobID, page: PageRequest) async throws -> Page<Backfill>
    /// Oldest first.
    func openBackfills(limit: Int) async throws -> [Backfill]

    /// Starts no further time; what runs goes on.
    ///
    /// One that is over is answered as it is.
    func cancelBackfill(_ id: BackfillID, by change: Change) async throws -> Backfill

    /// Gives the next time its turn, if it may have it (``Backfill/decide(_:at:)``).
    ///
    /// What ran already, what begins, and how far the backfill has come are one transaction: of several servers, and over
    /// crashes, each time has one turn.
    ///
    /// - Returns: nil when it is over.
    func stepBackfill(_ id: BackfillID, hosts: BackfillHosts, at now: Timestamp) async throws -> BackfillStep?
}

/// What a step of a backfill did.
package struct BackfillStep: Sendable {
    package let backfill: Backfill
    package let started: StartedRun?

    package init(backfill: Backfill, started: StartedRun?) {
        self.backfill = backfill
        self.started = started
    }

    /// Whether there may be more to do at this moment.
    package var goesOn: Bool { self.backfill.state == .open && self.backfill.waiting == nil }
}

extension StoreFault {
    package static func noBackfill(_ id: BackfillID) -> CoreError {
        CoreError(.notFound, "There is no backfill \(id). It may be older than the history that is kept.")
    }

    package static func backfillOpen(_ backfill: Backfill) -> CoreError {
        CoreError(
            .conflict,
            "Backfill \(backfill.id) of the task '\(backfill.jobName)' is under way. Wait until it has ended, or cancel it.",
            details: [.init(path: "task", code: "open", message: "backfill \(backfill.id) is under way")]
        )
    }
}
