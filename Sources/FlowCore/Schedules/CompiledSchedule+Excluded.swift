// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A fire that a calendar keeps from happening at its time.
package struct ExcludedFire: Hashable, Sendable {
    package let at: Timestamp
    package let calendar: String
    /// What the day is called.
    package let name: String
    /// When it happens instead; nil = not at all.
    package let movedTo: Timestamp?
}

extension CompiledSchedule {
    /// The fires after one instant up to and including another that calendars leave out or move, at most `limit`.
    ///
    /// - Parameter budget: fires that are still looked at, by this and what shares it.
    package func excluded(
        after: Timestamp,
        through: Timestamp,
        limit: Int,
        budget: inout Int
    ) -> [ExcludedFire] {
        guard let limits = self.limits, let calendars = limits.calendars else { return [] }
        var excluded: [ExcludedFire] = []
        var cursor = after
        while excluded.count < limit,
            let fire = limits.inWindow(after: cursor, budget: &budget, { self.allowed(after: $0) }), fire <= through
        {
            cursor = fire
            guard let blackout = calendars.blackout(at: fire) else { continue }
            excluded.append(
                ExcludedFire(
                    at: fire,
                    calendar: blackout.use.calendar,
                    name: blackout.entry.name,
                    movedTo: calendars.landing(of: fire) { limits.isInside($0) }
                )
            )
        }
        return excluded
    }
}
