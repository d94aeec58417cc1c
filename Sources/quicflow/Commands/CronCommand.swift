// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import Foundation

/// Everything about schedules that needs no server.
struct CronCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cron",
        abstract: "Explains cron expressions and computes their fire times.",
        subcommands: [CronNextCommand.self, CronExplainCommand.self, CronBatchCommand.self]
    )
}

/// `quicflow cron next`: the coming fire times.
struct CronNextCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "next",
        abstract: "Prints the next fire times of an expression."
    )

    @Argument(help: "5, 6 (second first) or 7 fields (year last), a macro, or '@every 1h30m'; quote it.")
    var expression: String

    @Option(name: [.customShort("z"), .customLong("timezone")], help: "IANA name such as Asia/Shanghai, or +08:00.")
    var timeZone = "UTC"

    @Option(name: [.customShort("n"), .customLong("count")], help: "How many times to print, up to 10000.")
    var count = 10

    @Option(help: "Start after this RFC 3339 time; default now.")
    var after: String?

    @Option(help: "What a change of summer time does to fixed times: \(DSTPolicy.names).")
    var dst = DSTPolicy.debian

    @Option(help: "zh or en, of messages; that of the environment.")
    var language = DescriptionLanguage.current

    func validate() throws {
        guard (1...CronBatch.maximalCount).contains(self.count) else {
            throw ValidationError.said("--count is 1 to \(CronBatch.maximalCount).")
        }
    }

    func run() throws {
        var start = Timestamp(Date())
        if let after {
            guard let instant = Timestamp(rfc3339: after) else {
                throw CommandFailure(.usage, "--after needs a time such as 2026-11-21T10:00:00+08:00")
            }
            start = instant
        }
        do throws(ScheduleError) {
            let expression = try CronExpression(parsing: self.expression)
            let spec: ScheduleSpec =
                if let period = expression.everyMilliseconds {
                    .every(periodMilliseconds: period, anchor: start)
                } else {
                    .cron(expression: self.expression, timeZone: self.timeZone, dst: self.dst)
                }
            let schedule = try CompiledSchedule(spec, job: CronBatch.job)
            for fire in schedule.fires(after: start, through: .distantFuture, limit: self.count) {
                Terminal.say(fire.rfc3339(offsetSeconds: schedule.zone?.offsetSeconds(at: fire) ?? 0))
            }
        } catch {
            throw CommandFailure(.usage, error.pointing(at: self.expression, self.language))
        }
    }
}

/// `quicflow cron explain`: the expression in words, and what may be wrong with it.
struct CronExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Says in words what an expression means and warns of common mistakes."
    )

    @Argument(help: "The expression; quote it.")
    var expression: String

    @Option(help: "zh or en; that of the environment.")
    var language = DescriptionLanguage.current

    func run() throws {
        do throws(ScheduleError) {
            let expression = try CronExpression(parsing: self.expression)
            Terminal.say(expression.canonical)
            Terminal.say(expression.describe(self.language))
            for warning in expression.warnings() {
                Terminal.say("\(warning.code.rawValue): \(warning.text(self.language))")
            }
        } catch {
            throw CommandFailure(.usage, error.pointing(at: self.expression, self.language))
        }
    }
}

/// `quicflow cron batch`: a line in, a line out, for differential tests.
struct CronBatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "batch",
        abstract: "Answers 'zone TAB start TAB expression TAB count' lines from standard input with epoch seconds.",
        shouldDisplay: false
    )

    func run() {
        while let line = readLine() { Terminal.say(CronBatch.answer(line)) }
    }
}

extension DSTPolicy: ExpressibleByArgument {
    fileprivate static var names: String { DSTPolicy.allCases.map(\.rawValue).joined(separator: ", ") }
}

extension DescriptionLanguage: ExpressibleByArgument {
    /// As the environment asks for it.
    fileprivate static var current: DescriptionLanguage { Language.current == .chinese ? .zh : .en }
}

extension ScheduleError {
    /// The message with the expression and a mark under the place it is about.
    fileprivate func pointing(at text: String, _ language: DescriptionLanguage) -> String {
        let message = self.text(language)
        guard let position, text.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }) else { return message }
        return "\(message)\n  \(text)\n  \(String(repeating: " ", count: min(position, text.utf8.count)))^"
    }
}
