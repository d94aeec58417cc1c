// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import FlowScheduler

/// `{{execution_log_tail}}` (S2-9) of an output whose lines are longer than what is read of it.
@Suite("The end of an output in a notification")
struct LogTailTests {
    @Test(
        "A line that lost its beginning is left out, unless there is nothing else: then its end is there",
        arguments: [
            ("ginning\nsecond\nthird\n", "second\nthird\n"), ("ginning\nsecond", "second"), ("ginning\n\n", "\n"),
            // One line of a megabyte, with and without its end.
            ("", ""), ("xxxx the cause\n", "…xxxx the cause\n"), ("xxxx the cause", "…xxxx the cause"), ("\n", "…\n"),
        ]
    )
    func tail(bytes: String, text: String) {
        #expect(String(decoding: NotifyEvaluator.withoutBegun(Array(bytes.utf8)), as: UTF8.self) == text)
    }

    @Test("A character that was cut at the beginning goes whole")
    func cut() {
        let bytes = Array("失败：磁盘满".utf8.dropFirst())
        #expect(String(decoding: NotifyEvaluator.withoutBegun(bytes), as: UTF8.self) == "…败：磁盘满")
    }
}
