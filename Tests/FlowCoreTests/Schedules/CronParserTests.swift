// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

/// One refused text: why, and where.
struct InvalidCase: Sendable, CustomTestStringConvertible {
    let text: String
    let code: ScheduleError.Code
    let position: Int?
    let field: CronField?

    init(_ text: String, _ code: ScheduleError.Code, at position: Int?, _ field: CronField? = nil) {
        self.text = text
        self.code = code
        self.position = position
        self.field = field
    }

    var testDescription: String { self.text }
}

@Suite("The grammar of cron expressions (semantics 8)")
struct CronParserTests {
    @Test("What the grammar has no place for is refused with its position", arguments: Self.invalid)
    func refuses(_ row: InvalidCase) throws {
        let error = try #require(throws: ScheduleError.self) { try CronExpression(parsing: row.text) }
        #expect(error.code == row.code)
        #expect(error.position == row.position)
        #expect(error.field == row.field)
        #expect(!error.message.isEmpty)
        #expect(error.text(.en) == error.message)
        #expect(error.text(.zh).unicodeScalars.contains { (0x4e00...0x9fff).contains($0.value) })
    }

    static let invalid: [InvalidCase] = [
        // The whole text.
        InvalidCase("", .empty, at: 0),
        InvalidCase("   ", .empty, at: 3),
        InvalidCase("CRON_TZ=UTC", .empty, at: 11),
        InvalidCase("*", .fieldCount, at: 1),
        InvalidCase("* * * *", .fieldCount, at: 7),
        InvalidCase("0 2 * *", .fieldCount, at: 7),
        InvalidCase("* * * * * * * *", .fieldCount, at: 14),
        InvalidCase("* * * * * * * * * *", .fieldCount, at: 14),
        InvalidCase(String(repeating: "*", count: 257), .tooLong, at: 256),
        InvalidCase("0 3 * * *\n", .notASCII, at: 9),
        InvalidCase("0 3 * * \u{ff0a}", .notASCII, at: 8),
        InvalidCase("0，30 3 * * *", .notASCII, at: 1),
        InvalidCase("0 3 * * *\u{7f}", .notASCII, at: 9),
        InvalidCase("0\u{0} 3 * * *", .notASCII, at: 1),
        InvalidCase("\"0 3 * * *\"", .syntax, at: 0, .minute),
        // Ranges.
        InvalidCase("60 * * * *", .range, at: 0, .minute),
        InvalidCase("* 24 * * *", .range, at: 2, .hour),
        InvalidCase("* * 0 * *", .range, at: 4, .dayOfMonth),
        InvalidCase("* * 32 * *", .range, at: 4, .dayOfMonth),
        InvalidCase("* * * 0 *", .range, at: 6, .month),
        InvalidCase("* * * 13 *", .range, at: 6, .month),
        InvalidCase("* * * * 8", .range, at: 8, .dayOfWeek),
        InvalidCase("60 * * * * *", .range, at: 0, .second),
        InvalidCase("0 0 0 1 1 * 1969", .range, at: 12, .year),
        InvalidCase("0 0 0 1 1 * 2200", .range, at: 12, .year),
        InvalidCase("0 0 0 1 1 * 26", .range, at: 12, .year),
        InvalidCase("100 * * * *", .range, at: 0, .minute),
        InvalidCase("005 * * * *", .range, at: 0, .minute),
        InvalidCase("99999999999999999999 * * * *", .range, at: 0, .minute),
        InvalidCase("1,2,70 * * * *", .range, at: 4, .minute),
        InvalidCase("10-70 * * * *", .range, at: 3, .minute),
        InvalidCase("30-10 * * * *", .range, at: 0, .minute),
        InvalidCase("0 22-2 * * *", .range, at: 2, .hour),
        InvalidCase("0 0 20-10 * *", .range, at: 4, .dayOfMonth),
        InvalidCase("0 0 L-0 * *", .range, at: 6, .dayOfMonth),
        InvalidCase("0 0 L-31 * *", .range, at: 6, .dayOfMonth),
        InvalidCase("0 0 32W * *", .range, at: 4, .dayOfMonth),
        InvalidCase("0 0 * * 5#0", .range, at: 10, .dayOfWeek),
        InvalidCase("0 0 * * 5#6", .range, at: 10, .dayOfWeek),
        InvalidCase("H(30-10) * * * *", .range, at: 4, .minute),
        InvalidCase("H(0-60) * * * *", .range, at: 4, .minute),
        // Steps.
        InvalidCase("*/0 * * * *", .step, at: 2, .minute),
        InvalidCase("5/0 * * * *", .step, at: 2, .minute),
        InvalidCase("H/0 * * * *", .step, at: 2, .minute),
        InvalidCase("H/61 * * * *", .step, at: 2, .minute),
        InvalidCase("*/10000 * * * *", .range, at: 2, .minute),
        // Shapes.
        InvalidCase("1,,2 * * * *", .syntax, at: 2, .minute),
        InvalidCase(",1 * * * *", .syntax, at: 0, .minute),
        InvalidCase("1, * * * *", .syntax, at: 2, .minute),
        InvalidCase("-5 * * * *", .syntax, at: 0, .minute),
        InvalidCase("5- * * * *", .syntax, at: 2, .minute),
        InvalidCase("5/ * * * *", .syntax, at: 2, .minute),
        InvalidCase("*/ * * * *", .syntax, at: 2, .minute),
        InvalidCase("*/*/2 * * * *", .syntax, at: 2, .minute),
        InvalidCase("** * * * *", .syntax, at: 1, .minute),
        InvalidCase("*-5 * * * *", .syntax, at: 1, .minute),
        InvalidCase("1-2-3 * * * *", .syntax, at: 3, .minute),
        InvalidCase("1/2/3 * * * *", .syntax, at: 3, .minute),
        InvalidCase("1.5 * * * *", .syntax, at: 1, .minute),
        InvalidCase("+5 * * * *", .syntax, at: 0, .minute),
        InvalidCase("~ * * * *", .syntax, at: 0, .minute),
        InvalidCase("? * * * *", .syntax, at: 0, .minute),
        InvalidCase("* ? * * *", .syntax, at: 2, .hour),
        InvalidCase("* * ? * ?", .syntax, at: 8, .dayOfWeek),
        InvalidCase("* * ?,1 * *", .syntax, at: 4, .dayOfMonth),
        InvalidCase("* * 1,? * *", .syntax, at: 6, .dayOfMonth),
        InvalidCase("* * ?/2 * *", .syntax, at: 4, .dayOfMonth),
        InvalidCase("0 0 L/2 * *", .syntax, at: 5, .dayOfMonth),
        InvalidCase("0 0 LW/2 * *", .syntax, at: 6, .dayOfMonth),
        InvalidCase("0 0 L-3-5 * *", .syntax, at: 7, .dayOfMonth),
        InvalidCase("0 0 15W/2 * *", .syntax, at: 7, .dayOfMonth),
        InvalidCase("0 0 1-15W * *", .syntax, at: 8, .dayOfMonth),
        InvalidCase("0 0 W * *", .unknownName, at: 4, .dayOfMonth),
        InvalidCase("0 0 * * L", .syntax, at: 8, .dayOfWeek),
        InvalidCase("0 0 * * L5", .syntax, at: 8, .dayOfWeek),
        InvalidCase("0 0 * * 5L/2", .syntax, at: 10, .dayOfWeek),
        InvalidCase("0 0 * * 5#", .syntax, at: 10, .dayOfWeek),
        InvalidCase("0 0 * * 1-5#2", .syntax, at: 11, .dayOfWeek),
        InvalidCase("0 0 * * *#2", .syntax, at: 9, .dayOfWeek),
        InvalidCase("0 0 1 L *", .syntax, at: 6, .month),
        InvalidCase("L * * * *", .syntax, at: 0, .minute),
        InvalidCase("5W * * * *", .syntax, at: 1, .minute),
        InvalidCase("H(1-5 * * * *", .syntax, at: 5, .minute),
        InvalidCase("H(5) * * * *", .syntax, at: 3, .minute),
        InvalidCase("H() * * * *", .syntax, at: 2, .minute),
        InvalidCase("HH * * * *", .syntax, at: 1, .minute),
        InvalidCase("0 0 0 1 1 * H", .syntax, at: 12, .year),
        // Names.
        InvalidCase("0 0 1 JANUARY *", .unknownName, at: 6, .month),
        InvalidCase("0 0 1 MON *", .unknownName, at: 6, .month),
        InvalidCase("0 0 * * JAN", .unknownName, at: 8, .dayOfWeek),
        InvalidCase("0 0 * * MONDAY", .unknownName, at: 8, .dayOfWeek),
        InvalidCase("0 0 * * MON-FRIDAY", .unknownName, at: 12, .dayOfWeek),
        InvalidCase("JAN * * * *", .unknownName, at: 0, .minute),
        // Macros and durations.
        InvalidCase("@", .unknownMacro, at: 0),
        InvalidCase("@fortnightly", .unknownMacro, at: 0),
        InvalidCase("@daily 5", .syntax, at: 7),
        InvalidCase("@reboot now", .syntax, at: 8),
        InvalidCase("@every", .duration, at: 6),
        InvalidCase("@every 5", .duration, at: 8),
        InvalidCase("@every h", .duration, at: 7),
        InvalidCase("@every 5x", .duration, at: 8),
        InvalidCase("@every 0s", .duration, at: 7),
        InvalidCase("@every 999ms", .duration, at: 7),
        InvalidCase("@every 367d", .duration, at: 7),
        InvalidCase("@every 1h -5m", .duration, at: 9),
        InvalidCase("@every 1.0005s", .duration, at: 7),
        InvalidCase("@every 99999999999999s", .duration, at: 7),
        InvalidCase("@every 999999999999d", .duration, at: 7),
        // Zones.
        InvalidCase("CRON_TZ= 0 3 * * *", .unknownZone, at: 8),
        InvalidCase("CRON_TZ=../../etc/passwd 0 3 * * *", .unknownZone, at: 8),
        InvalidCase("TZ=/etc/localtime 0 3 * * *", .unknownZone, at: 3),
        InvalidCase("TZ=+25:00 0 3 * * *", .unknownZone, at: 3),
        // Never.
        InvalidCase("0 0 30 2 *", .unsatisfiable, at: 4, .dayOfMonth),
        InvalidCase("0 0 31 4,6,9,11 *", .unsatisfiable, at: 4, .dayOfMonth),
        InvalidCase("0 0 0 29 2 * 2027", .unsatisfiable, at: 6, .dayOfMonth),
        InvalidCase("0 0 0 29 2 * 2100", .unsatisfiable, at: 6, .dayOfMonth),
        InvalidCase("0 0 L-30 2 *", .unsatisfiable, at: 4, .dayOfMonth),
        InvalidCase("0 0 31 2 */2", .unsatisfiable, at: 4, .dayOfMonth),
    ]

