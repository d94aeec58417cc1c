// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import Testing

@testable import FlowCore

@Suite("Strict JSON")
struct JSONTests {
    @Test(
        "What is written reads back the same",
        arguments: [
            "null", "true", "[]", "{}", "[1,-2,9223372036854775807]", "0.5", #"{"b":1,"a":[{"c":"\"\\\n\u0001日🦊"}]}"#,
        ]
    )
    func roundTrip(text: String) throws {
        #expect(JSONWriter.text(try JSONParser.parse(Array(text.utf8))) == text)
    }

    @Test(
        "What RFC 8259 does not allow is refused",
        arguments: [
            "", " ", "01", "1.", ".5", "+1", "1e", "-", "[1,]", "{\"a\":1,}", "{a:1}", "'a'", "\"\n\"", "\"\\x\"",
            "\"\\ud83d\"",
            "\"\\ud83dx\"", "tru", "nulll", "[1 2]", "{\"a\" 1}", "9223372036854775808", "NaN", "\u{FEFF}1",
            "{\"a\":1,\"a\":1}",
        ]
    )
    func refused(text: String) {
        #expect(throws: JSONParser.Failure.self) { try JSONParser.parse(Array(text.utf8)) }
    }

    @Test("Bytes that are not UTF-8 are refused, and escapes of pairs are joined")
    func unicode() throws {
        #expect(throws: JSONParser.Failure.self) { try JSONParser.parse([0x22, 0xff, 0x22]) }
        #expect(try JSONParser.parse(Array(#""\ud83e\udd8a""#.utf8)) == .string("🦊"))
    }

    @Test("No bytes make the parser crash")
    func fuzz() {
        var random = SplitMix64(seed: 42)
        let alphabet = Array(#"{}[]",:\u0123456789eE+-.truefalsn "#.utf8)
        for _ in 0..<50_000 {
            let bytes = (0..<Int(random.next() % 24)).map { _ in alphabet[Int(random.next() % UInt64(alphabet.count))] }
            guard let value = try? JSONParser.parse(bytes) else { continue }
            // "1e0" is written as "1": the text is what has to stay the same.
            let written = JSONWriter.bytes(value)
            #expect((try? JSONParser.parse(written)).map(JSONWriter.bytes) == written)
        }
    }

    @Test("Names and strings are told apart by their bytes, not by what they look like")
    func exactNames() throws {
        let value = try JSONParser.parse(Array(#"{"\u00e9":1,"e\u0301":2}"#.utf8))
        #expect(value["\u{e9}"] == .integer(1))
        #expect(value["e\u{301}"] == .integer(2))
        #expect(JSON.string("\u{e9}") != .string("e\u{301}"))
        #expect(Set([JSON.string("\u{e9}"), .string("e\u{301}"), .string("\u{e9}")]).count == 2)
    }

    @Test("A name of more than a kilobyte is refused before it is looked up")
    func longName() {
        let text = "{\"" + String(repeating: "n", count: JSONParser.nameLimit + 1) + "\":1}"
        #expect(throws: JSONParser.Failure.self) { try JSONParser.parse(Array(text.utf8)) }
    }
}
