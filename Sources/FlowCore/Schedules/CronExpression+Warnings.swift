// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension CronExpression {
    /// What may be wrong with an expression that is right by the grammar.
    ///
    /// - Returns: no hints for macros, `@every` and `@reboot`, which say what they mean.
    package func warnings() -> [CronWarning] {
        guard self.macro == nil, let fields = self.fields else { return [] }
        let warnings = [
            Self.hours(fields), Self.minutes(fields), Self.seconds(fields), Self.either(fields), Self.both(fields),
            Self.uneven(fields, .minute), Self.uneven(fields, .hour), Self.uneven(fields, .second),
            Self.shortMonths(fields), Self.weekdayNumbers(fields),
        ].compactMap { $0 }
        return warnings + fields.written.compactMap { Self.idleStep(fields, $0) }
    }

    /// `*/90` minutes is minute 0 of every hour; with the equivalent where there is one.
    private static func idleStep(_ fields: CronFields, _ field: CronField) -> CronWarning? {
        guard let item = fields[field].first(where: { $0.onlyValue(in: field) != nil }),
            let value = item.onlyValue(in: field)
        else { return nil }
        let isDay = field == .dayOfMonth || field == .dayOfWeek
        var plain = fields.withoutIdleSteps
        var equivalent: String? = plain.text
        if let nth = fields.nthWeekdayText, isDay {
            plain.days = [.every(step: 1)]
            equivalent = plain.text.split(separator: " ").map(String.init).enumerated()
                .map { fields.written[$0.offset] == .dayOfWeek ? nth : $0.element }.joined(separator: " ")
        } else if plain.needsBothDays != fields.needsBothDays {
            // Without the star one of the two days would be enough.
            equivalent = nil
        }
        let text = item.text(in: field)
        let zh = equivalent.map { "；等同于 \($0)" } ?? ""
        let en = equivalent.map { "; the same is \($0)" } ?? ""
        return CronWarning(
            code: .idleStep,
            zh: "步长超出字段范围：\(text) 只表示\(Self.chinese(field))的 \(value) 这一个值" + zh,
            en: "The step is beyond the field: \(text) is only \(value) of \(field.label)" + en
        )
    }

    private static func chinese(_ field: CronField) -> String {
        switch field {
        case .second: "秒"
        case .minute: "分"
        case .hour: "时"
        case .dayOfMonth: "日"
        case .month: "月"
        case .dayOfWeek: "周"
        case .year: "年"
        }
    }

    /// `0 */5 * * *` reads like "every 5 minutes" to those who know the six-field form (C-07).
    private static func hours(_ fields: CronFields) -> CronWarning? {
        guard fields.count == 5, case .every(let step)? = fields.hours.first, fields.hours.count == 1,
            (2...23).contains(step),
            case .value(let minute)? = fields.minutes.first, fields.minutes.count == 1, minute.number == 0
        else { return nil }
        let rest =
            fields[.dayOfMonth].map { $0.text(in: .dayOfMonth) }.joined(separator: ",")
            + " " + fields[.month].map { $0.text(in: .month) }.joined(separator: ",")
            + " " + fields[.dayOfWeek].map { $0.text(in: .dayOfWeek) }.joined(separator: ",")
        return CronWarning(
            code: .hoursNotMinutes,
            zh: "每 \(step) 小时一次；每 \(step) 分钟请写 */\(step) * \(rest)",
            en: "Runs every \(step) hours; for every \(step) minutes write */\(step) * \(rest)"
        )
    }

    private static func minutes(_ fields: CronFields) -> CronWarning? {
        guard fields.minutes == [.every(step: 1)], !fields.startsWithStar(.hour) else { return nil }
        let hours = fields.hours.map { $0.text(in: .hour) }.joined(separator: ",")
        return CronWarning(
            code: .everyMinuteOfHour,
            zh: "所选小时内每分钟运行一次（每小时 60 次）；若每小时只要一次，请把分钟写成 0（分 0，时 \(hours)）",
            en: "Runs 60 times in each of these hours; for once an hour write 0 as the minute (minute 0, hour \(hours))"
        )
    }

    private static func seconds(_ fields: CronFields) -> CronWarning? {
        guard fields.count > 5, fields.seconds == [.every(step: 1)], !fields.startsWithStar(.minute) else { return nil }
        return CronWarning(
            code: .everySecondOfMinute,
            zh: "所选分钟内每秒运行一次（每分钟 60 次）；若只要一次，请把秒写成 0",
            en: "Runs 60 times in each of these minutes; for once a minute write 0 as the second"
        )
    }

    private static func either(_ fields: CronFields) -> CronWarning? {
        guard !fields.needsBothDays else { return nil }
        return CronWarning(
            code: .eitherDay,
            zh: "“日”与“周”都有限制：满足其中一个即运行（或的关系），不是两个都满足",
            en:
                "Day of month and day of week are both restricted: it runs when either one matches, not only when both do"
        )
    }

    private static func both(_ fields: CronFields) -> CronWarning? {
        func restricts(_ field: CronField) -> Bool {
            fields[field] != [.every(step: 1)] && fields[field] != [.unspecified]
        }
        guard fields.needsBothDays, restricts(.dayOfMonth), restricts(.dayOfWeek) else { return nil }
        return CronWarning(
            code: .bothDays,
            zh: "“日”或“周”以 * 开头：两个字段都满足的日子才运行（与的关系，同 Debian cron）",
            en: "One of the day fields starts with *: it runs only on days that match both (as in Debian's cron)"
        )
    }

    /// `*/7` minutes: 0, 7, … 56, and then 4 minutes later 0 again.
    private static func uneven(_ fields: CronFields, _ field: CronField) -> CronWarning? {
        guard fields[field].count == 1, case .every(let step) = fields[field][0], step > 1 else { return nil }
        let size = field.range.count
        guard size % step != 0, step < size else { return nil }
        let last = (size - 1) / step * step
        let units =
            switch field {
            case .second: (zh: "秒", en: "seconds", over: "每分钟")
            case .minute: (zh: "分钟", en: "minutes", over: "每小时")
            default: (zh: "小时", en: "hours", over: "每天")
            }
        let gap = size - last
        return CronWarning(
            code: .unevenStep,
            zh: "\(step) 不能整除 \(size)：\(units.over)从 0 重新开始，最后一次（\(last)）与下一次只隔 \(gap) \(units.zh)；"
                + "要严格等间隔请用 @every",
            en: "\(step) does not divide \(size): it starts over at 0, so the run at \(last) is followed by one "
                + "\(gap) \(gap == 1 ? String(units.en.dropLast()) : units.en) later; use @every for equal intervals"
        )
    }

    private static func shortMonths(_ fields: CronFields) -> CronWarning? {
        // When a weekday alone is enough, or the last day is asked for too, no month goes without.
        guard fields.needsBothDays, !fields.startsWithStar(.dayOfMonth), fields.days != [.unspecified] else {
            return nil
        }
        var first = Int.max
        for item in fields.days {
            switch item {
            case .lastDay, .lastWorkday, .nearestWorkday: return nil
            case .hashed(let range?, _): first = min(first, range.lowerBound)
            case .hashed(nil, _): return nil
            default: first = min(first, CronMasks.values(item, .dayOfMonth, nil).min() ?? Int.max)
            }
        }
        guard (29...31).contains(first) else { return nil }
        let months = Set(fields.months.flatMap { CronMasks.values($0, .month, nil) })
        if first == 29, months == [2] {
            return CronWarning(
                code: .leapYearsOnly,
                zh: "只在闰年的 2 月 29 日运行",
                en: "Runs on 29 February of leap years only"
            )
        }
        let short = months.contains { CivilDate.daysInMonth(year: 2025, month: $0) < first }
        guard short else { return nil }
        return CronWarning(
            code: .shortMonths,
            zh: "没有 \(first) 日的月份不会运行；每月最后一天请用 L",
            en: "Months without a day \(first) are left out; write L for the last day of every month"
        )
    }

    /// Those who come from Quartz count Sunday as 1, and they write six or seven fields.
    private static func weekdayNumbers(_ fields: CronFields) -> CronWarning? {
        guard fields.count > 5 else { return nil }
        func isNumber(_ item: CronItem) -> Bool {
            switch item {
            case .value(let value), .from(let value, _), .last(let value), .nth(let value, _): !value.isName
            case .range(let low, let high, _): !low.isName || !high.isName
            default: false
            }
        }
        guard fields.weekdays.contains(where: isNumber) else { return nil }
        return CronWarning(
            code: .weekdayNumbers,
            zh: "这里 0 和 7 是周日、1 是周一（Quartz 中 1 是周日）；写 MON、TUE 等名称可避免误解",
            en: "Here 0 and 7 are Sunday and 1 is Monday (Quartz counts Sunday as 1); names such as MON avoid the doubt"
        )
    }
}
