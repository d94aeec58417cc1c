// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension CronMasks {
    /// No time after this year is ever computed.
    static let lastYear = 2199

    /// The first local second at or after `local` that matches.
    ///
    /// - Parameter local: seconds since 1970-01-01T00:00:00 on the local clock.
    /// - Returns: nil when there is none until the end of 2199. The search visits each matching month at most once.
    func firstMatch(atOrAfter local: Int64) -> Int64? {
        let start = max(local, 0)
        let dayNumber = Int(start / 86_400)
        var (year, month, day) = CivilDate.fromDays(dayNumber)
        guard year <= Self.lastYear else { return nil }
        if self.admits(year: year), self.months >> UInt32(month) & 1 == 1 {
            let days = self.dayMask(
                year: year,
                month: month,
                firstWeekday: CivilDate.weekday(days: dayNumber - day + 1)
            )
            if days >> UInt64(day) & 1 == 1,
                let time = self.firstTime(atOrAfter: Int(start - Int64(dayNumber) * 86_400))
            {
                return Int64(dayNumber * 86_400 + time)
            }
            let later = days & ~((2 << UInt64(day)) - 1)
            if later != 0 { return self.opening(dayNumber - day + later.trailingZeroBitCount) }
        }
        while true {
            let later = self.months & ~((2 << UInt32(month)) - 1)
            if later != 0, self.admits(year: year) {
                month = later.trailingZeroBitCount
            } else {
                repeat {
                    year += 1
                    guard year <= Self.lastYear else { return nil }
                } while !self.admits(year: year)
                month = self.months.trailingZeroBitCount
            }
            let first = CivilDate.days(year: year, month: month, day: 1)
            let days = self.dayMask(year: year, month: month, firstWeekday: CivilDate.weekday(days: first))
            if days != 0 {
                day = days.trailingZeroBitCount
                return self.opening(first + day - 1)
            }
        }
    }

    /// The first matching second of the day, which matches.
    private func opening(_ dayNumber: Int) -> Int64 { Int64(dayNumber * 86_400) + Int64(self.firstOfDay) }

    private func admits(year: Int) -> Bool {
        guard let years = self.years else { return true }
        return years[(year - 1970) >> 6] >> UInt64((year - 1970) & 63) & 1 == 1
    }

    /// The first matching second of a day at or after `second`; nil when the day has none left.
    private func firstTime(atOrAfter second: Int) -> Int? {
        let hour = second / 3600
        let minute = second / 60 % 60
        if self.hours >> UInt32(hour) & 1 == 1 {
            if self.minutes >> UInt64(minute) & 1 == 1 {
                let seconds = self.seconds & (UInt64.max << UInt64(second % 60))
                if seconds != 0 { return hour * 3600 + minute * 60 + seconds.trailingZeroBitCount }
            }
            let minutes = self.minutes & ~((2 << UInt64(minute)) - 1)
            if minutes != 0 {
                return hour * 3600 + minutes.trailingZeroBitCount * 60 + self.seconds.trailingZeroBitCount
            }
        }
        let hours = self.hours & ~((2 << UInt32(hour)) - 1)
        guard hours != 0 else { return nil }
        return hours.trailingZeroBitCount * 3600 + Int(self.firstOfDay) % 3600
    }

    /// The matching days of a month; bit n is day n.
    ///
    /// The weekday of the month's first day is 0 for Sunday.
    func dayMask(year: Int, month: Int, firstWeekday: Int) -> UInt64 {
        let length = CivilDate.daysInMonth(year: year, month: month)
        var days = UInt64(self.days)
        if self.lastDays | self.workdays != 0 { days |= self.specialDays(length, firstWeekday) }
        // Six copies of the week, shifted so that bit 0 is the first of the month.
        var weekdays = ((UInt64(self.weekdays) &* 0x8_1020_4081) >> UInt64(firstWeekday)) << 1
        if self.nthWeekdays != 0 { weekdays |= self.specialWeekdays(length, firstWeekday) }
        let both = self.needsBothDays ? days & weekdays : days | weekdays
        return both & ((2 << UInt64(length)) - 2)
    }

    /// The days that `L`, `L-n`, `LW` and `nW` stand for in a month.
    private func specialDays(_ length: Int, _ firstWeekday: Int) -> UInt64 {
        var days: UInt64 = 0
        var rest = self.lastDays
        while rest != 0 {
            let before = rest.trailingZeroBitCount
            rest &= rest - 1
            if before < length { days |= 1 << UInt64(length - before) }
        }
        rest = self.workdays
        while rest != 0 {
            let number = rest.trailingZeroBitCount
            rest &= rest - 1
            // 31W in a shorter month is nearest to that month's last day.
            let day = number == 0 ? length : min(number, length)
            let weekday = (firstWeekday + day - 1) % 7
            let nearest =
                switch weekday {
                // LW looks back only; nW takes the nearer side, but never leaves the month.
                case 6: day == 1 ? 3 : day - 1
                case 0: number == 0 || day == length ? day - 2 : day + 1
                default: day
                }
            days |= 1 << UInt64(nearest)
        }
        return days
    }

    /// The days that `n#m` and `nL` stand for in a month.
    private func specialWeekdays(_ length: Int, _ firstWeekday: Int) -> UInt64 {
        var days: UInt64 = 0
        var rest = self.nthWeekdays
        while rest != 0 {
            let (nth, weekday) = rest.trailingZeroBitCount.quotientAndRemainder(dividingBy: 7)
            rest &= rest - 1
            let first = (weekday - firstWeekday + 7) % 7 + 1
            // The sixth row is that of the last ones.
            days |= 1 << UInt64(first + (nth < 5 ? nth : (length - first) / 7) * 7)
        }
        return days
    }
}
