// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import Foundation

/// Next fires of cron expressions, and how fast their text is read and compiled; one core.
struct CronBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cron",
        abstract: "Next fires and parsed expressions per second, on one core."
    )

    @Option(help: "Seconds for each rate.")
    var seconds = 1.0

    /// Every few minutes, on some weekdays, monthly, and as rare as it gets.
    private static let expressions = ["*/5 * * * *", "0 9 * * 1-5", "30 3 1 * *", "0 0 29 2 *"]
    private static let start = Timestamp(milliseconds: 1_795_255_200_000)
    /// Operations between two looks at the clock.
    private static let round = 2000

    func run() async throws {
        let job = JobUID(uuid: UUID())
        for zone in ["UTC", "America/New_York"] {
            for expression in Self.expressions {
                let schedule = try CompiledSchedule(
                    .cron(expression: expression, timeZone: zone, dst: .debian),
                    job: job
                )
                var cursor = Self.start
                let rate = self.rate {
                    // Schedules end in 2199; then it starts again.
                    cursor = schedule.next(after: cursor) ?? Self.start
                }
                Figures.line("cron next, \(expression), \(zone)", rate, "next/s")
            }
        }
        for expression in Self.expressions {
            var parsed = 0
            let rate = self.rate { if (try? CronExpression(parsing: expression)) != nil { parsed += 1 } }
            Figures.line("cron parse, \(expression)", rate, "parse/s")
            guard parsed > 0 else { throw ValidationError("'\(expression)' does not parse") }
        }
    }

    /// The median rate of three, so that one moment of a busy machine does not count.
    private func rate(_ operation: () -> Void) -> Double {
        let clock = ContinuousClock()
        let rates = (0..<3).map { _ in
            let start = clock.now
            var count = 0
            var spent = Duration.zero
            while spent.seconds < self.seconds / 3 {
                for _ in 0..<Self.round { operation() }
                count += Self.round
                spent = clock.now - start
            }
            return Double(count) / spent.seconds
        }
        return rates.sorted()[1]
    }
}
