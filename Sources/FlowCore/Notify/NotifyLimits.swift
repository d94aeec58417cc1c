// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What the triggers of a rule that watch time and room go by: its member `watch`.
package struct NotifyLimits: Hashable, Sendable, Codable {
    /// A time of the day by which something has to have happened since another.
    package struct Deadline: Hashable, Sendable, Codable {
        /// Minutes after midnight.
        package var by: Int
        /// Where the span before it begins, in minutes after midnight; at ``by`` or later it is on the day before.
        package var since: Int
        package var timeZone: String
        /// Weekdays of ``by``, 0 = Sunday; empty = all.
        package var days: [Int]

        package init(by: Int, since: Int = 0, timeZone: String, days: [Int] = []) {
            self.by = by
            self.since = since
            self.timeZone = timeZone
            self.days = days
        }

        /// The next deadline after an instant; one that clocks jump over is when they have, one that they show twice once.
        package func next(after instant: Timestamp) -> Timestamp? {
            let days = self.days.isEmpty ? "*" : Set(self.days).sorted().map { String($0) }.joined(separator: ",")
            return Self.instant(self.by, days, self.timeZone, after: instant)
        }

        /// Where the span that ends with a deadline begins.
        package func begin(before due: Timestamp) -> Timestamp {
            var begin: Timestamp?
            var look = due.advanced(byMilliseconds: -50 * 3_600_000)
            while let next = Self.instant(self.since, "*", self.timeZone, after: look), next < due {
                begin = next
                look = next
            }
            return begin ?? due.advanced(byMilliseconds: -86_400_000)
        }

        private static func instant(
            _ minute: Int,
            _ days: String,
            _ zone: String,
            after instant: Timestamp
        ) -> Timestamp? {
            let spec = ScheduleSpec.cron(
                expression: "\(minute % 60) \(minute / 60) * * \(days)",
                timeZone: zone,
                dst: .debian
            )
            return try? CompiledSchedule(spec, job: CronBatch.job).next(after: instant)
        }
    }

    package var deadline: Deadline?
    /// An execution that runs longer; seconds.
    package var runningSeconds: Int?
    /// Or longer than so many times what 95 of 100 of the job's last successes took.
    package var runningFactor: Double?
    /// An execution that was due so long ago and has not begun; seconds.
    package var queueSeconds: Int?
    package var certificateDays: Int?
    /// Of a file system, free for programs.
    package var diskPercent: Int?
    package var diskBytes: Int64?

    package static let secondsRange = 60...2_592_000
    package static let factorRange = 1.1...100.0
    package static let certificateRange = 1...365
    package static let percentRange = 1...99
    package static let bytesRange: ClosedRange<Int64> = 1_048_576...1_125_899_906_842_624

    package init(
        deadline: Deadline? = nil,
        runningSeconds: Int? = nil,
        runningFactor: Double? = nil,
        queueSeconds: Int? = nil,
        certificateDays: Int? = nil,
        diskPercent: Int? = nil,
        diskBytes: Int64? = nil
    ) {
        self.deadline = deadline
        self.runningSeconds = runningSeconds
        self.runningFactor = runningFactor
        self.queueSeconds = queueSeconds
        self.certificateDays = certificateDays
        self.diskPercent = diskPercent
        self.diskBytes = diskBytes
    }

    /// Changes when what is watched changes.
    package var key: String {
        let deadline = self.deadline.map { "\($0.by) \($0.since) \($0.timeZone) \($0.days)" } ?? "-"
        let numbers = [self.runningSeconds, self.queueSeconds, self.certificateDays, self.diskPercent]
        let others = [self.runningFactor.map { "\($0)" }, self.diskBytes.map { "\($0)" }]
        return ([deadline] + numbers.map { $0.map { "\($0)" } ?? "-" } + others.map { $0 ?? "-" })
            .joined(separator: " ")
    }
}
