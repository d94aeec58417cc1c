// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@testable import FlowNotify

@Suite("When messages go")
struct DeliveryPlanTests {
    private static let hour: Int64 = 3_600_000

    @Test("A channel gets no more in a minute than it takes")
    func rate() {
        var plan = DeliveryPlan()
        let due = (0..<100).map { ChannelTests.delivery(number: UInt8($0)) }
        var now = NotifyWorld.start
        #expect(plan.choose(from: due, limits: ["ops": 18], at: now).count == 18)
        now = now.advanced(byMilliseconds: 1000)
        #expect(plan.choose(from: due, limits: ["ops": 18], at: now).isEmpty)
        now = now.advanced(byMilliseconds: 9000)
        #expect(plan.choose(from: due, limits: ["ops": 18], at: now).count == 3)
        let other = ChannelTests.delivery(channel: "other")
        #expect(plan.choose(from: [other], limits: [:], at: now).map(\.state) == [.sending])
    }

    @Test("Pauses double from 1 s to 10 min, a fifth more or less, and a receiver's wish is kept")
    func pauses() {
        for attempts in 1...30 {
            let expected = min(Int64(1000) << Int64(min(attempts - 1, 20)), 600_000)
            let pause = DeliveryPlan.pause(ChannelTests.delivery(attempts: attempts))
            #expect(pause >= expected * 8 / 10 && pause <= expected * 12 / 10)
        }
        var plan = DeliveryPlan()
        let settled = plan.settle(
            ChannelTests.delivery(attempts: 1),
            .again("busy", after: 90),
            at: NotifyWorld.start,
            giveUpAfter: Self.hour
        )
        #expect(settled.state == .queued && settled.dueAt == NotifyWorld.start.advanced(byMilliseconds: 90_000))
    }

    @Test("What is permanent is dead at once, what lasts too long in the end; and it says why")
    func ends() {
        var plan = DeliveryPlan()
        let now = NotifyWorld.start.advanced(byMilliseconds: Self.hour)
        let dead = plan.settle(ChannelTests.delivery(), .dead("status 404"), at: now, giveUpAfter: 24 * Self.hour)
        #expect(dead.state == .dead && dead.dueAt == nil && dead.lastError == "status 404")
        let tried = ChannelTests.delivery(attempts: DeliveryPlan.leastTries)
        #expect(plan.settle(tried, .again("away"), at: now, giveUpAfter: Self.hour).state == .dead)
        // What goes once more long after it was written, such as a recovery, is not dead at its first hiccup.
        var again = tried
        again.state = .sent
        again.queue(at: now)
        #expect(again.state == .queued && again.dueAt == now)
        let old = plan.settle(again, .again("away"), at: now, giveUpAfter: Self.hour)
        #expect(old.state == .queued && old.dueAt.map { $0.milliseconds(since: now) <= 1200 } == true)
        let sent = plan.settle(ChannelTests.delivery(), .delivered, at: now, giveUpAfter: Self.hour)
        #expect(sent.state == .sent && sent.lastError == nil)
    }

    @Test("A channel that fails ten times in a row is probed once a minute until it works")
    func probing() {
        var plan = DeliveryPlan()
        var now = NotifyWorld.start
        for number in 0..<10 {
            let chosen = plan.choose(
                from: [ChannelTests.delivery(number: UInt8(number))],
                limits: ["ops": 600],
                at: now
            )
            _ = plan.settle(chosen[0], .again("away"), at: now, giveUpAfter: Self.hour)
        }
        #expect(plan.failing == ["ops"])
        let due = (0..<5).map { ChannelTests.delivery(number: UInt8($0)) }
        now = now.advanced(byMilliseconds: 30_000)
        #expect(plan.choose(from: due, limits: ["ops": 600], at: now).isEmpty)
        now = now.advanced(byMilliseconds: 31_000)
        let probe = plan.choose(from: due, limits: ["ops": 600], at: now)
        #expect(probe.count == 1)
        _ = plan.settle(probe[0], .delivered, at: now, giveUpAfter: Self.hour)
        #expect(plan.choose(from: due, limits: ["ops": 600], at: now).count == 5 && plan.failing.isEmpty)
    }

    @Test("When many wait for a channel they become one message that counts them exactly")
    func digest() throws {
        let due = (0..<200).map { ChannelTests.delivery(number: UInt8($0)) }
        #expect(DeliveryPlan.merge(due, waiting: ["ops": 50], at: NotifyWorld.start).isEmpty)
        #expect(DeliveryPlan.merge(due, waiting: ["ops": 10_000], alone: ["ops"], at: NotifyWorld.start).isEmpty)
        // As many may wait as the installation says (notify.digest-above).
        #expect(DeliveryPlan.merge(due, waiting: ["ops": 200], above: 200, at: NotifyWorld.start).isEmpty)
        #expect(!DeliveryPlan.merge(due, waiting: ["ops": 5], above: 4, at: NotifyWorld.start).isEmpty)
        let changed = DeliveryPlan.merge(due, waiting: ["ops": 10_000], at: NotifyWorld.start)
        let digest = try #require(changed.first)
        #expect(digest.purpose == .digest && digest.state == .queued && digest.subject == "200 notifications")
        #expect(changed.dropFirst().allSatisfy { $0.state == .merged && $0.dueAt == nil } && changed.count == 201)
        // A digest that waits is not merged once more.
        #expect(DeliveryPlan.merge([digest], waiting: ["ops": 10_000], at: NotifyWorld.start).isEmpty)
    }
}
