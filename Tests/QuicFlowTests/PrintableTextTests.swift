// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import quicflow

@Suite struct PrintableTextTests {
    @Test("control characters and turned writing are written out, everything else stays")
    func text() {
        #expect(PrintableText.of("red \u{1b}[31m\u{7}\u{9b}\r") == "red \\x1b[31m\\x07\\x9b\\x0d")
        #expect(PrintableText.of("a\u{202e}b\u{2028}") == "a\\u{202e}b\\u{2028}")
        #expect(PrintableText.of("任务\tétat 👩‍👩‍👧\n") == "任务\tétat 👩‍👩‍👧\n")
    }

    @Test("JSON stays JSON with the same values")
    func json() throws {
        let text = JSONValue.object(["name": .string("a\u{202e}\u{9b}\u{1b}\u{7f}")]).pretty
        let shown = PrintableText.json(text)
        #expect(shown.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value < 0x7f || $0 == "\n" })
        #expect(
            try JSONDecoder().decode(JSONValue.self, from: Data(shown.utf8))
                == JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
        )
    }
}
