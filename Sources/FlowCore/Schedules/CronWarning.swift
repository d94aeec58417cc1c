// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The languages that schedules are explained in.
package enum DescriptionLanguage: String, Codable, Sendable, CaseIterable {
    case zh
    case en
}

/// A hint that an expression may not mean what its author had in mind.
package struct CronWarning: Hashable, Sendable, Codable {
    /// The kinds of hint; a bounded set.
    package enum Code: String, Codable, Sendable, CaseIterable {
        /// `0 */5 * * *`: hours where minutes were probably meant.
        case hoursNotMinutes = "hours_not_minutes"
        /// `* 3 * * *`: every minute of an hour where once was probably meant.
        case everyMinuteOfHour = "every_minute_of_hour"
        /// `* 0 3 * * *`: every second of a minute.
        case everySecondOfMinute = "every_second_of_minute"
        /// Day of month *or* day of week.
        case eitherDay = "either_day"
        /// `*/2` in one day field and a restriction in the other: both must match.
        case bothDays = "both_days"
        /// A step that does not divide its field evenly.
        case unevenStep = "uneven_step"
        /// A step beyond its field, which leaves one value: `*/90` minutes.
        case idleStep = "idle_step"
        /// Days that short months do not have.
        case shortMonths = "short_months"
        /// Only in leap years.
        case leapYearsOnly = "leap_years_only"
        /// Numbers of weekdays in the six- and seven-field forms.
        case weekdayNumbers = "weekday_numbers"
    }

    package var code: Code
    package var zh: String
    package var en: String

    package func text(_ language: DescriptionLanguage) -> String { language == .zh ? self.zh : self.en }
}
