// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@Suite("Expressions of workflows")
struct ExpressionTests {
    private static let scope = ExpressionScope(
        params: .object([
            .init("day", "2026-01-01"), .init("n", Int64(3)), .init("list", JSON.array([.integer(1), .string("a")])),
            .init("none", JSON.null),
        ]),
        steps: .object([.init("a", JSON.object([.init("state", "succeeded"), .init("exit_code", Int64(0))]))]),
        run: .object([.init("date", "2026-01-02")])
    )

    @Test(
        "Have a value",
        arguments: [
            ("1 + 2 * 3", "7"), ("(1 + 2) * 3", "9"), ("7 / 2", "3"), ("7.0 / 2", "3.5"), ("-7 % 3", "-1"),
            ("params.n >= 3 && !(params.n == 4)", "true"), ("params.day + '!'", "\"2026-01-01!\""),
            ("steps.a.exit_code == 0", "true"), ("steps['a'].state in ['failed', 'succeeded']", "true"),
            ("has(params.x) || has(params.n)", "true"), ("default(params.x, 5)", "5"), ("default(params.none, 5)", "5"),
            ("len(params.list)", "2"), ("params.list[1]", "\"a\""), ("int('12') + 1", "13"), ("num(1)", "1"),
            ("str(12)", "\"12\""), ("lower('ABC')", "\"abc\""), ("like(params.day, '2026-??-*')", "true"),
            ("like('abc', 'a*d')", "false"), ("contains('abc', 'bc')", "true"), ("contains(params.list, 1)", "true"),
            ("starts(run.date, '2026')", "true"), ("ends(run.date, '03')", "false"),
            ("json('{\"a\":[1,2]}', '/a/1')", "2"), ("1 == 1.0", "true"), ("params.none == null", "true"),
            ("false && params.x", "false"), ("true || params.x", "true"), ("'b' > 'a'", "true"), ("'' == \"\"", "true"),
            ("[1, 2] == [1, 2]", "true"), ("9223372036854775807", "9223372036854775807"),
        ]
    )
    func values(_ text: String, _ expected: String) throws {
        #expect(JSONWriter.text(try Expression(text).value(in: Self.scope)) == expected)
    }

    @Test(
        "Have none, which is never false",
        arguments: [
            "params.x", "\"3\" == 3", "1 / 0", "9223372036854775807 + 1", "!1", "1 && true", "-'a'", "len(3)",
            "int('x')", "'a' < 1", "params.list[9]", "params.n.x", "1 in 2", "json('x', '')", "num('inf')", "int(1.5)",
        ]
    )
    func faults(_ text: String) throws {
        let expression = try Expression(text)
        #expect(throws: ExpressionFault.self) { try expression.value(in: Self.scope) }
    }

    @Test(
        "Are refused with the column",
        arguments: [
            ("1 +", 4), ("(1", 3), ("foo", 1), ("params.", 8), ("1 2", 3), ("'abc", 1), ("params.a $ 1", 10),
            ("nope(1)", 1), ("len(1, 2)", 1), ("has(1)", 1), ("99999999999999999999", 1), ("params[x]", 8), ("", 1),
            ("a == ", 1), ("1 = 1", 3),
        ]
    )
    func syntax(_ text: String, _ column: Int) {
        do {
            _ = try Expression(text)
            Issue.record("read: \(text)")
        } catch {
            #expect(error.column == column, "\(error)")
        }
    }

    @Test("Are bounded in length, depth and work")
    func bounds() throws {
        #expect(throws: ExpressionFault.self) { try Expression(String(repeating: "1+", count: 600) + "1") }
        #expect(throws: ExpressionFault.self) {
            try Expression(String(repeating: "(", count: 17) + "1" + String(repeating: ")", count: 17))
        }
        _ = try Expression(String(repeating: "(", count: 15) + "1" + String(repeating: ")", count: 15))
        let long = ExpressionScope(
            params: .object([.init("a", String(repeating: "a", count: 60_000))]),
            steps: .object([]),
            run: .object([])
        )
        #expect(throws: ExpressionFault.self) { try Expression("like(params.a, '*a*a*a*b')").value(in: long) }
        #expect(throws: ExpressionFault.self) { try Expression("params.a + params.a").value(in: long) }
    }

    @Test("Any bytes are read or refused, and nothing worse", arguments: 0..<20)
    func noise(_ seed: UInt8) {
        let alphabet = Array("params.steps.a[]()'\"+-*/%!=<>&|,. 0123456789intlen{}\\é".unicodeScalars)
        var state = UInt32(seed) &* 2_654_435_761 &+ 1
        for _ in 0..<200 {
            var text = ""
            for _ in 0..<24 {
                state = state &* 1_664_525 &+ 1_013_904_223
                text.unicodeScalars.append(alphabet[Int(state >> 8) % alphabet.count])
            }
            _ = (try? Expression(text)).flatMap { try? $0.value(in: Self.scope) }
            _ = try? ExpressionTemplate(text)
        }
    }

    @Test("A template keeps what is no expression, and a lone one its kind")
    func templates() throws {
        #expect(try ExpressionTemplate("a {{params.n}} b {{run.date}}").rendered(in: Self.scope) == "a 3 b 2026-01-02")
        #expect(try ExpressionTemplate("{{params.n}}").value(in: Self.scope) == .integer(3))
        #expect(try ExpressionTemplate("no").value(in: Self.scope) == .string("no"))
        do {
            _ = try ExpressionTemplate("abc {{ 1 + }}")
            Issue.record("read")
        } catch { #expect(error.column == 12, "\(error)") }
        #expect(throws: ExpressionFault.self) { try ExpressionTemplate("abc {{ 1 ") }
    }
}
