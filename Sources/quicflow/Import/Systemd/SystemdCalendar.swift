// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// `OnCalendar=` (systemd.time(7)) as a cron expression.
struct SystemdCalendar: Hashable {
    let expression: String
    let zone: String?

    private static let names: [String: String] = [
        "minutely": "* * * * *", "hourly": "0 * * * *", "daily": "0 0 * * *", "weekly": "0 0 * * 1",
        "monthly": "0 0 1 * *", "yearly": "0 0 1 1 *", "annually": "0 0 1 1 *", "quarterly": "0 0 1 1,4,7,10 *",
        "semiannually": "0 0 1 1,7 *",
    ]
    private static let weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]

    /// - Throws: words on what cron can't say.
    init(_ text: String) throws(ImportFault) {
        var words = text.split(separator: " ").map(String.init)
        func fail(_ message: Wording) -> ImportFault { ImportFault(line: 0, message: message) }
        var zone: String?
        if words.count > 1, let last = words.last, last == "UTC" || last.contains("/") && last.first?.isLetter == true {
            zone = last
            words.removeLast()
        }
        self.zone = zone
        if words.count == 1, let known = Self.names[words[0].lowercased()] {
            self.expression = known
            return
        }
        var days: [Int]?
        if let first = words.first, first.first?.isLetter == true {
            guard let found = Self.weekdays(first) else { throw fail("'\(first)' is no list of weekdays") }
            days = found
            words.removeFirst()
        }
        var date = "*-*-*"
        var time = "00:00:00"
        for word in words {
            if word.contains(":") {
                time = word
            } else if word.contains("-") {
                date = word
            } else {
                throw fail("'\(word)' is neither a date nor a time")
            }
        }
        guard !date.contains("~") || date.hasSuffix("~1") || date.hasSuffix("~01") else {
            throw fail("days counted from the end of the month, but for the last one, can't be said here")
        }
        let isLastDay = date.contains("~")
        var fields = date.split(whereSeparator: { $0 == "-" || $0 == "~" }).map(String.init)
        if fields.count == 2 { fields.insert("*", at: 0) }
        guard fields.count == 3 else { throw fail("'\(date)' is no date") }
        guard fields[0] == "*" else { throw fail("a year can't be said here; make the task by hand, with not_after") }
        var clock = time.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        if clock.count == 2 { clock.append("00") }
        guard clock.count == 3 else { throw fail("'\(time)' is no time") }
        guard let month = Self.field(fields[1], 1...12), let hour = Self.field(clock[0], 0...23),
            let minute = Self.field(clock[1], 0...59), let second = Self.field(clock[2], 0...59)
        else { throw fail("'\(date) \(time)' has something that cron has no words for") }
        let day: String
        let weekday: String
        if isLastDay {
            guard days == nil else { throw fail(DayFields.refusal) }
            (day, weekday) = ("L", "*")
        } else {
            guard let numbers = Self.numbers(fields[2], 1...31) else { throw fail("'\(fields[2])' are no days") }
            guard let both = DayFields.both(days: numbers.count == 31 ? nil : numbers, weekdays: days) else {
                throw fail(DayFields.refusal)
            }
            (day, weekday) = both
        }
        let rest = "\(minute) \(hour) \(day) \(month) \(weekday)"
        self.expression = second == "0" ? rest : "\(second) \(rest)"
    }

    /// `Mon..Fri,Sun`.
    private static func weekdays(_ text: String) -> [Int]? {
        var result: [Int] = []
        for part in text.lowercased().split(separator: ",") {
            let ends = part.replacing("..", with: "-").split(separator: "-").map { word in
                self.weekdays.firstIndex { word.hasPrefix($0) }
            }
            guard ends.count <= 2, let first = ends.first ?? nil, let last = ends.last ?? nil else { return nil }
            var day = first
            result.append(day)
            while day != last {
                day = (day + 1) % 7
                result.append(day)
            }
        }
        return result.isEmpty ? nil : result
    }

    /// The numbers that a field stands for.
    private static func numbers(_ text: String, _ range: ClosedRange<Int>) -> [Int]? {
        var result: Set<Int> = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let pieces = part.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            guard pieces.count <= 2 else { return nil }
            var step = 1
            if pieces.count == 2 {
                guard let number = Int(pieces[1]), number > 0 else { return nil }
                step = number
            }
            let ends = pieces[0].replacing("..", with: "\u{0}").split(separator: "\u{0}").map(String.init)
            let bounds: ClosedRange<Int>
            if pieces[0] == "*" {
                bounds = range
            } else if ends.count == 2, let first = Int(ends[0]), let last = Int(ends[1]), first <= last {
                bounds = first...last
            } else if ends.count == 1, let first = Int(ends[0]) {
                bounds = first...(pieces.count == 2 ? max(first, range.upperBound) : first)
            } else {
                return nil
            }
            guard range.contains(bounds.lowerBound), range.contains(bounds.upperBound) else { return nil }
            result.formUnion(stride(from: bounds.lowerBound, through: bounds.upperBound, by: step))
        }
        return result.sorted()
    }

    private static func field(_ text: String, _ range: ClosedRange<Int>) -> String? {
        guard let numbers = self.numbers(text, range), !numbers.isEmpty else { return nil }
        return numbers.count == range.count ? "*" : DayFields.list(numbers)
    }
}
