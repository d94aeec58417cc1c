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
        let name = limits.window != nil ? "window" : limits.notAfter != nil ? "not_after" : "not_before"
        guard self.fires(plain) else {
            let type = plain.compiled.isReboot ? "cron_expr '@reboot'" : "schedule_type '\(Self.word(of: plain.spec))'"
            self.faults.add(name, "conflict", "\(type) has no times that '\(name)' could limit; leave it out")
            return nil
        }
        guard let (_, compiled) = self.compile(spec, path: "window") else { return nil }
        // An edit of a job whose end is past must stay possible.
        if spec != self.previous, plain.compiled.delayMilliseconds == nil, compiled.next(after: self.now) == nil {
            let field = Self.word(of: plain.spec) == "cron" ? "cron_expr" : "every_seconds"
            self.faults.add(
                name,
                "conflict",
                "no time of \(field) lies inside the limits after \(self.now); change \(field) or \(name)"
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
        return self.faults.count == before ? limits : nil
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
