// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// A schedule in words, in both languages of the console.
package struct ScheduleText: Hashable, Sendable {
    package let zh: String
    package let en: String

    package init(zh: String, en: String) {
        self.zh = zh
        self.en = en
    }

    /// When a job runs: by its schedule, after other jobs, or both.
    package init(_ definition: JobDefinition) {
        let schedule = ScheduleText(definition.schedule)
        guard let count = definition.dependencies?.edges.count, count > 0 else {
            self = schedule
            return
        }
        let isAny = definition.dependencies?.join == .any
        let zh = count == 1 ? "另一任务结束后" : "另外 \(count) 个任务\(isAny ? "中任一" : "")结束后"
        let en = count == 1 ? "after another task" : "after \(isAny ? "any of " : "")\(count) other tasks"
        if definition.schedule == .manual {
            self.init(zh: zh, en: en)
        } else {
            self.init(zh: "\(schedule.zh)，以及\(zh)", en: "\(schedule.en), and \(en)")
        }
    }

    package init(_ spec: ScheduleSpec) {
        switch spec {
        case .cron(let text, _, _):
            // Stored text was parsed once; if a later version refuses it, its own spelling is the best there is.
            guard let expression = try? CronExpression(parsing: text) else {
                self.init(zh: text, en: text)
                return
            }
            self.init(expression)
        case .every(let milliseconds, _):
            let (zh, en) = Self.duration(milliseconds)
            self.init(zh: "每 \(zh)", en: "every \(en)")
        case .delay(let milliseconds):
            let (zh, en) = Self.duration(milliseconds)
            self.init(zh: "上次执行结束后 \(zh)", en: "\(en) after the end of the run before")
        case .once(let instant):
            self.init(zh: "仅一次：\(instant)", en: "once at \(instant)")
        case .manual:
            self.init(zh: "仅手动触发", en: "only when triggered")
        case .limited(let base, let limits):
            let text = ScheduleText(base)
            self.init(zh: text.zh + limits.words.zh, en: text.en + limits.words.en)
        }
    }

    package init(_ expression: CronExpression) {
        self.init(zh: expression.describe(.zh), en: expression.describe(.en))
    }

    private static func duration(_ milliseconds: Int64) -> (String, String) {
        let units: [(Int64, String, String)] = [
            (86_400_000, "天", "day"), (3_600_000, "小时", "hour"), (60_000, "分钟", "minute"), (1000, "秒", "second"),
            (1, "毫秒", "millisecond"),
        ]
        var rest = milliseconds
        var zh: [String] = []
        var en: [String] = []
        for (size, chinese, english) in units where rest >= size {
            let count = rest / size
            rest %= size
            zh.append("\(count) \(chinese)")
            en.append(count == 1 ? "1 \(english)" : "\(count) \(english)s")
        }
        return (zh.joined(separator: " "), en.joined(separator: " "))
    }
}
