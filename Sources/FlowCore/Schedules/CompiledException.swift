// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// An expression whose times are left out.
///
/// It goes by what the clock of the schedule's zone shows at the fire. Without a field for seconds it means whole minutes.
struct CompiledException: Sendable {
    let text: String
    private let masks: CronMasks
    private let zone: ZoneRules
    private let isWholeMinute: Bool
    /// Seconds of the local clock that are left out together, from a multiple of this on: a second to a day.
    private let unit: Int64

    private static let hour: Int64 = 3600
    private static let day: Int64 = 86_400

    init(_ text: String, _ fields: CronFields, zone: ZoneRules, job: JobUID) {
        self.text = text
        self.zone = zone
        let masks = CronMasks(fields, seed: job)
        self.masks = masks
        let isWholeMinute = fields.count == 5 || masks.seconds.nonzeroBitCount == 60
        let isWholeHour = isWholeMinute && masks.minutes.nonzeroBitCount == 60
        self.isWholeMinute = isWholeMinute
        self.unit =
            if isWholeHour { masks.hours.nonzeroBitCount == 24 ? Self.day : Self.hour } else { isWholeMinute ? 60 : 1 }
    }

    func covers(_ second: Int64) -> Bool {
        let start = self.start(of: second, self.unit)
        return self.masks.firstMatch(atOrAfter: start) == start
    }

    /// How many seconds of the local clock can be gone over together where one fire of an expression is covered.
    ///
    /// On a day that it names, an exception leaves out all of the expression if it, or others with the same days, have all of
    /// the expression's times.
    func span(of plan: CronMasks, with others: [CompiledException]) -> Int64 {
        let together = others.filter { $0.masks.hasSameDays(as: self.masks) }
        if plan.times.allSatisfy({ time in together.contains { $0.has(time.hour, time.minute, plan.seconds) } }) {
            return Self.day
        }
        let hasMinutes = self.hasSeconds(plan.seconds) && plan.minutes & ~self.masks.minutes == 0
        return max(self.unit, hasMinutes ? Self.hour : 1)
    }

    private func has(_ hour: Int, _ minute: Int, _ seconds: UInt64) -> Bool {
        self.masks.hours >> UInt32(hour) & 1 == 1 && self.masks.minutes >> UInt64(minute) & 1 == 1
            && self.hasSeconds(seconds)
    }

    private func hasSeconds(_ seconds: UInt64) -> Bool { self.isWholeMinute || seconds & ~self.masks.seconds == 0 }

    /// The first second behind what is left out together with one.
    ///
    /// - Parameter span: of the expression that fires there (``span(of:with:)``).
    func end(of second: Int64, span: Int64) -> Int64 {
        let end = max(self.zone.second(ofLocal: self.start(of: second, self.unit) + self.unit), second + 1)
        guard span > self.unit else { return end }
        let far = self.zone.second(ofLocal: self.start(of: second, span) + span)
        // Around a change of the clock fires stand at times that their expression does not name.
        guard self.zone.segment(at: second - Self.day) == self.zone.segment(at: far) else { return end }
        return max(end, far)
    }

    private func start(of second: Int64, _ unit: Int64) -> Int64 {
        let local = second + Int64(self.zone.offsetSeconds(at: Timestamp(seconds: second)))
        return local.flooredDivision(by: unit) * unit
    }
}

extension CronMasks {
    /// Its times of the day, whatever the second.
    fileprivate var times: [(hour: Int, minute: Int)] {
        (0..<24).filter { self.hours >> UInt32($0) & 1 == 1 }.flatMap { hour in
            (0..<60).filter { self.minutes >> UInt64($0) & 1 == 1 }.map { (hour, $0) }
        }
    }

    fileprivate func hasSameDays(as other: CronMasks) -> Bool {
        self.days == other.days && self.lastDays == other.lastDays && self.workdays == other.workdays
            && self.months == other.months && self.weekdays == other.weekdays
            && self.nthWeekdays == other.nthWeekdays && self.needsBothDays == other.needsBothDays
            && self.years == other.years
    }
}
