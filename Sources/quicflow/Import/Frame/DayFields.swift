// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Day of month and day of week where both have to match, as most schedulers mean it; cron runs when one of the two does.
enum DayFields {
    /// - Parameters:
    ///   - days: of the month; nil = every day.
    ///   - weekdays: 0 = Sunday; nil = every day.
    /// - Returns: the two fields; nil where cron has no words for it.
    static func both(days: [Int]?, weekdays: [Int]?) -> (day: String, weekday: String)? {
        let days = days.map { Set($0).sorted() }
        let weekdays = weekdays.map { Set($0.map { $0 % 7 }).sorted() }
        switch (days, weekdays) {
        case (nil, nil): return ("*", "*")
        case (let days?, nil): return (Self.list(days), "*")
        case (nil, let weekdays?): return ("*", Self.list(weekdays))
        case (let days?, let weekdays?):
            if weekdays.count == 7 { return (Self.list(days), "*") }
            // The n-th one of a weekday is what a week of days stands for.
            for n in 1...4 where days == Array((n * 7 - 6)...(n * 7)) {
                return ("*", weekdays.map { "\($0)#\(n)" }.joined(separator: ","))
            }
            return nil
        }
    }

    static let refusal: Wording =
        "it wants a day of the month and a weekday at once, where cron takes either; check the day in the command, or write it as "
        + "the n-th weekday (MON#1)"

    /// Numbers with ranges where there are some in a row.
    static func list(_ numbers: [Int]) -> String {
        var parts: [String] = []
        var rest = Set(numbers).sorted()[...]
        while let first = rest.first {
            var last = first
            while let next = rest.first, next == last || next == last + 1 {
                last = next
                rest = rest.dropFirst()
            }
            parts.append(last - first >= 2 ? "\(first)-\(last)" : first == last ? "\(first)" : "\(first),\(last)")
        }
        return parts.joined(separator: ",")
    }
}
