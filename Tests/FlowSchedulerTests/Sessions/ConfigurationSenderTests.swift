// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import FlowScheduler

@Suite("Bringing configurations to hosts")
struct ConfigurationSenderTests {
    @Test("A few hosts are told at once; the more there are, the more changes go in one message, up to 0.1 s of them")
    func pauses() {
        #expect(ConfigurationSender.pause(afterTelling: 10) < .milliseconds(5))
        #expect(ConfigurationSender.pause(afterTelling: 200) == .milliseconds(50))
        #expect(ConfigurationSender.pause(afterTelling: 10_000) == .milliseconds(100))
    }
}
