// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What planning needs of a job that will fire: a small part of it, because a server reads all of them when it starts.
package struct JobPlan: Hashable, Sendable {
    package let uid: JobUID
    package let id: JobID
    package let version: Int64
    package let name: String
    package let schedule: ScheduleSpec
    /// The next fire.
    package let next: Timestamp

    package init(uid: JobUID, id: JobID, version: Int64, name: String, schedule: ScheduleSpec, next: Timestamp) {
        self.uid = uid
        self.id = id
        self.version = version
        self.name = name
        self.schedule = schedule
        self.next = next
    }

    /// - Returns: nil for a job that is off, will not fire by itself any more, or can't be read here.
    package init?(_ job: Job) {
        guard job.isEnabled, !job.isUnreadable, let next = job.nextFire else { return nil }
        self.init(
            uid: job.uid,
            id: job.id,
            version: job.version,
            name: job.definition.name,
            schedule: job.definition.schedule,
            next: next
        )
    }
}
