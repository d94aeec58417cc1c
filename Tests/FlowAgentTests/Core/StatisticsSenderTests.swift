// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@testable import FlowAgentCore

@Suite("When a host tells what its jobs did")
struct StatisticsSenderTests {
    private let minute: Int64 = 60_000_000

    @Test("soon after a welcome, then every five minutes, from what the server acknowledged on")
    func rhythm() {
        var sender = StatisticsSender(interval: 5 * self.minute)
        #expect(sender.takeDue(at: 0) == nil && sender.nextAt == .max)
        sender.welcome(7, at: 0, pause: self.minute)
        #expect(sender.takeDue(at: 0) == nil && sender.nextAt == self.minute)
        #expect(sender.takeDue(at: self.minute) == 7)
        #expect(sender.takeDue(at: self.minute) == nil && sender.nextAt == 6 * self.minute)
        #expect(sender.takeDue(at: 6 * self.minute) == 7, "nobody said that it arrived")
        sender.sent(hasMore: false)
        sender.acknowledged(9, at: 6 * self.minute)
        #expect(sender.nextAt == 11 * self.minute)
        #expect(sender.takeDue(at: 11 * self.minute) == 9)
    }

    @Test("the rest follows at once when one message does not hold it all")
    func pages() {
        var sender = StatisticsSender(interval: 5 * self.minute)
        sender.welcome(0, at: 0, pause: 0)
        #expect(sender.takeDue(at: 0) == 0)
        sender.sent(hasMore: true)
        sender.acknowledged(500, at: 3)
        #expect(sender.takeDue(at: 3) == 500)
        sender.sent(hasMore: false)
        sender.acknowledged(400, at: 4)
        sender.acknowledged(600, at: 4)
        #expect(sender.takeDue(at: 4) == nil)
    }

    @Test("never to a server that takes none, and not without a connection")
    func silence() {
        var sender = StatisticsSender(interval: 5 * self.minute)
        sender.welcome(nil, at: 0, pause: 0)
        #expect(sender.takeDue(at: 100 * self.minute) == nil && sender.nextAt == .max)
        sender.welcome(1, at: 0, pause: 0)
        sender.end()
        #expect(sender.takeDue(at: 100 * self.minute) == nil && sender.nextAt == .max)
    }
}
