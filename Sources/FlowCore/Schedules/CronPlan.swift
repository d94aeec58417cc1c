// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Cron fields in a zone: where local time meets real time (`semantics.md` 8, rules 1 to 4).
struct CronPlan: Sendable {
    /// What a change of the offset does to the schedule.
    enum Rule: Hashable, Sendable {
        /// Every real instant whose local fields match.
        case wild
        /// Local times of the day, each once (as the policy says).
        case fixed(DSTPolicy)
    }

    let masks: CronMasks
    let zone: ZoneRules
    let rule: Rule

    /// - Throws: `unsatisfiable` where what `H` stands for leaves no time.
    init(fields: CronFields, dst: DSTPolicy, zone: ZoneRules, job: JobUID) throws(ScheduleError) {
        let masks = CronMasks(fields, seed: job)
        if fields.isHashed, masks.firstMatch(atOrAfter: 0) == nil {
            throw ScheduleError.unsatisfiable(position: nil)
        }
        self.masks = masks
        self.zone = zone
        self.rule = fields.isFixedTime ? .fixed(dst) : .wild
    }

    /// The first fire strictly after a UTC second.
    func next(after: Int64) -> Int64? {
        // Before 1970 nothing fires; far beyond 2199 the arithmetic below must not overflow.
        let after = max(after, -100_000)
        guard after < 8_000_000_000 else { return nil }
        if self.zone.isFixed {
            let offset = Int64(self.zone.offsets[0])
            return self.masks.firstMatch(atOrAfter: after + offset + 1).map { $0 - offset }
        }
        switch self.rule {
        case .wild: return self.nextInRealTime(after: after, gapsFire: false)
        case .fixed(.both): return self.nextInRealTime(after: after, gapsFire: true)
        case .fixed(.debian): return self.nextInLocalTime(after: after, gapsFire: true)
        case .fixed(.skip): return self.nextInLocalTime(after: after, gapsFire: false)
        }
    }

    /// Walks the segments of the zone and searches the local clock of each.
    ///
    /// With `gapsFire`, local times that a segment's beginning jumped over fire at that beginning.
    private func nextInRealTime(after: Int64, gapsFire: Bool) -> Int64? {
        var instant = after + 1
        var segment = self.zone.segment(at: instant)
        var searched = instant + Int64(self.zone.offsets[segment])
        if gapsFire, instant == self.zone.starts[segment], segment > 0 {
            // The instant itself begins the segment: what was jumped over is before it on the local clock.
            searched = min(searched, instant + Int64(self.zone.offsets[segment - 1]))
        }
        guard var match = self.masks.firstMatch(atOrAfter: searched) else { return nil }
        while true {
            let offset = Int64(self.zone.offsets[segment])
            let local = instant + offset
            // There is no match in [searched, match), so another search is needed only outside of it.
            if match < local, gapsFire { return instant }
            if local < searched || local > match {
                guard let found = self.masks.firstMatch(atOrAfter: local) else {
                    // The last copy of a repeated hour of 2199 is all that could be left.
                    return nil
                }
                match = found
                searched = local
            }
            guard segment + 1 < self.zone.starts.count, match - offset >= self.zone.starts[segment + 1] else {
                return match - offset
            }
            segment += 1
            instant = self.zone.starts[segment]
        }
    }

    /// Searches the local clock as if it never changed, and then finds the one instant that stands for the result.
    private func nextInLocalTime(after: Int64, gapsFire: Bool) -> Int64? {
        // Local times up to the latest the clock has shown so far are over, also in the second copy of a repeated hour.
        let segment = self.zone.segment(at: after)
        var over = after + Int64(self.zone.offsets[segment])
        for earlier in max(0, segment - 2)..<segment {
            over = max(over, self.zone.starts[earlier + 1] + Int64(self.zone.offsets[earlier]) - 1)
        }
        var local = over + 1
        while let match = self.masks.firstMatch(atOrAfter: local) {
            // The first segment whose local clock gets past the match. No offset reaches 18 hours.
            var segment = self.zone.segment(at: match - 64_800)
            while segment + 1 < self.zone.starts.count,
                self.zone.starts[segment + 1] + Int64(self.zone.offsets[segment]) <= match
            {
                segment += 1
            }
            let start = self.zone.starts[segment]
            let instant = match - Int64(self.zone.offsets[segment])
            if instant >= start { return instant }
            if gapsFire { return start }
            local = start + Int64(self.zone.offsets[segment])
        }
        return nil
    }
}
