// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@testable import quicflow

@Suite struct DisplayTimeTests {
    @Test(
        "durations have two digits that matter",
        arguments: [
            (0, "0ms"), (999, "999ms"), (1000, "1.0s"), (2345, "2.3s"), (59_949, "59.9s"), (59_950, "0m59s"),
            (65_000, "1m05s"), (3_599_999, "59m59s"), (7_380_000, "2h03m"),
        ] as [(Int64, String)]
    )
    func duration(milliseconds: Int64, text: String) {
        #expect(DisplayTime.duration(milliseconds: milliseconds) == text)
    }

    @Test("instants are shown in the reader's zone")
    func zone() throws {
        let instant = try #require(Timestamp(rfc3339: "2026-11-21T23:30:00.250Z"))
        let shanghai = try #require(TimeZone(identifier: "Asia/Shanghai"))
        #expect(DisplayTime.text(instant, in: shanghai) == "2026-11-22 07:30:00")
        #expect(DisplayTime.text(.null) == "-")
    }

    @Test("the language comes from the first locale variable that is set")
    func language() {
        #expect(Language(environment: ["LANG": "zh_CN.UTF-8"]) == .chinese)
        #expect(Language(environment: ["LC_ALL": "en_US.UTF-8", "LANG": "zh_CN.UTF-8"]) == .english)
        #expect(Language(environment: ["LC_ALL": "", "LANG": "zh_TW"]) == .chinese)
        #expect(Language(environment: [:]) == .english)
    }
}
