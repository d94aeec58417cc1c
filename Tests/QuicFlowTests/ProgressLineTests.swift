// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import quicflow

@Suite struct ProgressLineTests {
    @Test(
        "a bar is as wide at its beginning as at its end",
        arguments: [
            (0, "[          ]   0%   0/200"), (99, "[####      ]  49%  99/200"), (200, "[##########] 100% 200/200"),
        ]
    )
    func text(done: Int, text: String) {
        #expect(ProgressLine.text(done, of: 200, width: 10) == text)
    }

    @Test(
        "work without parts is done, and no more than all is",
        arguments: [(0, 0, 100), (-1, 10, 0), (11, 10, 100), (1, 3, 33)]
    )
    func percent(done: Int, total: Int, percent: Int) {
        #expect(ProgressLine.percent(done, of: total) == percent)
    }
}
