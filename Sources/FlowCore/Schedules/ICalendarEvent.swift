// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// One event of an iCalendar file, as far as it was read.
struct ICalendarEvent {
    struct Refusal: Error {
        let message: Wording
        var line: Int?
    }

    private enum Moment: Equatable {
        /// Days since 1970-01-01.
        case day(Int)
        case instant(Timestamp)
    }

    /// Where it begins.
    let line: Int
    var isRefused = false
    private(set) var isCancelled = false
    private var name: String?
    private var start: Moment?
    private var end: Moment?
    private var rule: (line: Int, value: String)?

    init(line: Int) { self.line = line }

    /// - Throws: why the line can't be kept to.
    mutating func take(_ property: ICalendarProperty, _ line: Int, zones: any ZoneSource) throws(Refusal) {
        switch property.name {
        case "SUMMARY": self.name = property.text
        case "DTSTART": self.start = try Self.moment(property, zones)
        case "DTEND": self.end = try Self.moment(property, zones)
        case "STATUS": self.isCancelled = property.value.uppercased() == "CANCELLED"
        case "RRULE":
            guard self.rule == nil else { throw Refusal(message: "an event has one RRULE") }
            self.rule = (line, property.value.uppercased())
        case "DURATION": throw Refusal(message: "DURATION is not understood; write DTEND instead")
        case "RDATE", "EXDATE", "EXRULE", "RECURRENCE-ID":
            throw Refusal(message: "\(property.name) is not understood; write such days as events of their own")
        default: break
        }
    }

    /// - Throws: what is missing, or can't be kept to.
    func entries() throws(Refusal) -> [CalendarEntry] {
        guard let start else { throw Refusal(message: "this event has no DTSTART") }
        let name = String((self.name ?? "").prefix(CalendarEntry.nameLength))
        let title = name.isEmpty ? "-" : name
        switch (start, self.end) {
        case (.day(let first), let end):
            var last = first
            if let end {
                // The end is excluded (RFC 5545, 3.6.1).
                guard case .day(let next) = end, next >= first else {
                    throw Refusal(message: "DTEND is no date on or after DTSTART")
                }
                last = max(first, next - 1)
            }
            guard last - first < CalendarEntry.longestDays else {
                throw Refusal(message: "an event has at most \(CalendarEntry.longestDays) days")
            }
            return try self.days(first, last).map { CalendarEntry(name: title, time: $0) }
        case (.instant(let from), .instant(let to)):
            if let rule {
                throw Refusal(message: "RRULE is understood for whole days only", line: rule.line)
            }
            guard from < to else { throw Refusal(message: "DTEND is not after DTSTART") }
            return [CalendarEntry(name: title, time: .span(from: from, to: to))]
        case (.instant, _): throw Refusal(message: "an event with a time of the day needs a DTEND with one")
        }
    }

    private func days(_ first: Int, _ last: Int) throws(Refusal) -> [CalendarEntry.Time] {
        guard let rule else { return [.days(first: first, last: last, yearly: false)] }
        guard last - first < 365 else {
            throw Refusal(message: "what comes every year has at most 365 days", line: rule.line)
        }
        let date = CivilDate.fromDays(first)
        var years: ClosedRange<Int>?
        var isYearly = false
        for part in rule.value.split(separator: ";") {
            let sides = part.split(separator: "=", maxSplits: 1).map(String.init)
            let number = sides.count == 2 ? Int(sides[1]) : nil
            switch sides.first {
            case "FREQ" where sides.last == "YEARLY": isYearly = true
            case "INTERVAL" where number == 1: break
            case "BYMONTH" where number == date.month: break
            case "BYMONTHDAY" where number == date.day: break
            case "WKST": break
            case "COUNT":
                guard let number, (1...200).contains(number) else {
                    throw Refusal(message: "COUNT is 1 to 200", line: rule.line)
                }
                years = date.year...(date.year + number - 1)
            case "UNTIL":
                guard sides.count == 2, let until = Self.day(sides[1].prefix(8)), until >= first else {
                    throw Refusal(message: "UNTIL is no date on or after DTSTART", line: rule.line)
                }
                let end = CivilDate.fromDays(until)
                let isOver = (end.month, end.day) < (date.month, date.day)
                years = date.year...max(date.year, isOver ? end.year - 1 : end.year)
            default:
                throw Refusal(
                    message: "'\(part)' of RRULE is not understood; whole days may come every year on their date "
                        + "(FREQ=YEARLY, with COUNT or UNTIL), other days are events of their own",
                    line: rule.line
                )
            }
        }
        guard isYearly else { throw Refusal(message: "RRULE has no FREQ=YEARLY", line: rule.line) }
        guard let years else { return [.days(first: first, last: last, yearly: true)] }
        return years.compactMap { year in
            CalendarEntry.day(year, date.month, date.day).map {
                .days(first: $0, last: $0 + last - first, yearly: false)
            }
        }
    }

    private static func day(_ text: some StringProtocol) -> Int? {
        guard text.utf8.count == 8, text.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(text) else {
            return nil
        }
        return CalendarEntry.day(number / 10_000, number / 100 % 100, number % 100)
    }

    /// `20261001`, `20261001T080000Z`, or `20261001T080000` with a zone (RFC 5545, 3.3.4 and 3.3.5).
    private static func moment(_ property: ICalendarProperty, _ zones: any ZoneSource) throws(Refusal) -> Moment {
        let value = property.value.uppercased()
        if let day = Self.day(value) { return .day(day) }
        let isUTC = value.hasSuffix("Z")
        let parts = (isUTC ? value.dropLast() : value[...]).split(separator: "T", omittingEmptySubsequences: false)
        guard parts.count == 2, let day = Self.day(parts[0]), parts[1].utf8.count == 6,
            parts[1].utf8.allSatisfy({ (48...57).contains($0) }), let clock = Int(parts[1]), clock / 10_000 < 24,
            clock / 100 % 100 < 60, clock % 100 < 60
        else { throw Refusal(message: "'\(property.value.prefix(40))' is no date or time from 1970 to 2199") }
        let local = Int64(day) * 86_400 + Int64(clock / 10_000 * 3600 + clock / 100 % 100 * 60 + clock % 100)
        if isUTC { return .instant(Timestamp(seconds: local)) }
        guard let name = property.parameters["TZID"] else {
            throw Refusal(message: "\(property.name) has a time without a zone; write TZID=…, or a time in UTC with Z")
        }
        do {
            return .instant(Timestamp(seconds: try zones.rules(named: name).second(ofLocal: local)))
        } catch {
            throw Refusal(message: "the zone '\(name.prefix(64))' is not known here")
        }
    }
}
