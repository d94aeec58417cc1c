// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@Suite("What a host's labels have to say")
struct LabelSelectorTests {
    @Test(
        "Conditions are there, not there, equal, unequal or one of a list",
        arguments: [
            ("region=eu", true), ("region=us", false), ("!gpu", true), ("!region", false), ("region", true),
            ("tier!=test", true), ("region!=eu", false), ("region in (us|eu)", true), ("region in (us|cn)", false),
            ("region=eu,!gpu, tier != test", true), ("region=eu,gpu", false), ("empty=", true),
        ]
    )
    func fits(_ text: String, _ isFit: Bool) throws {
        #expect(try LabelSelector(text).fits(["region": "eu", "empty": ""]) == isFit)
    }

    @Test("What is none is refused with words", arguments: ["", "a,", "=x", "a in b", "a in ()", "!", "a b"])
    func faults(_ text: String) {
        #expect(throws: LabelSelector.Fault.self) { try LabelSelector(text) }
    }
}
