// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A value as it was written: a number or a name.
struct CronValue: Hashable, Sendable {
    var number: Int
    /// Whether it was written `FRI` rather than `5`; only for printing.
    var isName = false

    func text(in field: CronField) -> String {
        guard self.isName else { return String(self.number) }
        return field == .month ? CronField.monthNames[self.number - 1] : CronField.weekdayNames[self.number % 7]
    }
}

/// One item of a field's list.
enum CronItem: Hashable, Sendable {
    /// `*` or `*/n`.
    case every(step: Int)
    /// `?`
    case unspecified
    /// `a`
    case value(CronValue)
    /// `a-b` or `a-b/n`.
    case range(CronValue, CronValue, step: Int)
    /// `a/n`, which is `a-max/n`.
    case from(CronValue, step: Int)
    /// `H`, `H(a-b)`, either with `/n`.
    case hashed(ClosedRange<Int>?, step: Int?)
    /// `L` or `L-n`.
    case lastDay(before: Int)
    /// `LW`
    case lastWorkday
    /// `nW`
    case nearestWorkday(Int)
    /// `nL` of the days of the week.
    case last(CronValue)
    /// `n#m` of the days of the week.
    case nth(CronValue, Int)

    /// The canonical text of the item.
    func text(in field: CronField) -> String {
        func stepped(_ step: Int?) -> String {
            guard let step, step != 1 else { return "" }
            return "/\(step)"
        }
        switch self {
        case .every(let step): return "*" + stepped(step)
        case .unspecified: return "?"
        case .value(let value): return value.text(in: field)
        case .range(let low, let high, let step):
            return low.text(in: field) + "-" + high.text(in: field) + stepped(step)
        case .from(let low, let step): return low.text(in: field) + "/\(step)"
        case .hashed(let range, let step):
            return "H" + (range.map { "(\($0.lowerBound)-\($0.upperBound))" } ?? "") + (step.map { "/\($0)" } ?? "")
        case .lastDay(let before): return before == 0 ? "L" : "L-\(before)"
        case .lastWorkday: return "LW"
        case .nearestWorkday(let day): return "\(day)W"
        case .last(let value): return value.text(in: field) + "L"
        case .nth(let value, let nth): return value.text(in: field) + "#\(nth)"
        }
    }

    var isHashed: Bool {
        if case .hashed = self { return true }
        return false
    }
}

/// The fields of one expression, each a list of items.
struct CronFields: Hashable, Sendable {
    /// 5, 6 or 7: how many were written.
    var count: Int
    var seconds: [CronItem] = [.value(CronValue(number: 0))]
    var minutes: [CronItem] = [.every(step: 1)]
    var hours: [CronItem] = [.every(step: 1)]
    var days: [CronItem] = [.every(step: 1)]
    var months: [CronItem] = [.every(step: 1)]
    var weekdays: [CronItem] = [.every(step: 1)]
    var years: [CronItem] = [.every(step: 1)]

    subscript(field: CronField) -> [CronItem] {
        get {
            switch field {
            case .second: self.seconds
            case .minute: self.minutes
            case .hour: self.hours
            case .dayOfMonth: self.days
            case .month: self.months
            case .dayOfWeek: self.weekdays
            case .year: self.years
            }
        }
        set {
            switch field {
            case .second: self.seconds = newValue
            case .minute: self.minutes = newValue
            case .hour: self.hours = newValue
            case .dayOfMonth: self.days = newValue
            case .month: self.months = newValue
            case .dayOfWeek: self.weekdays = newValue
            case .year: self.years = newValue
            }
        }
    }

    /// The fields that were written, in their order.
    var written: [CronField] { Self.order(count: self.count) }

    static func order(count: Int) -> [CronField] {
        switch count {
        case 5: [.minute, .hour, .dayOfMonth, .month, .dayOfWeek]
        case 6: [.second, .minute, .hour, .dayOfMonth, .month, .dayOfWeek]
        default: CronField.allCases
        }
    }

    /// Whether the field's text starts with `*`, which is what cron's two odd rules look at.
    func startsWithStar(_ field: CronField) -> Bool {
        if case .every = self[field].first { return true }
        return false
    }

    /// Whether day of month *and* day of week must match (Vixie's rule); otherwise one of them is enough.
    var needsBothDays: Bool {
        self.startsWithStar(.dayOfMonth) || self.startsWithStar(.dayOfWeek) || self.days == [.unspecified]
            || self.weekdays == [.unspecified]
    }

    /// Whether the schedule names times of the day, so that the rules for removed and repeated times apply.
    var isFixedTime: Bool {
        guard !self.startsWithStar(.minute), !self.startsWithStar(.hour) else { return false }
        guard self.count > 5 else { return true }
        guard self.seconds.count == 1 else { return false }
        switch self.seconds[0] {
        case .value, .hashed(_, nil): return true
        default: return false
        }
    }

    var isHashed: Bool { CronField.allCases.contains { self[$0].contains(where: \.isHashed) } }

    var text: String {
        self.written.map { field in self[field].map { $0.text(in: field) }.joined(separator: ",") }
            .joined(separator: " ")
    }
}
