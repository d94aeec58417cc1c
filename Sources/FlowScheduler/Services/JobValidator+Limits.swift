// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

extension JobValidator {
    /// Puts a schedule inside its limits: each by itself first, then what contradicts what, with both names.
    ///
    /// - Parameter plain: the schedule without limits; nil when that has faults of its own.
    mutating func limit(
        _ plain: (spec: ScheduleSpec, compiled: CompiledSchedule)?,
        by draft: LimitsDraft
    ) -> (ScheduleSpec, CompiledSchedule)? {
        let limits = self.limits(draft, of: plain?.spec)
        guard let plain, let limits else { return nil }
        guard !limits.isEmpty else { return (plain.spec, plain.compiled) }
        let spec = plain.spec.limited(limits)
        let name = Self.name(of: limits)
        guard self.fires(plain) else {
            let type: Wording =
                plain.compiled.isReboot ? "cron_expr '@reboot'" : "schedule_type '\(Self.word(of: plain.spec))'"
            self.faults.add(name, "conflict", "\(type) has no times that '\(name)' could limit; leave it out")
            return nil
        }
        self.checkMoves(draft.calendars, of: plain.compiled)
        guard let (_, compiled) = self.compile(spec, path: "window") else { return nil }
        // An edit of a job whose end is past must stay possible.
        if spec != self.previous, plain.compiled.delayMilliseconds == nil, compiled.next(after: self.now) == nil {
            let field = Self.word(of: plain.spec) == "cron" ? "cron_expr" : "every_seconds"
            // Exceptions may leave a time that is further away than anybody looks.
            let reach: Wording =
                limits.except == nil
                ? "" : ", among the \(CompiledSchedule.exceptionTries) times that were looked at"
            self.faults.add(
                name,
                "conflict",
                "no time of \(field) lies inside the limits after \(self.now)\(reach); change \(field) or \(name)"
            )
            return nil
        }
        return (spec, compiled)
    }

    private mutating func limits(_ draft: LimitsDraft, of spec: ScheduleSpec?) -> ScheduleLimits? {
        let before = self.faults.count
        var limits = ScheduleLimits(notBefore: draft.notBefore, notAfter: draft.notAfter)
        if let last = draft.notAfter {
            if let first = draft.notBefore, last <= first {
                self.faults.add("not_after", "conflict", "\(last) is not after not_before, \(first)")
            }
            self.faults.require(
                last > self.now || self.previous?.limits?.notAfter == last,
                "not_after",
                "past",
                "\(last) is in the past; choose a later time"
            )
        }
        if let window = draft.window {
            let from = self.minutes(window.from, "window.from", upTo: 1439)
            let to = self.minutes(window.to, "window.to", upTo: 1440)
            if let from, let to {
                self.faults.require(
                    from != to,
                    "window",
                    "empty",
                    "the window from \(window.from) to \(window.to) is empty; leave it out for the whole day"
                )
                // The schedule's own zone, also where the expression names it.
                var zone = draft.timeZone
                if case .cron(_, let own, _)? = spec { zone = own }
                limits.window = DailyWindow(from: from, to: to, timeZone: zone)
            }
        }
        limits.calendars = self.calendars(draft, of: spec)
        limits.also = self.expressions(draft.also, "cron_exprs", of: spec)
        limits.except = self.expressions(draft.except, "cron_except", of: spec)
        return self.faults.count == before ? limits : nil
    }

    private mutating func calendars(_ draft: LimitsDraft, of spec: ScheduleSpec?) -> ScheduleCalendars? {
        guard !draft.calendars.isEmpty else { return nil }
        guard draft.calendars.count <= ScheduleCalendars.limit else {
            self.faults.add("calendars", "too_many", "a task keeps to at most \(ScheduleCalendars.limit) calendars")
            return nil
        }
        var zone = draft.timeZone
        if case .cron(_, let own, _)? = spec { zone = own }
        var calendars = ScheduleCalendars(timeZone: zone, uses: [])
        for (index, named) in draft.calendars.enumerated() {
            let path = "calendars[\(index)].calendar"
            guard let known = self.knownCalendars[named.name] else {
                self.faults.add(
                    path,
                    "not_found",
                    "there is no calendar '\(named.name)'; 'quicflow calendar list' shows them"
                )
                continue
            }
            if calendars.uses.contains(where: { $0.calendar == named.name }) {
                self.faults.add(path, "duplicate", "'\(named.name)' is named twice")
            }
            calendars.uses.append(CalendarUse(known, onBlackout: named.onBlackout))
        }
        return calendars
    }

    /// Moving goes by whole days, so that it means something for what fires once a day at most.
    private mutating func checkMoves(_ calendars: [LimitsDraft.Calendar], of schedule: CompiledSchedule) {
        guard !schedule.isDaily else { return }
        for (index, calendar) in calendars.enumerated() where calendar.onBlackout != .skip {
            self.faults.add(
                "calendars[\(index)].on_blackout",
                "conflict",
                "'\(calendar.onBlackout.rawValue)' moves a fire by whole days, so it needs a cron_expr with one time of the "
                    + "day; choose 'skip', or change cron_expr"
            )
        }
    }

    private static func name(of limits: ScheduleLimits) -> String {
        if limits.window != nil { return "window" }
        if limits.except != nil { return "cron_except" }
        if limits.notAfter != nil { return "not_after" }
        if limits.notBefore != nil { return "not_before" }
        return limits.calendars != nil ? "calendars" : "cron_exprs"
    }

    private mutating func minutes(_ text: String, _ path: String, upTo last: Int) -> Int? {
        guard let minutes = DailyWindow.minutes(text), minutes <= last else {
            self.faults.add(path, "syntax", "'\(text)' is no time of the day such as 09:30")
            return nil
        }
        return minutes
    }

    private func fires(_ plain: (spec: ScheduleSpec, compiled: CompiledSchedule)) -> Bool {
        switch plain.spec {
        case .cron: !plain.compiled.isReboot
        case .every, .delay: true
        case .once, .manual, .limited: false
        }
    }

    private static func word(of spec: ScheduleSpec) -> String {
        switch spec {
        case .cron: "cron"
        case .every: "every"
        case .delay: "delay"
        case .once: "once"
        case .manual: "manual"
        case .limited(let base, _): self.word(of: base)
        }
    }
}
