// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import quicflow

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
