// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import Testing

@Suite("The event bus", .timeLimit(.minutes(10)))
struct EventBusTests {
    private func id(_ item: BusItem?) -> JobID? {
        if case .event(.jobDeleted(let id, _))? = item { id } else { nil }
    }

    private func event(_ id: JobID) -> FlowEvent { .jobDeleted(id, JobUID("00000000-0000-0000-0000-000000000001")!) }

    @Test("Every watcher sees every event in order")
    func order() async {
        let bus = EventBus()
        var first = bus.subscribe().makeAsyncIterator()
        var second = bus.subscribe().makeAsyncIterator()
        for number in 1...3 { bus.publish(self.event(JobID(number))) }
        for number in 1...3 {
            #expect(self.id(await first.next()) == JobID(number))
            #expect(self.id(await second.next()) == JobID(number))
        }
    }

    @Test("A slow watcher gets one gap in place of what it lost, then what is new; others lose nothing")
    func overflow() async {
        let bus = EventBus()
        var slow = bus.subscribe(buffer: 3).makeAsyncIterator()
        var fast = bus.subscribe(buffer: 10).makeAsyncIterator()
        for number in 1...5 { bus.publish(self.event(JobID(number))) }
        guard case .gap? = await slow.next() else {
            Issue.record("no gap")
            return
        }
        #expect(self.id(await slow.next()) == 4)
        #expect(self.id(await slow.next()) == 5)
        #expect(self.id(await fast.next()) == 1)
    }

    @Test("A watcher that left is forgotten, and a cancelled one stops waiting")
    func leaving() async {
        let bus = EventBus()
        do {
            let subscription = bus.subscribe()
            #expect(bus.subscriberCount == 1)
            let waiting = Task { for await _ in subscription {} }
            waiting.cancel()
            await waiting.value
        }
        #expect(bus.subscriberCount == 0)
    }
}
