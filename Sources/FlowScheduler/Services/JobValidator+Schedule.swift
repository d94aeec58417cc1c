// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

extension JobValidator {
    /// Turns what was written into what is stored, and compiles it.
    mutating func resolve(_ draft: ScheduleDraft, limits: LimitsDraft?) -> (ScheduleSpec, CompiledSchedule)? {
        let plain = self.resolve(draft)
        guard let limits else { return plain }
        return self.limit(plain.map { (spec: $0.0, compiled: $0.1) }, by: limits)
    }

    private mutating func resolve(_ draft: ScheduleDraft) -> (ScheduleSpec, CompiledSchedule)? {
        switch draft {
        case .cron(let text, let timeZone, let dst):
            return self.resolveCron(text, timeZone: timeZone, dst: dst)
        case .every(let milliseconds):
            return self.compile(self.every(milliseconds), path: "every_seconds")
        case .delay(let milliseconds):
            return self.compile(.delay(milliseconds: milliseconds), path: "delay_seconds")
        case .once(let instant):
            // An edit of a job whose one fire is over must stay possible; a new fire in the past is a mistake.
            if instant <= self.now, self.previous?.base != .once(instant) {
                self.faults.add("once_at", "past", "\(instant) is in the past; choose a later time")
                return nil
            }
            return self.compile(.once(instant), path: "once_at")
        case .manual:
            return self.compile(.manual, path: "schedule_type")
        }
    }

    private mutating func resolveCron(
        _ text: String,
        timeZone: String,
        dst: DSTPolicy
    ) -> (ScheduleSpec, CompiledSchedule)? {
        do {
            let expression = try CronExpression(parsing: text)
            if let period = expression.everyMilliseconds {
                return self.compile(self.every(period), path: "cron_expr")
            }
            // The prefix moves into the zone, so that there is one place to look at (and one zone in the console).
            let spec = ScheduleSpec.cron(
                expression: expression.canonical,
                timeZone: expression.zonePrefix ?? timeZone,
                dst: dst
            )
            guard let (_, compiled) = self.compile(spec, path: "cron_expr") else { return nil }
            if !compiled.isReboot, compiled.next(after: self.now) == nil {
                self.faults.add("cron_expr", "unsatisfiable", "the expression has no time after \(self.now)")
                return nil
            }
            return (spec, compiled)
        } catch {
            self.add(error, path: "cron_expr")
            return nil
        }
    }

    /// The anchor stays when the period does, so that an edit does not move the beat.
    private func every(_ milliseconds: Int64) -> ScheduleSpec {
        if case .every(milliseconds, let anchor) = self.previous?.base {
            return .every(periodMilliseconds: milliseconds, anchor: anchor)
        }
        return .every(periodMilliseconds: milliseconds, anchor: self.now)
    }

    mutating func compile(_ spec: ScheduleSpec, path: String) -> (ScheduleSpec, CompiledSchedule)? {
        do {
            return (spec, try CompiledSchedule(spec, job: self.uid))
        } catch {
            self.add(error, path: path)
            return nil
        }
    }

    private mutating func add(_ error: ScheduleError, path: String) {
        let path = error.code == .unknownZone ? "timezone" : path
        self.faults.add(path, error.code.rawValue, error.wording)
    }
}
