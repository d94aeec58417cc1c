// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import Testing

@testable import FlowCore

@Suite("Text from outside costs what its length says", .timeLimit(.minutes(10)))
struct StreamSafeTests {
    /// Marks whose order normalisation has to sort, among them those that decompose into two.
    static let marks: [String] = ["\u{301}\u{323}", "\u{344}", "\u{f73}", "\u{f75}", "\u{f81}", "\u{1d165}\u{1d16d}"]

    @Test("Long runs of combining marks are found", arguments: Self.marks)
    func refused(mark: String) {
        #expect(!StreamSafe.accepts("a" + String(repeating: mark, count: 250_000)))
        #expect(!StreamSafe.accepts(String(repeating: mark, count: 31)))
    }

    @Test(
        "What people write is accepted",
        arguments: [
            "", "plain", "ắ ộ e\u{301}", "日本語 中文 한국어", "नमस्ते", "🦊👨‍👩‍👧‍👦", "Z͑ͫ̓a̴l̷g̸o",
            String(repeating: "e\u{301}", count: 100_000),
        ]
    )
    func accepted(text: String) {
        #expect(StreamSafe.accepts(text))
    }

    @Test("JSON with such a run is refused, as a name, a value and an escape", arguments: Self.marks)
    func json(mark: String) {
        let run = "a" + String(repeating: mark, count: 60_000)
        let escaped = "a" + String(repeating: #"\u0301\u0323"#, count: 60_000)
        for text in ["\"\(run)\"", "{\"\(run)\":1,\"\(run)\":2}", "[{\"a\":\"\(run)\"}]", "\"\(escaped)\""] {
            #expect(throws: JSONParser.Failure.self) { try JSONParser.parse(Array(text.utf8)) }
        }
    }

    @Test("Whatever the parser lets through has no long run of marks")
    func fuzz() throws {
        var random = SplitMix64(seed: 14)
        let pieces = ["a", "\u{301}", "\u{323}", "\u{344}", "\u{f73}", "日", "\\u0301", "\\ud834\\udd65", " "]
        for _ in 0..<2000 {
            var text = ""
            for _ in 0..<Int.random(in: 0...200, using: &random) {
                text +=
                    random.chance(0.9)
                    ? pieces[Int.random(in: 1...4, using: &random)] : pieces.randomElement(using: &random)!
            }
            guard case .string(let value)? = try? JSONParser.parse(Array("\"\(text)\"".utf8)) else { continue }
            var run = 0
            for scalar in value.unicodeScalars {
                run = scalar.properties.canonicalCombiningClass == .notReordered ? 0 : run + 1
                #expect(run <= StreamSafe.limit)
            }
        }
    }

    @Test("Exact text is equal when its bytes are, and only then")
    func exact() {
        #expect(ExactText("\u{e9}") != "e\u{301}")
        #expect(ExactText("a") < "b" && ExactText("a") < "aa")
        #expect(Set<ExactText>(["\u{e9}", "e\u{301}", "\u{e9}"]).count == 2)
        // Hundreds of thousands of marks are compared and hashed as bytes: with `String` this would not end in this test's time.
        let long = ExactText("a" + String(repeating: "\u{301}\u{323}", count: 250_000))
        #expect(Set([long, long]).count == 1)
        #expect(long != ExactText("a" + String(repeating: "\u{323}\u{301}", count: 250_000)))
    }

    @Test("A quoted text is cut at whole characters of its bytes")
    func shortened() {
        #expect("abc".shortened(toBytes: 3) == "abc")
        #expect("abcd".shortened(toBytes: 3) == "abc…")
        #expect("日本".shortened(toBytes: 4) == "日…")
    }
}
