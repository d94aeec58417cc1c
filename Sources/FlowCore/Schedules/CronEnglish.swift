// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Says in English what the fields of an expression mean.
struct CronEnglish {
    private let fields: CronFields
    /// Of the fields as they are written, stars and all.
    private let needsBothDays: Bool

    init(_ fields: CronFields) {
        self.fields = fields.withoutIdleSteps
        self.needsBothDays = fields.needsBothDays
    }

    var text: String {
        let time = self.time
        let days = self.days
        // "Every 5 minutes" says "every day" by itself; "At 03:10" does not.
        if days.isEmpty { return time.isPeriodic ? time.text : time.text + " every day" }
        return time.text + (time.isPeriodic ? ", " : " ") + days
    }

    // MARK: Time of the day

    private var time: (text: String, isPeriodic: Bool) {
        if let times = self.fields.clockTimes { return ("At " + Self.list(times), false) }
        if case .hashed(_, nil) = self.fields.minutes[0], case .hashed(_, nil) = self.fields.hours[0] {
            return ("At a time chosen per job", false)
        }
        let base = self.minutesAndHours
        if self.fields.listed(.second) == [0] { return base }
        if self.fields.isOpen(.minute), self.fields.isOpen(.hour) {
            if self.fields.isOpen(.second) { return ("Every second", true) }
            if let step = self.fields.step(.second) { return ("Every \(step) seconds", true) }
            return ("At \(self.positions(.second)) of every minute", true)
        }
        if self.fields.isOpen(.second), self.fields.isOpen(.minute) {
            return (base.text.replacing("Every minute", with: "Every second"), base.isPeriodic)
        }
        if self.fields.isOpen(.second) { return ("Every second of: \(Self.lowercased(base.text))", base.isPeriodic) }
        if let step = self.fields.step(.second) {
            return ("Every \(step) seconds of: \(Self.lowercased(base.text))", base.isPeriodic)
        }
        return ("\(base.text), at \(self.positions(.second))", true)
    }

    private var minutesAndHours: (text: String, isPeriodic: Bool) {
        let every = self.everyMinutes
        let isOnTheHour = self.fields.listed(.minute) == [0]
        let past = "At \(self.positions(.minute)) past"
        if self.fields.isOpen(.hour) {
            if let every { return (every + (every.hasSuffix("of") ? " every hour" : ""), true) }
            return (isOnTheHour ? "Every hour, on the hour" : "\(past) every hour", true)
        }
        if let step = self.fields.step(.hour) {
            if let every = every.map(Self.closed) {
                return ("\(every) during the first of every \(step) hours from midnight", true)
            }
            if isOnTheHour { return ("Every \(step) hours from midnight, on the hour", true) }
            return ("Every \(step) hours from midnight, at \(self.positions(.minute)) past", true)
        }
        if let range = self.fields.range(.hour) {
            let from = CronFields.clock(range.lowerBound, 0)
            if let every = every.map(Self.closed) {
                return ("\(every) from \(from) to \(CronFields.clock(range.upperBound, 59))", true)
            }
            let until = CronFields.clock(range.upperBound, 0)
            if isOnTheHour { return ("Every hour on the hour from \(from) to \(until)", true) }
            return ("\(past) every hour from \(from) to \(until)", true)
        }
        let hours = self.items(.hour) { CronFields.clock($0, 0) }
        if let every = every.map(Self.closed) { return ("\(every) in the hours of \(hours)", true) }
        return (isOnTheHour ? "On the hour at \(hours)" : "\(past) \(hours)", false)
    }

    /// "Every 5 minutes", when the minutes are a rhythm; one that ends in "of" wants the hours said.
    private var everyMinutes: String? {
        if self.fields.isOpen(.minute) { return "Every minute" }
        guard self.fields.minutes.count == 1 else { return nil }
        switch self.fields.minutes[0] {
        case .every(let step): return "Every \(step) minutes"
        case .hashed(_, let step?): return "Every \(step) minutes, the first chosen per job"
        case .from(let low, let step): return "Every \(step) minutes from minute \(low.number) of"
        case .range(let low, let high, let step) where step > 1:
            return "Every \(step) minutes from minute \(low.number) to \(high.number) of"
        default: return nil
        }
    }

    private static func closed(_ every: String) -> String { every.hasSuffix("of") ? every + " each hour" : every }

    /// Such as "5 and 10 minutes".
    private func positions(_ field: CronField) -> String {
        let unit = field == .second ? "second" : "minute"
        if let values = self.fields.listed(field) {
            if field == .second { return "second\(values.count == 1 ? "" : "s") " + Self.list(values.map(String.init)) }
            return Self.list(values.map(String.init)) + (values == [1] ? " minute" : " minutes")
        }
        if case .hashed(_, nil) = self.fields[field][0] { return "a \(unit) chosen per job" }
        let text = self.items(field) { "\($0)" }
        return field == .second ? "\(unit)s \(text)" : "minutes \(text)"
    }

    private func items(_ field: CronField, _ say: (Int) -> String) -> String {
        let unit = field == .dayOfMonth || field == .dayOfWeek ? "day" : field.rawValue
        return Self.list(
            self.fields[field].map { item in
                switch item {
                case .every(1), .unspecified: "every \(unit)"
                case .every(let step): "every \(step) \(unit)s from \(say(field.range.lowerBound))"
                case .value(let value): say(value.number)
                case .range(let low, let high, 1): "\(say(low.number)) to \(say(high.number))"
                case .range(let low, let high, let step):
                    "every \(step) \(unit)s from \(say(low.number)) to \(say(high.number))"
                case .from(let low, let step): "every \(step) \(unit)s from \(say(low.number))"
                case .hashed(_, nil): "\(field == .hour ? "an" : "a") \(unit) chosen per job"
                case .hashed(_, let step?): "every \(step) \(unit)s, the first chosen per job"
                case .lastDay(0): "the last day"
                case .lastDay(let before): "the \(Self.ordinal(before + 1)) to last day"
                case .lastWorkday: "the last working day"
                case .nearestWorkday(let day): "the working day nearest to day \(day)"
                case .last(let value): "the last \(say(value.number))"
                case .nth(let value, let nth): "the \(Self.ordinals[nth - 1]) \(say(value.number))"
                }
            }
        )
    }

