// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ScheduleError {
    /// What is wrong, in a language of people.
    ///
    /// English names the very value; Chinese names the kind of fault, the field and what it takes, and leaves the place to
    /// the position.
    package func text(_ language: DescriptionLanguage) -> String {
        guard language == .zh else { return self.message }
        let field = self.field.map { "“\(Self.name(of: $0))”字段" } ?? "表达式"
        let range = self.field.map { "\($0.range.lowerBound)–\($0.range.upperBound)" } ?? ""
        return switch self.code {
        case .empty: "没有时间表；例如每天 03:10 请写 10 3 * * *"
        case .tooLong: "表达式过长；最多 \(CronParser.maximalLength) 字节"
        case .notASCII: "表达式中有非 ASCII 字符；全角的数字、逗号和星号要换成半角，且不能换行"
        case .syntax: "\(field)的写法不对"
        case .fieldCount: "字段数不对；请写 5 个（分 时 日 月 周）、6 个（秒在最前）或 7 个（秒在最前、年在最后）"
        case .range: "\(field)的值超出范围" + (range.isEmpty ? "" : "，应为 \(range)")
        case .step: "\(field)的步长不对；应为正整数"
        case .unknownName: "\(field)中有不认识的名称；月份可写 JAN–DEC，星期可写 SUN–SAT"
        case .unknownMacro: "不认识的宏；可用 @yearly、@monthly、@weekly、@daily、@hourly、@every 和 @reboot"
        case .tooManyItems: "\(field)的列表项过多；最多 \(CronParser.maximalItems) 项，请用范围和步长"
        case .duration: "时长的写法不对；例如 @every 1h30m"
        case .needsAnchor: "@every 需要一个起点"
        case .unsatisfiable: "到 2199 年底都没有符合的日期；请检查日、月、年"
        case .unknownZone: "不认识的时区；例如 Asia/Shanghai、UTC 或 +08:00"
        }
    }

    private static func name(of field: CronField) -> String {
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
}
