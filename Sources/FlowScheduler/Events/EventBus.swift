// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import DequeModule
package import FlowCore
import Synchronization

/// Tells everybody who watches what changed.
///
/// Publishing never waits for a watcher: each has a bounded buffer, and one that does not keep up loses what it had not
/// read yet and sees ``BusItem/gap`` in its place. Events are hints to look again, never the record itself, so nothing is
/// lost by that for good.
package final class EventBus: Sendable {
    private struct State {
        var nextID = 0
        var subscribers: [Int: EventSubscription.Buffer] = [:]
    }

    private let state = Mutex(State())
    /// Who tells other servers; nil where there are none.
    private let relay: Mutex<(@Sendable (FlowEvent) -> Void)?> = Mutex(nil)

    package init() {}

    /// Has what happens here told to other servers, too.
    package func setRelay(_ relay: @escaping @Sendable (FlowEvent) -> Void) { self.relay.withLock { $0 = relay } }

    /// Hands the event to all watchers; returns at once.
    package func publish(_ event: FlowEvent) {
        self.publishHere(event)
        self.relay.withLock { $0 }?(event)
    }

    /// The same for what another server told.
    package func publishHere(_ event: FlowEvent) {
        for buffer in self.buffers { buffer.push(event) }
    }

    /// Tells all watchers that something happened which is not known: they look again.
    package func publishGap() {
        for buffer in self.buffers { buffer.lose() }
    }

    private var buffers: [EventSubscription.Buffer] { self.state.withLock { Array($0.subscribers.values) } }

    /// Starts to watch, with at most `buffer` events that wait to be read; ends when the subscription is released.
    package func subscribe(buffer capacity: Int = 256) -> EventSubscription {
        let buffer = EventSubscription.Buffer(capacity: capacity)
        let id = self.state.withLock { state in
            state.nextID += 1
            state.subscribers[state.nextID] = buffer
            return state.nextID
        }
        return EventSubscription(buffer: buffer) { [weak self] in
            _ = self?.state.withLock { $0.subscribers.removeValue(forKey: id) }
        }
    }

    /// How many watch; for tests and gauges.
    package var subscriberCount: Int { self.state.withLock { $0.subscribers.count } }
}

/// What a watcher reads.
package enum BusItem: Sendable {
    case event(FlowEvent)
    /// The watcher was too slow: what came before the next event is unknown, look again.
    case gap
}

/// One watcher's view of the bus.
///
/// Read by one task.
package final class EventSubscription: AsyncSequence, Sendable {
    package typealias Element = BusItem

    private let buffer: Buffer
    private let onEnd: @Sendable () -> Void

    init(buffer: Buffer, onEnd: @escaping @Sendable () -> Void) {
        self.buffer = buffer
        self.onEnd = onEnd
    }

    deinit { self.onEnd() }

    package struct AsyncIterator: AsyncIteratorProtocol {
        // Holds the subscription, so that `for await … in bus.subscribe()` keeps it alive.
        let subscription: EventSubscription

        package mutating func next() async -> BusItem? { await self.subscription.buffer.next() }
    }

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(subscription: self) }

    /// The bounded queue between publishers and one reader.
    final class Buffer: Sendable {
        private struct State {
            var items: Deque<BusItem> = []
            var waiter: CheckedContinuation<BusItem?, Never>?
            var isCancelled = false
        }

        private let state = Mutex(State())
        private let capacity: Int

        init(capacity: Int) { self.capacity = Swift.max(1, capacity) }

        /// Puts a gap in the place of all that waits.
        func lose() {
            let waiter = self.state.withLock { state -> CheckedContinuation<BusItem?, Never>? in
                if let waiter = state.waiter {
                    state.waiter = nil
                    return waiter
                }
                state.items.removeAll(keepingCapacity: true)
                state.items.append(.gap)
                return nil
            }
            waiter?.resume(returning: .gap)
        }

        func push(_ event: FlowEvent) {
            let waiter = self.state.withLock { state -> CheckedContinuation<BusItem?, Never>? in
                if let waiter = state.waiter {
                    state.waiter = nil
                    return waiter
                }
                if state.items.count >= self.capacity {
                    // What is old is worth least: forget all of it, and say so once.
                    state.items.removeAll(keepingCapacity: true)
                    state.items.append(.gap)
                }
                state.items.append(.event(event))
                return nil
            }
            waiter?.resume(returning: .event(event))
        }

        func next() async -> BusItem? {
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let ready = self.state.withLock { state -> BusItem?? in
                        if state.isCancelled { return .some(nil) }
                        if let item = state.items.popFirst() { return .some(item) }
                        state.waiter = continuation
                        return nil
                    }
                    if let ready { continuation.resume(returning: ready) }
                }
            } onCancel: {
                let waiter = self.state.withLock { state in
                    state.isCancelled = true
                    defer { state.waiter = nil }
                    return state.waiter
                }
                waiter?.resume(returning: nil)
            }
        }
    }
}