    // MARK: Days

    private static let ordinals = ["first", "second", "third", "fourth", "fifth"]
    private static let weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
        "December",
    ]

    /// Which days; empty for all of them.
    private var days: String {
        let months = self.fields.isOpen(.month) ? nil : self.monthNames
        let year = self.fields.isOpen(.year) ? "" : " in " + self.items(.year) { "\($0)" }
        let span = months ?? "every month"
        let weekdays = self.weekdays(of: span)
        switch (self.fields.isOpen(.dayOfMonth), self.fields.isOpen(.dayOfWeek)) {
        case (true, true):
            guard months != nil || !year.isEmpty else { return "" }
            return "every day" + (months.map { " in \($0)" } ?? "") + year
        case (false, true): return self.dates(of: span) + year
        case (true, false):
            let inMonths = self.isOfMonth ? "" : months.map { " in \($0)" } ?? ""
            return weekdays + inMonths + year
        case (false, false):
            if self.needsBothDays {
                let names = self.items(.dayOfWeek) { Self.weekdays[$0 % 7] }
                return self.dates(of: span) + ", if it is " + names + year
            }
            return self.dates(of: span) + " or " + weekdays
                + (self.isOfMonth ? "" : months.map { " in \($0)" } ?? "") + year
        }
    }

    /// Such as "on day 1 of every month", "on 1 January".
    private func dates(of span: String) -> String {
        if let days = self.fields.listed(.dayOfMonth) {
            if days.count == 1, self.fields.listed(.month)?.count == 1 { return "on \(days[0]) \(span)" }
            return "on day\(days.count == 1 ? "" : "s") \(Self.list(days.map(String.init))) of \(span)"
        }
        if let step = self.fields.step(.dayOfMonth) { return "every \(step) days from day 1 of \(span)" }
        let isPlain = self.fields.days.allSatisfy { item in
            switch item {
            case .value, .range(_, _, 1): true
            default: false
            }
        }
        let isWords = self.fields.days.allSatisfy { item in
            switch item {
            case .lastDay, .lastWorkday, .nearestWorkday: true
            default: false
            }
        }
        if isWords { return "on " + self.items(.dayOfMonth) { "\($0)" } + " of \(span)" }
        let isChosen = self.fields.days.allSatisfy { $0 == .hashed(nil, step: nil) }
        if !isPlain, !isChosen, self.fields.days.count == 1 {
            return self.items(.dayOfMonth) { "day \($0)" } + " of \(span)"
        }
        return "on " + (isPlain ? "days " : "") + self.items(.dayOfMonth) { isPlain ? "\($0)" : "day \($0)" }
            + " of \(span)"
    }

    private var monthNames: String {
        if self.fields.step(.month) != nil, let months = self.fields.few(.month, atMost: 6) {
            return Self.list(months.map { Self.months[$0 - 1] })
        }
        return self.items(.month) { Self.months[$0 - 1] }
    }

    private static func ordinal(_ number: Int) -> String {
        switch (number % 10, number % 100) {
        case (1, let rest) where rest != 11: "\(number)st"
        case (2, let rest) where rest != 12: "\(number)nd"
        case (3, let rest) where rest != 13: "\(number)rd"
        default: "\(number)th"
        }
    }

    private var isOfMonth: Bool {
        self.fields.weekdays.allSatisfy { item in
            switch item {
            case .last, .nth: true
            default: false
            }
        }
    }

    /// Such as "on Mondays", "Monday to Friday", "on the second Monday of every month".
    private func weekdays(of span: String) -> String {
        if let values = self.fields.listed(.dayOfWeek) {
            // The week ends with its weekend.
            let days = Set(values.map { $0 % 7 }).sorted { ($0 + 6) % 7 < ($1 + 6) % 7 }
            return "on " + Self.list(days.map { Self.weekdays[$0] + "s" })
        }
        let names = self.items(.dayOfWeek) { Self.weekdays[$0 % 7] }
        if self.isOfMonth { return "on \(names) of \(span)" }
        if self.fields.weekdays.count == 1, case .value = self.fields.weekdays[0] { return "on \(names)" }
        return self.fields.weekdays.count == 1 ? names : "on \(names)"
    }

    private static func list(_ words: [String]) -> String {
        guard words.count > 1 else { return words.first ?? "" }
        return words.dropLast().joined(separator: ", ") + " and " + words[words.count - 1]
    }

    private static func lowercased(_ text: String) -> String { text.prefix(1).lowercased() + text.dropFirst() }

    static func duration(_ milliseconds: Int64) -> String {
        let units: [(Int64, String)] = [
            (86_400_000, "day"), (3_600_000, "hour"), (60_000, "minute"), (1000, "second"), (1, "millisecond"),
        ]
        var rest = milliseconds
        var parts: [String] = []
        for (unit, name) in units where rest >= unit {
            let count = rest / unit
            parts.append(
                count == 1 && parts.isEmpty && rest % unit == 0 ? name : "\(count) \(name)\(count == 1 ? "" : "s")"
            )
            rest %= unit
        }
        return self.list(parts)
    }
}
