// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The seven fields of a cron expression, in the order in which the seven-field form writes them.
package enum CronField: String, Codable, Sendable, CaseIterable {
    case second
    case minute
    case hour
    case dayOfMonth = "day_of_month"
    case month
    case dayOfWeek = "day_of_week"
    case year

    /// The values the grammar admits; 7 is Sunday just as 0 is.
    package var range: ClosedRange<Int> {
        switch self {
        case .second, .minute: 0...59
        case .hour: 0...23
        case .dayOfMonth: 1...31
        case .month: 1...12
        case .dayOfWeek: 0...7
        case .year: 1970...2199
        }
    }

    /// The largest step of an `H`: the count of values in ``range``.
    var maximalStep: Int { self.range.count }

    /// The values an `H` without a range is drawn from.
    ///
    /// Days stop at 28, so that a job which asks for "some day of the month" runs in every month.
    var hashedRange: ClosedRange<Int> {
        switch self {
        case .dayOfMonth: 1...28
        case .dayOfWeek: 0...6
        default: self.range
        }
    }

    /// Whether a range may run over the end of the field, as `FRI-MON` and `NOV-FEB` do.
    var wraps: Bool { self == .month || self == .dayOfWeek }

    /// How error messages call the field.
    package var label: String {
        switch self {
        case .dayOfMonth: "day of month"
        case .dayOfWeek: "day of week"
        default: self.rawValue
        }
    }

    static let monthNames = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]
    static let weekdayNames = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]

    /// The value of a three-letter name in upper case; nil when the field has no such name.
    func value(ofName name: String) -> Int? {
        switch self {
        case .month: Self.monthNames.firstIndex(of: name).map { $0 + 1 }
        case .dayOfWeek: Self.weekdayNames.firstIndex(of: name)
        default: nil
        }
    }
}
