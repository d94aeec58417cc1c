// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What is done with the times of a schedule: further expressions and exceptions, and when it may fire at all: from a time,
/// until a time, in a part of each day, outside of calendars (S4).
package struct ScheduleLimits: Hashable, Sendable, Codable {
    /// No fire is earlier.
    package var notBefore: Timestamp?
    /// No fire is later.
    package var notAfter: Timestamp?
    package var window: DailyWindow?
    package var calendars: ScheduleCalendars?
    /// Further cron expressions: it fires at the times of any, once an instant.
    ///
    /// Only beside a cron expression, in its zone.
    package var also: [String]?
    /// Cron expressions whose times are left out.
    package var except: [String]?

    /// The most of each.
    package static let expressionLimit = 10

    package init(
        notBefore: Timestamp? = nil,
        notAfter: Timestamp? = nil,
        window: DailyWindow? = nil,
        calendars: ScheduleCalendars? = nil,
        also: [String]? = nil,
        except: [String]? = nil
    ) {
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.window = window
        self.calendars = calendars
        self.also = also
        self.except = except
    }

    /// Whether it says which expressions count, which a host has to know to fire by itself.
    package var hasExpressions: Bool { self.also != nil || self.except != nil }

    package var isEmpty: Bool { self == ScheduleLimits() }

    private enum CodingKeys: String, CodingKey {
        case notBefore = "not_before_ms"
        case notAfter = "not_after_ms"
        case window
        case calendars
        case also
        case except
    }
}

extension ScheduleSpec {
    /// The schedule without its limits.
    package var base: ScheduleSpec {
        if case .limited(let base, _) = self { return base }
        return self
    }

    package var limits: ScheduleLimits? {
        if case .limited(_, let limits) = self { return limits }
        return nil
    }

    /// With these limits in place of what it had.
    package func limited(_ limits: ScheduleLimits) -> ScheduleSpec {
        limits.isEmpty ? self.base : .limited(self.base, limits)
    }
}

/// Limits made ready for arithmetic.
struct CompiledLimits: Sendable {
    let limits: ScheduleLimits
    private let window: CompiledWindow?
    let calendars: CompiledCalendars?

    /// Fires that are looked at in one search before it gives up.
    ///
    /// A daily schedule is looked at for ten years. One that never meets its window, or that calendars leave no day, must
    /// not be searched until the end of time; server and agents give up at the same fire.
    private static let tries = 4000

    /// Whose clock the window and the calendars go by; nil without both.
    var zone: ZoneRules? { self.window?.zone ?? self.calendars?.zone }

    init(_ limits: ScheduleLimits, zones: some ZoneSource) throws(ScheduleError) {
        self.limits = limits
        if let window = limits.window {
            self.window = try CompiledWindow(window, zones: zones)
        } else {
            self.window = nil
        }
        if let calendars = limits.calendars {
            self.calendars = try CompiledCalendars(calendars, zones: zones)
        } else {
            self.calendars = nil
        }
    }

    /// The first fire after an instant that is allowed; `next` is the schedule without limits.
    ///
    /// Start, end and window come first: what they leave out is not there for a calendar to move.
    func next(after: Timestamp, _ next: (Timestamp) -> Timestamp?) -> Timestamp? {
        var budget = Self.tries
        guard let calendars else { return self.inWindow(after: after, budget: &budget, next) }
        return calendars.next(after: after, budget: &budget) { cursor, budget in
            self.inWindow(after: cursor, budget: &budget, next)
        } isAllowed: { instant in
            self.isInside(instant)
        }
    }

    /// The first instant at or after one at which a run may begin; nil after the end.
    func first(atOrAfter instant: Timestamp) -> Timestamp? {
        var budget = Self.tries
        var first = max(instant, self.limits.notBefore ?? instant)
        while budget > 0, self.isBeforeEnd(first) {
            budget -= 1
            let open = self.window?.opening(atOrAfter: first) ?? first
            guard let calendars else { return self.isBeforeEnd(open) ? open : nil }
            guard let free = calendars.opening(atOrAfter: open, budget: &budget) else { return nil }
            if free == open { return self.isBeforeEnd(open) ? open : nil }
            first = free
        }
        return nil
    }

    /// The first fire after an instant inside start, end and window; calendars have no say yet.
    func inWindow(after: Timestamp, budget: inout Int, _ next: (Timestamp) -> Timestamp?) -> Timestamp? {
        var cursor = after
        if let first = self.limits.notBefore { cursor = max(cursor, first.advanced(byMilliseconds: -1)) }
        while budget > 0 {
            budget -= 1
            guard let fire = next(cursor), self.isBeforeEnd(fire) else { return nil }
            guard let opening = self.window?.opening(atOrAfter: fire), opening != fire else { return fire }
            cursor = opening.advanced(byMilliseconds: -1)
        }
        return nil
    }

    /// Whether start, end and window have nothing against an instant.
    func isInside(_ instant: Timestamp) -> Bool {
        guard self.isBeforeEnd(instant), self.limits.notBefore.map({ instant >= $0 }) ?? true else { return false }
        return self.window.map { $0.opening(atOrAfter: instant) == instant } ?? true
    }

    private func isBeforeEnd(_ instant: Timestamp) -> Bool { self.limits.notAfter.map { instant <= $0 } ?? true }
}
