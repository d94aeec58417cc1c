// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Coming fires of many jobs, counted by the minute.
///
/// A value without I/O: a day of ten thousand jobs is arithmetic. What it does is bounded by ``fireLimit``, so that nobody
/// keeps a server busy by asking for a year of a job of each second.
package struct UpcomingFires: Hashable, Sendable {
    /// One job in one minute.
    package struct Entry: Hashable, Sendable {
        package let job: JobID
        package let name: String
        /// Fires of the job inside the minute.
        package let count: Int
    }

    package struct Minute: Hashable, Sendable {
        /// Where the minute begins.
        package let at: Timestamp
        /// Fires of all jobs.
        package internal(set) var count = 0
        /// The first jobs of the minute by id, at most ``UpcomingFires/jobLimit``.
        package internal(set) var jobs: [Entry] = []
    }

    /// Minutes with fires, in ascending order.
    package private(set) var minutes: [Minute] = []
    package private(set) var total = 0
    /// Counting stopped at ``fireLimit``: there are more fires than `minutes` says.
    package private(set) var isPartial = false

    /// The first fires that calendars leave out or move, by job and time, at most ``excludedLimit``.
    package private(set) var excluded: [Excluded] = []

    package struct Excluded: Hashable, Sendable {
        package let job: JobID
        package let name: String
        package let fire: ExcludedFire
    }

    /// Changes of clocks in the span, in zones that jobs with fires in it go by.
    package private(set) var clockChanges: [ClockChange] = []

    package struct ClockChange: Hashable, Sendable {
        package let zone: String
        package let change: ZoneChange
    }

    package static let fireLimit = 500_000
    package static let excludedLimit = 200
    /// Fires of tasks with calendars that are looked at for those, all together.
    private static let excludedTries = 200_000
    package static let jobLimit = 20
    private static let minute: Int64 = 60_000

    /// Counts the fires of jobs that are enabled, or paused until a time, after one instant, up to and including another.
    package init(of jobs: [Job], after: Timestamp, through: Timestamp, limit: Int = Self.fireLimit) {
        var byMinute: [Int64: Minute] = [:]
        var budget = Self.excludedTries
        var zones: [String: ZoneRules] = [:]
        for job in jobs.sorted(by: { $0.id < $1.id }) {
            // A paused job fires again from where the clock resumes it.
            guard let begin = job.isEnabled ? after : job.hold?.until.map({ max(after, $0) }) else { continue }
            // A stored job was valid when it was stored; one that this server can't read any more has no fires here.
            guard let schedule = try? CompiledSchedule(job.definition.schedule, job: job.uid) else { continue }
            let room = Self.excludedLimit - self.excluded.count
            self.excluded += schedule.excluded(after: begin, through: through, limit: room, budget: &budget).map {
                Excluded(job: job.id, name: job.definition.name, fire: $0)
            }
            let fires = schedule.fires(after: begin, through: through, limit: limit - self.total + 1)
            if self.total + fires.count > limit {
                self.isPartial = true
                break
            }
            self.total += fires.count
            if !fires.isEmpty, let zone = schedule.zone { zones[zone.name] = zone }
            var counts: [Int64: Int] = [:]
            for fire in fires { counts[fire.milliseconds.flooredDivision(by: Self.minute), default: 0] += 1 }
            for (number, count) in counts {
                var minute = byMinute[number] ?? Minute(at: Timestamp(milliseconds: number * Self.minute))
                minute.count += count
                if minute.jobs.count < Self.jobLimit {
                    minute.jobs.append(Entry(job: job.id, name: job.definition.name, count: count))
                }
                byMinute[number] = minute
            }
        }
        self.minutes = byMinute.values.sorted { $0.at < $1.at }
        self.clockChanges = zones.values.flatMap { zone in
            zone.changes(after: after, through: through).map { ClockChange(zone: zone.name, change: $0) }
        }.sorted { ($0.change.at, $0.zone) < ($1.change.at, $1.zone) }
    }
}
