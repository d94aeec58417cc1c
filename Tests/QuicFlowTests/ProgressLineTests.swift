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

@Suite struct NameCompletionTests {
    @Test("Tab offers names that begin so, without any that would break the line")
    func offered() {
        let rows: [JSONValue] = [
            .object(["name": .string("report-b")]), .object(["name": .string("report-a")]),
            .object(["name": .string("other")]), .object(["name": .string("report\nx")]), .object(["id": .integer(3)]),
        ]
        #expect(NameCompletion.offered(rows, fields: ["name"], prefix: "report") == ["report-a", "report-b"])
        let hosts: [JSONValue] = [.object(["client_name": .null, "client_id": .string("agt_1")])]
        #expect(NameCompletion.offered(hosts, fields: ["client_name", "client_id"], prefix: "") == ["agt_1"])
        let many = (0..<300).map { JSONValue.object(["name": .string("t\($0)")]) }
        #expect(NameCompletion.offered(many, fields: ["name"], prefix: "").count == 100)
    }
}
