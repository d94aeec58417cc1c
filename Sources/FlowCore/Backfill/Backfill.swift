// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import Foundation

/// Identifies a backfill; runs name it as their source.
package struct BackfillID: FlowIdentifier {
    package let uuid: UUID
    package init(uuid: UUID) { self.uuid = uuid }
}

extension BackfillID: JSONConvertible {
    package var json: JSON { .string(self.description) }
}

/// Past fires of a job that are made up for, one after the other.
///
/// It belongs to the job and not to a version of it: its times and what runs are those of the job as it is when their turn
/// comes.
package struct Backfill: Hashable, Sendable {
    package enum State: String, Sendable, CaseIterable {
        case open
        /// Every time had its turn, and what that started has ended.
        case done
        /// Somebody cancelled it.
        case cancelled
        /// The job was deleted, disabled or changed: ``Backfill/ending`` says which.
        case ended
    }

    /// Why it ended though times were left.
    package enum Ending: String, Sendable, CaseIterable {
        case deleted = "task_deleted"
        case disabled = "task_disabled"
        case paused = "task_paused"
        /// The job has another kind of schedule now, whose past times nobody knows.
        case unscheduled = "no_schedule"
    }

    /// Why the next time has to wait.
    package enum Wait: String, Sendable, CaseIterable {
        case stopped = "scheduler_stopped"
        /// As many of its runs are open as may be.
        case running
        case rate
        /// Other runs of the job take the places that its overlap policy gives.
        case overlap
        case noHost = "no_host"
        /// A host has just come back, and says first what it ran by itself.
        case settling
    }

    package let id: BackfillID
    package let job: JobID
    package let jobUID: JobUID
    package let jobName: String
    /// Of the job when it began: who may see it when the job is gone.
    package let groups: [GroupID]
    package let range: BackfillRange
    package let pace: BackfillPace
    /// Whether times that ran already run again.
    package let isForced: Bool
    package let parameters: [String: String]
    package let caller: String
    package let createdAt: Timestamp
    /// How many times there were when it began.
    package let total: Int

    package var progress = BackfillProgress()
    package var state = State.open
    package var ending: Ending?
    package var waiting: Wait?
    package var endedAt: Timestamp?

    package init(
        id: BackfillID,
        job: JobID,
        jobUID: JobUID,
        jobName: String,
        groups: [GroupID],
        range: BackfillRange,
        pace: BackfillPace,
        isForced: Bool,
        parameters: [String: String] = [:],
        caller: String,
        createdAt: Timestamp,
        total: Int
    ) {
        self.id = id
        self.job = job
        self.jobUID = jobUID
        self.jobName = jobName
        self.groups = groups
        self.range = range
        self.pace = pace
        self.isForced = isForced
        self.parameters = parameters
        self.caller = caller
        self.createdAt = createdAt
        self.total = total
    }

    /// Where its runs come from.
    package var source: String { "backfill:\(self.id)" }

    /// What tells the run of one of its times from all others.
    package func discriminator(of time: Timestamp) -> String { "\(self.id)/\(time.milliseconds)" }
}

/// Times from one instant, included, until another, excluded.
package struct BackfillRange: Hashable, Sendable {
    package let from: Timestamp
    package let until: Timestamp

    /// The most times that one backfill may have.
    package static let limit = 1000

    package init(from: Timestamp, until: Timestamp) {
        self.from = from
        self.until = until
    }

    /// The fires in the range, at most one more than ``limit``.
    package func times(of schedule: CompiledSchedule) -> [Timestamp] {
        schedule.fires(
            after: self.from.advanced(byMilliseconds: -1),
            through: self.until.advanced(byMilliseconds: -1),
            limit: Self.limit + 1
        )
    }

    /// The first fire in the range after one that had its turn; nil when there is none left.
    package func next(after last: Timestamp?, of schedule: CompiledSchedule) -> Timestamp? {
        let start = last ?? self.from.advanced(byMilliseconds: -1)
        return schedule.next(after: start).flatMap { $0 < self.until ? $0 : nil }
    }
}

/// How fast a backfill goes.
package struct BackfillPace: Hashable, Sendable {
    /// How many of its runs may be open at once.
    package let concurrency: Int
    /// How many begin within a minute, at equal distances.
    package let perMinute: Int

    package static let concurrencyRange = 1...100
    package static let perMinuteRange = 1...600
    package static let standard = BackfillPace(concurrency: 1, perMinute: 60)

    package init(concurrency: Int, perMinute: Int) {
        self.concurrency = concurrency
        self.perMinute = perMinute
    }

    /// The distance between two starts; milliseconds.
    package var interval: Int64 { 60_000 / Int64(self.perMinute) }
}

/// How far a backfill has come.
package struct BackfillProgress: Hashable, Sendable {
    /// The last time that had its turn.
    package var last: Timestamp?
    /// When a run began last.
    package var startedAt: Timestamp?
    /// Times for which a run began.
    package var started = 0
    /// Of these, those that hosts missed because they were away.
    package var incomplete = 0
    /// Times that every host had started before.
    package var alreadyRan = 0
    /// Times that only hosts lacked which were away.
    package var missed = 0

    package init() {}

    /// Times that had their turn.
    package var looked: Int { self.started + self.alreadyRan + self.missed }
}
