// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import FlowAPI

@Suite("The queue in front of one socket")
struct LiveOutboxTests {
    @Test("What does not fit is dropped and answered by one gap per topic, behind what was queued before it")
    func overflow() async {
        let outbox = LiveOutbox(capacity: 2)
        #expect(outbox.push(.text("a1"), topic: "a"))
        #expect(outbox.push(.text("b1"), topic: "b"))
        #expect(!outbox.push(.text("a2"), topic: "a"))
        #expect(await outbox.next() == .text("a1"))
        // There is room again, but topic a has lost a frame: newer ones must not come before the gap.
        #expect(!outbox.push(.text("a3"), topic: "a"))
        #expect(outbox.push(.text("b2"), topic: "b"))
        #expect(await outbox.next() == .text("b1"))
        #expect(await outbox.next() == .text("b2"))
        #expect(await outbox.next() == .text(LiveFrame.gap("a")))
        #expect(outbox.push(.text("a4"), topic: "a"))
        #expect(await outbox.next() == .text("a4"))
    }

    @Test("Closing overtakes everything that waits and is the last frame")
    func closing() async {
        let outbox = LiveOutbox()
        outbox.push(.text("a"))
        outbox.close(code: 4401, reason: "over")
        #expect(!outbox.push(.text("b")))
        #expect(await outbox.next() == .close(code: 4401, reason: "over"))
        #expect(await outbox.next() == nil)
    }
}
