// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import Testing

@Suite("Reasons that people give")
struct ReasonRuleTests {
    private static func faults(_ reason: String?) -> [String] {
        var faults = FaultCollector()
        faults.checkReason(reason)
        return faults.details.map { "\($0.path) \($0.code): \($0.message)" }
    }

    @Test("a reason has 1 to 512 characters and no control characters, wherever one is taken (issue 6)")
    func rule() {
        let fault = "reason length: a reason has 1 to 512 characters, and no control characters"
        #expect(Self.faults(nil) == [])
        #expect(Self.faults("盘点") == [])
        #expect(Self.faults(String(repeating: "因", count: 512)) == [])
        #expect(Self.faults("") == [fault])
        #expect(Self.faults(String(repeating: "因", count: 513)) == [fault])
        #expect(Self.faults("two\nlines") == [fault])
    }
}
