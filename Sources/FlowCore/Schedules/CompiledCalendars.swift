// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Calendars made ready for arithmetic.
struct CompiledCalendars: Sendable {
    /// A time at which nothing fires.
    struct Blackout {
        let use: CalendarUse
        let entry: CalendarEntry
        /// The first second behind it.
        let end: Int64
    }

    let calendars: ScheduleCalendars
    let zone: ZoneRules
    private let moves: Bool

    /// A fire is moved by so many days at most; where none of them is free, it does not happen.
    static let furthest: Int64 = 31
    private static let day: Int64 = 86_400

    /// - Throws: `unknownZone`.
    init(_ calendars: ScheduleCalendars, zones: some ZoneSource) throws(ScheduleError) {
        self.calendars = calendars
        self.zone = try zones.rules(named: calendars.timeZone)
        self.moves = calendars.uses.contains { $0.onBlackout != .skip }
    }

    /// What keeps anything from firing at an instant.
    func blackout(at instant: Timestamp) -> Blackout? {
        let second = instant.seconds
        let local = second + Int64(self.zone.offsetSeconds(at: instant))
        let today = Int(local.flooredDivision(by: Self.day))
        for use in self.calendars.uses {
            for entry in use.entries {
                switch entry.time {
                case .days:
                    guard let days = entry.occurrence(covering: today) else { continue }
                    let end = self.zone.second(ofLocal: Int64(days.upperBound + 1) * Self.day)
                    return Blackout(use: use, entry: entry, end: end)
                case .span(let from, let to):
                    guard from <= instant, instant < to else { continue }
                    return Blackout(use: use, entry: entry, end: (to.milliseconds + 999).flooredDivision(by: 1000))
                }
            }
        }
        return nil
    }

    /// The first fire after an instant that keeps to the calendars.
    ///
    /// - Parameters:
    ///   - budget: fires that are still looked at before the search gives up.
    ///   - next: the first fire without calendars after an instant.
    ///   - isAllowed: whether a fire may be moved to an instant.
    func next(
        after: Timestamp,
        budget: inout Int,
        _ next: (Timestamp, inout Int) -> Timestamp?,
        isAllowed: (Timestamp) -> Bool
    ) -> Timestamp? {
        guard self.moves else { return self.nextFree(after: after, budget: &budget, next) }
        let reach = (Self.furthest + 1) * Self.day * 1000
        var cursor = after.advanced(byMilliseconds: -reach)
        var best: Timestamp?
        while let fire = next(cursor, &budget) {
            // Whatever comes later cannot be moved to before this one.
            if let best, fire.advanced(byMilliseconds: -reach) >= best { break }
            cursor = fire
            guard let landed = self.landing(of: fire, isAllowed), landed > after else { continue }
            best = min(best ?? landed, landed)
        }
        return best
    }

    /// The first instant at or after one that is free; nil when the budget ends before.
    func opening(atOrAfter instant: Timestamp, budget: inout Int) -> Timestamp? {
        var instant = instant
        while let blackout = self.blackout(at: instant) {
            guard budget > 0 else { return nil }
            budget -= 1
            instant = max(Timestamp(seconds: blackout.end), instant.advanced(byMilliseconds: 1))
        }
        return instant
    }

    private func nextFree(
        after: Timestamp,
        budget: inout Int,
        _ next: (Timestamp, inout Int) -> Timestamp?
    ) -> Timestamp? {
        var cursor = after
        while let fire = next(cursor, &budget) {
            guard let blackout = self.blackout(at: fire) else { return fire }
            cursor = max(fire, Timestamp(seconds: blackout.end).advanced(byMilliseconds: -1))
        }
        return nil
    }

    /// Where a fire ends up; nil when it does not happen.
    func landing(of fire: Timestamp, _ isAllowed: (Timestamp) -> Bool) -> Timestamp? {
        guard let blackout = self.blackout(at: fire) else { return fire }
        let step: Int64
        switch blackout.use.onBlackout {
        case .skip: return nil
        case .before: step = -Self.day
        case .after: step = Self.day
        }
        let local = fire.seconds + Int64(self.zone.offsetSeconds(at: fire))
        for days in 1...Self.furthest {
            let target = Timestamp(seconds: self.zone.second(ofLocal: local + days * step))
            if self.blackout(at: target) == nil { return isAllowed(target) ? target : nil }
        }
        return nil
    }
}

extension ZoneRules {
    /// The one second that stands for a local time: the first behind a gap, the first of two that look the same.
    func second(ofLocal local: Int64) -> Int64 {
        // No offset reaches 18 hours.
        var segment = self.segment(at: local - 64_800)
        while segment + 1 < self.starts.count,
            self.starts[segment + 1] + Int64(self.offsets[segment]) <= local
        {
            segment += 1
        }
        return max(self.starts[segment], local - Int64(self.offsets[segment]))
    }
}
