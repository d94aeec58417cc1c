// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import Testing

@testable import quicflow

@Suite("Labels of a host as they are written")
struct HostLabelArgumentsTests {
    @Test("NAME=VALUE, with any sign in the value; what is no label is refused with its own words")
    func parsed() throws {
        #expect(
            try HostLabels.parsed(["region=eu", "tier=web=front", "empty="]) == [
                "region": "eu", "tier": "web=front", "empty": "",
            ]
        )
        let cases = [
            (["region"], "'region' is no label: write NAME=VALUE"), (["=x"], "'=x' is no label: "),
            (["a=1", "a=2"], "'a' is given twice"), ((0..<65).map { "l\($0)=x" }, "At most 64"),
        ]
        for (texts, words) in cases {
            let error = #expect(throws: ValidationError.self) { try HostLabels.parsed(texts) }
            #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        }
    }
}
