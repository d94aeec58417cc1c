// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto

/// The fields of an expression as bit masks, with every `H` resolved for one job.
///
/// A month's days are one mask too (``dayMask(year:month:firstWeekday:)``), so that a search steps from month to month
/// and never from day to day.
struct CronMasks: Hashable, Sendable {
    /// Bit n: second n.
    var seconds: UInt64 = 0
    /// Bit n: minute n.
    var minutes: UInt64 = 0
    /// Bits 0 to 34: `n#m` at `(m - 1) * 7 + n`; bits 35 to 41: `nL`.
    var nthWeekdays: UInt64 = 0
    /// Bit n: hour n.
    var hours: UInt32 = 0
    /// Bit n: day n of the month.
    var days: UInt32 = 0
    /// Bit n: the day n days before the month's last, so bit 0 is `L`.
    var lastDays: UInt32 = 0
    /// Bit n: the working day nearest to day n; bit 0 is `LW`.
    var workdays: UInt32 = 0
    /// Bit n: month n.
    var months: UInt32 = 0
    /// The first matching second of a day that matches.
    var firstOfDay: Int32 = 0
    /// Bit n: weekday n, 0 being Sunday.
    var weekdays: UInt8 = 0
    var needsBothDays = true
    /// One bit per year from 1970; nil when every year will do.
    var years: [UInt64]?

    /// The seed is the job whose uid decides what `H` stands for.
    init(_ fields: CronFields, seed: JobUID?) {
        for item in fields.seconds { self.seconds |= Self.mask(item, .second, seed) }
        for item in fields.minutes { self.minutes |= Self.mask(item, .minute, seed) }
        for item in fields.hours { self.hours |= UInt32(truncatingIfNeeded: Self.mask(item, .hour, seed)) }
        for item in fields.months { self.months |= UInt32(truncatingIfNeeded: Self.mask(item, .month, seed)) }
        for item in fields.days {
            switch item {
            case .lastDay(let before): self.lastDays |= 1 << UInt32(before)
            case .lastWorkday: self.workdays |= 1
            case .nearestWorkday(let day): self.workdays |= 1 << UInt32(day)
            default: self.days |= UInt32(truncatingIfNeeded: Self.mask(item, .dayOfMonth, seed))
            }
        }
        for item in fields.weekdays {
            switch item {
            case .last(let value): self.nthWeekdays |= 1 << UInt64(35 + value.number % 7)
            case .nth(let value, let nth): self.nthWeekdays |= 1 << UInt64((nth - 1) * 7 + value.number % 7)
            default:
                let mask = Self.mask(item, .dayOfWeek, seed)
                self.weekdays |= UInt8(truncatingIfNeeded: (mask | mask >> 7) & 0x7f)
            }
        }
        if fields.years != [.every(step: 1)] {
            var years = [UInt64](repeating: 0, count: 4)
            for item in fields.years {
                for year in Self.values(item, .year, seed) {
                    years[(year - 1970) >> 6] |= 1 << UInt64((year - 1970) & 63)
                }
            }
            self.years = years
        }
        self.needsBothDays = fields.needsBothDays
        self.firstOfDay = Int32(
            self.hours.trailingZeroBitCount * 3600 + self.minutes.trailingZeroBitCount * 60
                + self.seconds.trailingZeroBitCount
        )
    }

    /// Whether a day that matches has one matching second.
    var isDaily: Bool {
        self.hours.nonzeroBitCount == 1 && self.minutes.nonzeroBitCount == 1 && self.seconds.nonzeroBitCount == 1
    }

    /// The mask of an item that stands for plain values.
    private static func mask(_ item: CronItem, _ field: CronField, _ seed: JobUID?) -> UInt64 {
        var mask: UInt64 = 0
        for value in self.values(item, field, seed) { mask |= 1 << UInt64(value) }
        return mask
    }

    /// The values an item stands for, in the order in which a step counts them.
    static func values(_ item: CronItem, _ field: CronField, _ seed: JobUID?) -> [Int] {
        let range = field.range
        switch item {
        case .every(let step): return Array(stride(from: range.lowerBound, through: range.upperBound, by: step))
        case .unspecified: return Array(range)
        case .value(let value): return [value.number]
        case .from(let low, let step): return Array(stride(from: low.number, through: range.upperBound, by: step))
        case .range(let low, let high, let step):
            if low.number <= high.number { return Array(stride(from: low.number, through: high.number, by: step)) }
            // Only months and weekdays get here: the parser refuses a wrap in the other fields.
            let cycle = field == .month ? 12 : 7
            let first = field == .month ? 1 : 0
            let start = field == .month ? low.number : low.number % 7
            let length = (high.number - start + cycle) % cycle
            return stride(from: 0, through: length, by: step).map { (start - first + $0) % cycle + first }
        case .hashed(let explicit, let step):
            let range = explicit ?? field.hashedRange
            let hash = self.hash(seed, field)
            guard let step else { return [range.lowerBound + Int(hash % UInt64(range.count))] }
            let first = range.lowerBound + Int(hash % UInt64(min(step, range.count)))
            return Array(stride(from: first, through: range.upperBound, by: step))
        case .lastDay, .lastWorkday, .nearestWorkday, .last, .nth: return []
        }
    }

    /// The number `H` is drawn with: the same for a job and field for ever, spread evenly over jobs.
    private static func hash(_ seed: JobUID?, _ field: CronField) -> UInt64 {
        var hash = SHA256()
        hash.update(data: seed?.bytes ?? [])
        hash.update(data: Array(field.rawValue.utf8))
        return hash.finalize().prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
    }
}
