// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Says in Chinese what the fields of an expression mean.
struct CronChinese {
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
        // "每 5 分钟一次" says "every day" by itself; "03:10" does not.
        if days == "每天", time.isPeriodic { return time.text }
        // Chinese type sets a blank between characters and digits.
        let blank = time.text.first?.isDigit == true || days.last?.isDigit == true ? " " : ""
        return days + (time.isPeriodic ? "，" : blank) + time.text
    }

    // MARK: Time of the day

    private var time: (text: String, isPeriodic: Bool) {
        if let times = self.fields.clockTimes { return (times.joined(separator: "、"), false) }
        if case .hashed(_, nil) = self.fields.minutes[0], case .hashed(_, nil) = self.fields.hours[0] {
            return ("某一固定时刻（由任务决定）", false)
        }
        let base = self.minutesAndHours
        if self.fields.listed(.second) == [0] { return base }
        if self.fields.isOpen(.minute), self.fields.isOpen(.hour) {
            if self.fields.isOpen(.second) { return ("每秒一次", true) }
            if let step = self.fields.step(.second) { return ("每 \(step) 秒一次", true) }
            return ("每分钟的\(self.positions(.second))", true)
        }
        if self.fields.isOpen(.second), self.fields.isOpen(.minute) {
            return (base.text.replacing("每分钟一次", with: "每秒一次"), base.isPeriodic)
        }
        if self.fields.isOpen(.second) { return ("\(base.text)，期间每秒一次", base.isPeriodic) }
        if let step = self.fields.step(.second) { return ("\(base.text)，期间每 \(step) 秒一次", base.isPeriodic) }
        return ("\(base.text)（\(self.positions(.second))）", base.isPeriodic)
    }

    private var minutesAndHours: (text: String, isPeriodic: Bool) {
        let every = self.everyMinutes
        let isOnTheHour = self.fields.listed(.minute) == [0]
        if self.fields.isOpen(.hour) {
            if let every { return ((every.hasPrefix("第") ? "每小时" : "") + every, true) }
            return (isOnTheHour ? "每小时整点" : "每小时的\(self.positions(.minute))", true)
        }
        if let step = self.fields.step(.hour) {
            if let every { return ("从 0 点起每 \(step) 小时中的第一个小时内，\(every)", true) }
            return (
                isOnTheHour ? "每 \(step) 小时一次（从 0 点起，整点）" : "每 \(step) 小时一次（从 0 点起，\(self.positions(.minute))）", true
            )
        }
        if let range = self.fields.range(.hour) {
            let from = CronFields.clock(range.lowerBound, 0)
            if let every { return ("\(from) 至 \(CronFields.clock(range.upperBound, 59)) \(every)", false) }
            let until = CronFields.clock(range.upperBound, 0)
            if isOnTheHour { return ("\(from) 至 \(until) 每小时整点", false) }
            return ("\(range.lowerBound) 点至 \(range.upperBound) 点每小时的\(self.positions(.minute))", false)
        }
        let hours = self.items(.hour) { "\($0) 点" }
        if let every { return ("\(hours)内\(every)", false) }
        return (isOnTheHour ? "\(hours)整点" : "\(hours)的\(self.positions(.minute))", false)
    }

    /// "每 5 分钟一次", when the minutes are a rhythm.
    private var everyMinutes: String? {
        if self.fields.isOpen(.minute) { return "每分钟一次" }
        guard self.fields.minutes.count == 1 else { return nil }
        switch self.fields.minutes[0] {
        case .every(let step): return "每 \(step) 分钟一次"
        case .hashed(_, let step?): return "每 \(step) 分钟一次（起点由任务决定）"
        case .from(let low, let step): return "第 \(low.number) 分起每 \(step) 分钟一次"
        case .range(let low, let high, let step) where step > 1:
            return "第 \(low.number) 至 \(high.number) 分内每 \(step) 分钟一次"
        default: return nil
        }
    }

    /// Such as "第 5、10 至 20 分".
    private func positions(_ field: CronField) -> String {
        // Which one it is, only the job can tell.
        if case .hashed(_, nil) = self.fields[field][0] { return "某一\(field == .second ? "秒" : "分")（由任务决定）" }
        return "第 " + self.items(field) { "\($0)" } + (field == .second ? " 秒" : " 分")
    }

    /// The items of a field, each value in its own words.
    private func items(_ field: CronField, _ say: (Int) -> String) -> String {
        let unit =
            switch field {
            case .second: "秒"
            case .minute: "分钟"
            case .hour: "小时"
            case .dayOfMonth: "天"
            case .month: "个月"
            default: ""
            }
        return self.fields[field].map { item in
            switch item {
            case .every(1), .unspecified: "每\(unit)"
            case .every(let step): "\(say(field.range.lowerBound))起每 \(step) \(unit)"
            case .value(let value): say(value.number)
            case .range(let low, let high, 1): "\(say(low.number))至\(say(high.number))".spaced
            case .range(let low, let high, let step): "\(say(low.number))至\(say(high.number))每 \(step) \(unit)".spaced
            case .from(let low, let step): "\(say(low.number))起每 \(step) \(unit)".spaced
            case .hashed(_, nil): "某一\(field == .hour ? "小时" : field == .month ? "个月" : "天")（由任务决定）"
            case .hashed(_, let step?): "每 \(step) \(unit)（起点由任务决定）"
            case .lastDay(0): "最后一天"
            case .lastDay(let before): "倒数第 \(before + 1) 天"
            case .lastWorkday: "最后一个工作日"
            case .nearestWorkday(let day): "最接近 \(day) 日的工作日"
            case .last(let value): "最后一个\(say(value.number))"
            case .nth(let value, let nth): "第\(Self.ordinals[nth - 1])个\(say(value.number))"
            }
        }.joined(separator: "、")
    }

    // MARK: Days

    private static let ordinals = ["一", "二", "三", "四", "五"]
    private static let weekdays = ["周日", "周一", "周二", "周三", "周四", "周五", "周六"]

    private var days: String {
        let isAnyDay = self.fields.isOpen(.dayOfMonth)
        let isAnyWeekday = self.fields.isOpen(.dayOfWeek)
        let months = self.fields.isOpen(.month) ? nil : self.months
        let year = self.fields.isOpen(.year) ? nil : self.items(.year) { "\($0) 年" }
        let dates = self.dates
        let weekdays = self.items(.dayOfWeek) { Self.weekdays[$0 % 7] }
        // "第二个周一" is of a month, "周一" of every week.
        let isOfMonth = self.fields.weekdays.allSatisfy { item in
            switch item {
            case .last, .nth: true
            default: false
            }
        }
        let each = isOfMonth ? (months == nil ? "每月" : "的") : "每"
        let span = (year ?? (months == nil ? "" : "每年 ")) + (months.map { (year == nil ? "" : " ") + $0 } ?? "")
        // A year alone leaves the months open: "2027 年每月 1 日".
        let dateSpan = span + (months == nil ? "每月" : "")
        switch (isAnyDay, isAnyWeekday) {
        case (true, true): return span.isEmpty ? "每天" : "\(span)每天"
        case (false, true): return "\(dateSpan) \(dates)".tight
        case (true, false): return span.isEmpty ? each + weekdays : span + (isOfMonth ? each : "的每") + weekdays
        case (false, false):
            let date = "\(dateSpan) \(dates)".tight
            if self.needsBothDays { return "\(date)中恰逢\(weekdays)的日子" }
            return "\(date)或" + (isOfMonth ? "每月" : "每") + weekdays
        }
    }

    private var dates: String {
        if let step = self.fields.step(.dayOfMonth) { return "1 日起每 \(step) 天" }
        return self.items(.dayOfMonth) { "\($0) 日" }
    }

    private var months: String {
        if self.fields.step(.month) != nil, let months = self.fields.few(.month, atMost: 6) {
            return months.map(String.init).joined(separator: "、") + " 月"
        }
        return self.items(.month) { "\($0) 月" }
    }

    static func duration(_ milliseconds: Int64) -> String {
        let units: [(Int64, String)] = [
            (86_400_000, "天"), (3_600_000, "小时"), (60_000, "分钟"), (1000, "秒"), (1, "毫秒"),
        ]
        var rest = milliseconds
        var parts: [String] = []
        for (unit, name) in units where rest >= unit {
            parts.append("\(rest / unit) \(name)")
            rest %= unit
        }
        return parts.joined(separator: " ")
    }
}

extension Character {
    /// Whether it is an ASCII digit: to Unicode 一 is a number too.
    fileprivate var isDigit: Bool { self.isASCII && self.isNumber }
}

extension String {
    /// A blank where a digit meets 至 or 起.
    fileprivate var spaced: String {
        var result = ""
        for character in self {
            if "至起每".contains(character), result.last?.isDigit == true { result += " " }
            if character.isDigit, result.last == "至" { result += " " }
            result.append(character)
        }
        return result
    }

    /// No blank between "每月" and a word.
    fileprivate var tight: String {
        var result = ""
        for character in self {
            if !character.isDigit, result.last == " ", result.dropLast().last?.isDigit == false {
                result.removeLast()
            }
            result.append(character)
        }
        return result
    }
}
