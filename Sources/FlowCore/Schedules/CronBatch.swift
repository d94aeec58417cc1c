// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Answers fire times line by line, for comparison with other implementations (`semantics.md` 9).
package enum CronBatch {
    /// The most fire times one line may ask for.
    package static let maximalCount = 10_000

    /// Answers one line.
    ///
    /// A line is `zone TAB start TAB expression TAB count [TAB policy]`, the start in seconds since the epoch, the policy
    /// one of ``DSTPolicy``.
    ///
    /// - Returns: the next fire times in seconds since the epoch, separated by blanks, or `error: …`.
    package static func answer(_ line: String, zones: ZoneDatabase = .shared) -> String {
        let parts = line.split(separator: "\t", omittingEmptySubsequences: false)
        guard parts.count == 4 || parts.count == 5, let start = Int64(parts[1]), let count = Int(parts[3]),
            (0...Self.maximalCount).contains(count),
            let policy = DSTPolicy(rawValue: parts.count == 5 ? String(parts[4]) : DSTPolicy.debian.rawValue),
            // Anything else would overflow once it is milliseconds.
            start.magnitude <= UInt64(Timestamp.distantFuture.seconds)
        else { return "error: a line is zone, start in seconds, expression and count, separated by tabs" }
        let spec = ScheduleSpec.cron(expression: String(parts[2]), timeZone: String(parts[0]), dst: policy)
        do throws(ScheduleError) {
            let schedule = try CompiledSchedule(spec, job: Self.job, zones: zones)
            let fires = schedule.fires(after: Timestamp(seconds: start), through: .distantFuture, limit: count)
            return fires.map { String($0.seconds) }.joined(separator: " ")
        } catch {
            return "error: \(error)"
        }
    }

    /// The job that `H` is resolved for when there is none.
    package static let job = JobUID(uuid: UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)))
}
