// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ChineseFaults {
    /// Of calendars.
    static let calendars = #"""
        en '{line}' is no line of an iCalendar file (NAME:value)
        zh “{line}”不是 iCalendar 文件的一行（NAME:value）
        en an iCalendar file begins with BEGIN:VCALENDAR
        zh iCalendar 文件以 BEGIN:VCALENDAR 开头
        en this event has no END:VEVENT; the file is cut off
        zh 这个事件没有 END:VEVENT；文件不完整
        en END:VEVENT without its BEGIN
        zh END:VEVENT 没有对应的 BEGIN
        en a calendar has at most {entryLimit} entries
        zh 一个日历最多 {entryLimit} 条
        en an event has one RRULE
        zh 一个事件只有一个 RRULE
        en DURATION is not understood; write DTEND instead
        zh 不支持 DURATION；请改写 DTEND
        en {name} is not understood; write such days as events of their own
        zh 不支持 {name}；请把这些日子各写成一个事件
        en this event has no DTSTART
        zh 这个事件没有 DTSTART
        en DTEND is no date on or after DTSTART
        zh DTEND 不是 DTSTART 当天或之后的日期
        en an event has at most {longestDays} days
        zh 一个事件最多 {longestDays} 天
        en RRULE is understood for whole days only
        zh RRULE 只支持全天事件
        en DTEND is not after DTSTART
        zh DTEND 不晚于 DTSTART
        en an event with a time of the day needs a DTEND with one
        zh 有时刻的事件，DTEND 也要有时刻
        en what comes every year has at most 365 days
        zh 每年重复的最多 365 天
        en COUNT is 1 to 200
        zh COUNT 为 1 到 200
        en UNTIL is no date on or after DTSTART
        zh UNTIL 不是 DTSTART 当天或之后的日期
        en '{part}' of RRULE is not understood; whole days may come every year on their date (FREQ=YEARLY, with COUNT or UNTIL), other days are events of their own
        zh 不支持 RRULE 的“{part}”；全天事件可以每年同一天重复（FREQ=YEARLY，带 COUNT 或 UNTIL），别的日子请各写成一个事件
        en RRULE has no FREQ=YEARLY
        zh RRULE 没有 FREQ=YEARLY
        en '{value}' is no date or time from 1970 to 2199
        zh “{value}”不是 1970 到 2199 年之间的日期或时间
        en {name} has a time without a zone; write TZID=…, or a time in UTC with Z
        zh {name} 的时间没有时区；请写 TZID=…，或以 Z 结尾的 UTC 时间
        en the zone '{name}' is not known here
        zh 这里不认识时区“{name}”
        en a description has at most 512 characters
        zh 说明最多 512 个字符
        en The calendar cannot be saved
        zh 日历不能保存
        en an iCalendar file has at most {size} KiB
        zh iCalendar 文件最多 {size} KiB
        en line {line}: {fault}
        zh 第 {line} 行：{fault}
        en a name has 1 to {nameLength} characters, and no control characters
        zh 名称为 1 到 {nameLength} 个字符，不能有控制字符
        en '{from}'{until} is no span: write dates such as 2026-10-01 to 2026-10-07 (at most {longestDays} days, 365 of what comes every year), or two times with their zone such as 2026-10-01T22:00:00Z
        zh “{from}”{until}不是一段时间：请写 2026-10-01 到 2026-10-07 这样的日期（最多 {longestDays} 天，每年重复的最多 365 天），或两个带时区的时间，如 2026-10-01T22:00:00Z
        en  to '{until}'
        zh 到“{until}”
        en give 'entries' or 'icalendar', not both
        zh 请写“entries”或“icalendar”，不能两者都写
        """#
}
