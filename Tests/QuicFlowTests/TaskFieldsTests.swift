// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Testing

@testable import quicflow

@Suite("What quicflow task create takes together")
struct TaskFieldsTests {
    @Test(
        "A zone that nothing would be counted in is refused, and not dropped",
        arguments: [["-z", "UTC"], ["--dst", "skip"]]
    )
    func zone(_ words: [String]) throws {
        for schedule in [["--manual"], ["--at", "2027-01-01T00:00:00Z"]] {
            #expect(throws: (any Error).self) { try TaskFields.parse(schedule + words) }
            _ = try TaskFields.parse(schedule)
        }
        // Of a period it is that of its window.
        for schedule in [["--cron", "0 2 * * *"], ["--every", "5m"], []] { _ = try TaskFields.parse(schedule + words) }
    }

    @Test(
        "A unit of systemd is asked for by its slice, as the usual one, or taken away",
        arguments: [("batch.slice", "batch.slice"), ("default", nil), ("none", nil)] as [(String, String?)]
    )
    func unit(_ word: String, _ slice: String?) async throws {
        let fields = try TaskFields.parse(["--unit", word])
        var body: JSONValue = .object([
            "executor_config": .object(["command": "x", "unit": .object(["slice": "old.slice"])])
        ])
        try fields.applyExecutor(to: &body)
        let unit = body["executor_config"]["unit"]
        #expect(unit["slice"].string == slice && unit.isNull == (word == "none"))
        #expect(body["executor_config"]["command"].string == "x")
    }
}
