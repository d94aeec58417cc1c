// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// When a schedule may fire at all: from a time, until a time, in a part of each day (S4).
package struct ScheduleLimits: Hashable, Sendable, Codable {
    /// No fire is earlier.
    package var notBefore: Timestamp?
    /// No fire is later.
    package var notAfter: Timestamp?
    package var window: DailyWindow?

    package init(notBefore: Timestamp? = nil, notAfter: Timestamp? = nil, window: DailyWindow? = nil) {
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.window = window
    }

    package var isEmpty: Bool { self == ScheduleLimits() }

    private enum CodingKeys: String, CodingKey {
        case notBefore = "not_before_ms"
        case notAfter = "not_after_ms"
        case window
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

    /// Fires outside the window that are passed over before the search gives up.
    ///
    /// A daily schedule is looked at for ten years. One that never meets its window must not be searched until the end of
    /// time; server and agents give up at the same fire.
    private static let tries = 4000

    /// Where the window is; nil without one.
    var zone: ZoneRules? { self.window?.zone }

    init(_ limits: ScheduleLimits, zones: some ZoneSource) throws(ScheduleError) {
        self.limits = limits
        if let window = limits.window {
            self.window = try CompiledWindow(window, zones: zones)
        } else {
            self.window = nil
        }
    }

    /// The first fire after an instant that is allowed; `next` is the schedule without limits.
    func next(after: Timestamp, _ next: (Timestamp) -> Timestamp?) -> Timestamp? {
        var cursor = after
        if let first = self.limits.notBefore { cursor = max(cursor, first.advanced(byMilliseconds: -1)) }
        for _ in 0..<Self.tries {
            guard let fire = next(cursor), self.isBeforeEnd(fire) else { return nil }
            guard let opening = self.window?.opening(atOrAfter: fire), opening != fire else { return fire }
            cursor = opening.advanced(byMilliseconds: -1)
        }
        return nil
    }

    /// The first instant at or after one at which a run may begin; nil after the end.
    func first(atOrAfter instant: Timestamp) -> Timestamp? {
        var first = max(instant, self.limits.notBefore ?? instant)
        if let window = self.window { first = window.opening(atOrAfter: first) }
        return self.isBeforeEnd(first) ? first : nil
    }

    private func isBeforeEnd(_ instant: Timestamp) -> Bool { self.limits.notAfter.map { instant <= $0 } ?? true }
}