    @Test("A schedule that H makes impossible is refused when it is compiled")
    func hashedNever() {
        #expect { try CompiledSchedule("0 0 H(30-31) 2 *") } throws: { error in
            (error as? ScheduleError)?.code == .unsatisfiable
        }
    }

    @Test(
        "The canonical text has one spelling, and reads back as the same expression",
        arguments: [
            ("  10   3\t* * * ", "10 3 * * *"), ("00 09 * * mon-fri", "0 9 * * MON-FRI"), ("*/1 * * * *", "* * * * *"),
            ("5-10/1 * * * *", "5-10 * * * *"), ("0 0 l-3 * ?", "0 0 L-3 * ?"), ("0 0 15w,lw * *", "0 0 15W,LW * *"),
            ("0 0 * jan-mar/2 fril", "0 0 * JAN-MAR/2 FRIL"), ("0 0 * * sun#1,7L", "0 0 * * SUN#1,7L"),
            ("h h(0-7) * * *", "H H(0-7) * * *"), ("H/15 * * * *", "H/15 * * * *"),
            ("0 0 0 1 1 ? 2027/2", "0 0 0 1 1 ? 2027/2"),
            ("@Midnight", "@daily"), ("@ANNUALLY", "@yearly"), ("@reboot", "@reboot"), ("@every 90m", "@every 1h30m"),
            ("@every 1.5h", "@every 1h30m"), ("@every 366d", "@every 366d"), ("@every 1500ms", "@every 1s500ms"),
            ("7 4 * * 7", "7 4 * * 7"),
        ]
    )
    func canonical(text: String, expected: String) throws {
        let expression = try CronExpression(parsing: text)
        #expect(expression.canonical == expected)
        #expect(try CronExpression(parsing: expression.canonical) == expression)
    }

    @Test("The zone prefix is kept apart, and printed again")
    func zonePrefix() throws {
        let expression = try CronExpression(parsing: "TZ=Asia/Shanghai 0 3 * * *")
        #expect(expression.zonePrefix == "Asia/Shanghai")
        #expect(expression.canonical == "0 3 * * *")
        #expect(expression.description == "CRON_TZ=Asia/Shanghai 0 3 * * *")
        #expect(try CronExpression(parsing: expression.description) == expression)
    }

    @Test("A list has at most 64 items")
    func items() throws {
        let sixtyFour = (0..<64).map { "\($0 % 10)" }.joined(separator: ",")
        _ = try CronExpression(parsing: "\(sixtyFour) * * * *")
        #expect { try CronExpression(parsing: "\(sixtyFour),1 * * * *") } throws: { error in
            (error as? ScheduleError)?.code == .tooManyItems
        }
    }

    @Test("H is stable for a job, inside its range, and spread over jobs")
    func hashed() throws {
        let start = try instant("2026-01-01T00:00:00Z")
        let spec = ScheduleSpec.cron(expression: "H H(9-16) * * *", timeZone: "UTC", dst: .debian)
        var minutes: Set<Int64> = []
        for number in UInt8(0)..<100 {
            let job = try #require(JobUID(bytes: [UInt8](repeating: number, count: 16)))
            let first = try #require(try CompiledSchedule(spec, job: job).next(after: start))
            #expect(first == (try CompiledSchedule(spec, job: job).next(after: start)))
            #expect((9...16).contains(first.seconds / 3600 % 24))
            minutes.insert(first.seconds / 60 % 60)
            let resolved = try CronExpression(parsing: "H H(9-16) * * *").resolvingHashes(for: job)
            #expect(!resolved.isHashed)
            let same = try CompiledSchedule(
                .cron(expression: resolved.canonical, timeZone: "UTC", dst: .debian),
                job: job
            )
            #expect(same.next(after: start) == first)
        }
        #expect(minutes.count > 35)
        let steps = try CompiledSchedule("H/15 * * * *").fires(after: start, through: .distantFuture, limit: 5)
        #expect(zip(steps, steps.dropFirst()).allSatisfy { $1.seconds - $0.seconds == 900 })
    }
}
