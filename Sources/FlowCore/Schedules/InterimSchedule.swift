// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

// Stands in until ScheduleSpec.swift and CompiledSchedule.swift land; delete this file then.

package enum DSTPolicy: String, Codable, Sendable, CaseIterable { case debian, skip, both }

package enum ScheduleSpec: Hashable, Sendable, Codable {
    case cron(expression: String, timeZone: String, dst: DSTPolicy)
    case every(periodMilliseconds: Int64, anchor: Timestamp)
    case once(Timestamp)
    case manual
}

package struct ScheduleError: Error, Hashable, Sendable { package let message: String }

package struct CompiledSchedule: Sendable {
    let spec: ScheduleSpec
    package init(_ spec: ScheduleSpec, job: JobUID) throws(ScheduleError) { self.spec = spec }
    package func next(after: Timestamp) -> Timestamp? {
        switch self.spec {
        case .every(let period, let anchor):
            let steps = (after.milliseconds - anchor.milliseconds).flooredDivision(by: period) + 1
            return anchor.advanced(byMilliseconds: max(0, steps) * period)
        case .once(let instant): return instant > after ? instant : nil
        case .cron:
            return Timestamp(milliseconds: (after.milliseconds.flooredDivision(by: 1000) + 1) * 1000)
        case .manual: return nil
        }
    }
    package func fires(after: Timestamp, through: Timestamp, limit: Int) -> [Timestamp] {
        var result: [Timestamp] = []
        var cursor = after
        while result.count < limit, let next = self.next(after: cursor), next <= through {
            result.append(next)
            cursor = next
        }
        return result
    }
    package var isReboot: Bool { false }
}
