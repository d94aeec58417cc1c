// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@Suite("Explanations and hints (semantics 8, C-07)")
struct CronDescriptionTests {
    @Test(
        "An expression is explained in both languages",
        arguments: [
            ("10 3 * * *", "每天 03:10", "At 03:10 every day"),
            ("* * * * *", "每分钟一次", "Every minute"),
            ("*/5 * * * *", "每 5 分钟一次", "Every 5 minutes"),
            ("0 * * * *", "每小时整点", "Every hour, on the hour"),
            ("30 * * * *", "每小时的第 30 分", "At 30 minutes past every hour"),
            ("0,30 * * * *", "每小时的第 0、30 分", "At 0 and 30 minutes past every hour"),
            ("1-59/2 * * * *", "每小时第 1 至 59 分内每 2 分钟一次", "Every 2 minutes from minute 1 to 59 of every hour"),
            ("0 */5 * * *", "每 5 小时一次（从 0 点起，整点）", "Every 5 hours from midnight, on the hour"),
            ("15 */5 * * *", "每 5 小时一次（从 0 点起，第 15 分）", "Every 5 hours from midnight, at 15 minutes past"),
            ("0,30 9 * * 1", "每周一 09:00、09:30", "At 09:00 and 09:30 on Mondays"),
            (
                "0 9-17 * * 1-5", "每周一至周五 09:00 至 17:00 每小时整点",
                "Every hour on the hour from 09:00 to 17:00, Monday to Friday"
            ),
            (
                "*/10 9-17 * * MON-FRI", "每周一至周五 09:00 至 17:59 每 10 分钟一次",
                "Every 10 minutes from 09:00 to 17:59, Monday to Friday"
            ),
            ("0 0 1 * *", "每月 1 日 00:00", "At 00:00 on day 1 of every month"),
            ("0 0 1,15 * *", "每月 1 日、15 日 00:00", "At 00:00 on days 1 and 15 of every month"),
            ("0 0 1 1 *", "每年 1 月 1 日 00:00", "At 00:00 on 1 January"),
            ("0 0 L * *", "每月最后一天 00:00", "At 00:00 on the last day of every month"),
            ("0 0 L-2 * *", "每月倒数第 3 天 00:00", "At 00:00 on the 3rd to last day of every month"),
            ("0 0 LW * *", "每月最后一个工作日 00:00", "At 00:00 on the last working day of every month"),
            ("0 0 15W * *", "每月最接近 15 日的工作日 00:00", "At 00:00 on the working day nearest to day 15 of every month"),
            ("0 18 * * 5L", "每月最后一个周五 18:00", "At 18:00 on the last Friday of every month"),
            ("0 18 * * 1#2", "每月第二个周一 18:00", "At 18:00 on the second Monday of every month"),
            ("0 0 * * 6,0", "每周六、周日 00:00", "At 00:00 on Saturdays and Sundays"),
            ("0 0 13 * 5", "每月 13 日或每周五 00:00", "At 00:00 on day 13 of every month or on Fridays"),
            (
                "0 0 */2 * 1", "每月 1 日起每 2 天中恰逢周一的日子 00:00",
                "At 00:00 every 2 days from day 1 of every month, if it is Monday"
            ),
            ("0 3 * JAN *", "每年 1 月每天 03:00", "At 03:00 every day in January"),
            (
                "0 22 * 3-5,9 FRI-MON", "每年 3 月至 5 月、9 月的每周五至周一 22:00",
                "At 22:00 Friday to Monday in March to May and September"
            ),
            ("* 3 * * *", "每天 3 点内每分钟一次", "Every minute in the hours of 03:00"),
            ("0 0 3 * * *", "每天 03:00", "At 03:00 every day"),
            ("15 0 3 * * *", "每天 03:00:15", "At 03:00:15 every day"),
            ("* * * * * *", "每秒一次", "Every second"),
            ("*/10 * * * * *", "每 10 秒一次", "Every 10 seconds"),
            ("0 */5 * * * *", "每 5 分钟一次", "Every 5 minutes"),
            ("30 */5 * * * *", "每 5 分钟一次（第 30 秒）", "Every 5 minutes, at second 30"),
            ("* * 3 * * *", "每天 3 点内每秒一次", "Every second in the hours of 03:00"),
            ("0 0 12 1 1 ? 2027", "2027 年 1 月 1 日 12:00", "At 12:00 on 1 January in 2027"),
            ("H H * * *", "每天某一固定时刻（由任务决定）", "At a time chosen per job every day"),
            ("H/15 * * * *", "每 15 分钟一次（起点由任务决定）", "Every 15 minutes, the first chosen per job"),
            ("@daily", "每天 00:00", "At 00:00 every day"),
            ("@hourly", "每小时整点", "Every hour, on the hour"),
            ("@every 1h30m", "每 1 小时 30 分钟一次，从任务创建时算起", "Every 1 hour and 30 minutes, counted from the job's creation"),
            ("@every 1h", "每 1 小时一次，从任务创建时算起", "Every hour, counted from the job's creation"),
            ("@reboot", "主机每次启动后运行一次", "Once after each boot of the host"),
            (
                "CRON_TZ=Asia/Shanghai 0 8 * * *", "每天 08:00（Asia/Shanghai 时间）",
                "At 08:00 every day (Asia/Shanghai time)"
            ),
        ]
    )
    func describe(text: String, zh: String, en: String) throws {
        let expression = try CronExpression(parsing: text)
        #expect(expression.describe(.zh) == zh)
        #expect(expression.describe(.en) == en)
    }

