// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import Foundation

/// What a cron expression means: its words, what may be wrong with it, and its next fires (S1-API-9).
package struct CronPreview: Sendable {
    package let canonical: String
    package let text: ScheduleText
    package let warnings: [CronWarning]
    package let next: [Timestamp]
    package let timeZone: String
}

extension JobService {
    /// Explains an expression; changes nothing.
    ///
    /// - Throws: ``ScheduleError`` with the position of what is wrong.
    package func preview(
        expression text: String,
        timeZone: String,
        dst: DSTPolicy,
        also: [String] = [],
        except: [String] = [],
        count: Int,
        as principal: Principal
    ) throws -> CronPreview {
        try principal.require(.jobsRead)
        let expression = try CronExpression(parsing: text)
        let zone = expression.zonePrefix ?? timeZone
        let now = self.clock.now
        let spec: ScheduleSpec =
            if let period = expression.everyMilliseconds {
                .every(periodMilliseconds: period, anchor: now)
            } else {
                .cron(expression: expression.canonical, timeZone: zone, dst: dst)
            }
        let limits = ScheduleLimits(also: also.isEmpty ? nil : also, except: except.isEmpty ? nil : except)
        // Hashed fields differ per job; a preview shows those of one fixed job, as the real one may not exist yet.
        let schedule = try CompiledSchedule(spec.limited(limits), job: JobUID(uuid: Self.previewUID))
        return CronPreview(
            canonical: expression.canonical,
            text: limits.isEmpty ? ScheduleText(expression) : ScheduleText(spec.limited(limits)),
            warnings: expression.warnings(),
            next: schedule.fires(after: now, through: .distantFuture, limit: count),
            timeZone: zone
        )
    }

    private static var previewUID: UUID { UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)) }
}