    @Test(
        "Common mistakes are hinted at, and nothing else",
        arguments: [
            ("10 3 * * *", []), ("*/5 * * * *", []), ("@daily", []), ("@every 5m", []), ("0 0 * * 1-5", []),
            ("0 0 L * *", []),
            ("0 */5 * * *", [.hoursNotMinutes, .unevenStep]), ("0 */6 * * *", [.hoursNotMinutes]),
            ("0 0 */6 * * *", []),
            ("* 3 * * *", [.everyMinuteOfHour]), ("* * 3 * * *", [.everyMinuteOfHour]),
            ("* 0 3 * * *", [.everySecondOfMinute]),
            ("0 0 13 * 5", [.eitherDay]), ("0 0 */2 * 1", [.bothDays]), ("0 0 1-7 * */7", [.bothDays, .idleStep]),
            ("*/7 * * * *", [.unevenStep]), ("*/25 * * * * *", [.unevenStep]), ("0 0 31 * *", [.shortMonths]),
            ("0 0 29 * *", [.shortMonths]), ("0 0 31 1,3 *", []), ("0 0 31,L * *", []),
            ("0 0 29 2 *", [.leapYearsOnly]),
            ("0 0 0 ? * 1", [.weekdayNumbers]), ("0 0 0 ? * MON", []),
        ] as [(String, [CronWarning.Code])]
    )
    func warnings(text: String, codes: [CronWarning.Code]) throws {
        let warnings = try CronExpression(parsing: text).warnings()
        #expect(warnings.map(\.code) == codes)
        #expect(warnings.allSatisfy { !$0.zh.isEmpty && !$0.en.isEmpty })
    }

    @Test(
        "A step beyond its field leaves one value, and the equivalent is named",
        arguments: [
            ("0 9 */100,1-7 * MON", "* * MON#1", "At 09:00 on days 1 to 7 of every month, if it is Monday"),
            ("0 0 8-14 * */7", "* * SUN#2", "At 00:00 on days 8 to 14 of every month, if it is Sunday"),
            ("*/60 * * * *", "0 * * * *", "Every hour, on the hour"),
            ("*/90 * * * *", "0 * * * *", "Every hour, on the hour"),
            ("0 */24 * * *", "0 0 * * *", "At 00:00 every day"), ("0 */36 * * *", "0 0 * * *", "At 00:00 every day"),
            ("30 4 */32 * *", "30 4 1 * *", "At 04:30 on day 1 of every month"),
            ("0 0 1 */13 *", "0 0 1 1 *", "At 00:00 on 1 January"),
            ("5/90 * * * *", "5 * * * *", "At 5 minutes past every hour"),
            ("10-15/30 * * * *", "10 * * * *", "At 10 minutes past every hour"),
        ]
    )
    func idleSteps(text: String, equivalent: String, words: String) throws {
        let expression = try CronExpression(parsing: text)
        let warning = try #require(expression.warnings().first { $0.code == .idleStep })
        #expect(warning.en.hasSuffix(equivalent) && warning.zh.hasSuffix(equivalent), "\(warning.en)")
        #expect(expression.describe(.en) == words)
        #expect(expression.canonical == text)
    }

    @Test("A step beyond a day field has no equivalent where cron asks for both days")
    func idleStepOfBothDays() throws {
        let warning = try #require(
            try CronExpression(parsing: "0 0 */40 * MON,TUE").warnings().first { $0.code == .idleStep }
        )
        #expect(warning.en == "The step is beyond the field: */40 is only 1 of day of month")
    }

    @Test("The hint for hours meant as minutes is the one the console shows (C-07)")
    func hours() throws {
        let warning = try #require(try CronExpression(parsing: "0 */5 * * *").warnings().first)
        #expect(warning.zh == "每 5 小时一次；每 5 分钟请写 */5 * * * *")
        #expect(warning.en == "Runs every 5 hours; for every 5 minutes write */5 * * * *")
    }
}
