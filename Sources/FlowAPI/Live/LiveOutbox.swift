// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import DequeModule
import FlowCore
import Synchronization

/// The bounded queue between what is watched and one socket.
///
/// When the socket does not take its frames, those of the topics that would not fit are dropped; what is queued goes
/// out first, then one `gap` per such topic, then newer frames. So a client sees exactly where it has to look again.
final class LiveOutbox: Sendable {
    /// What goes to the socket.
    enum Item: Hashable, Sendable {
        case text(String)
        case ping
        case pong([UInt8])
        case close(code: UInt16, reason: String)
    }

    private struct State {
        var items: Deque<Item> = []
        /// Topics that lost frames, in the order in which they did.
        var gaps: [String] = []
        var waiter: CheckedContinuation<Item?, Never>?
        var isClosed = false
    }

    private let state = Mutex(State())
    private let capacity: Int

    init(capacity: Int = 256) { self.capacity = capacity }

    /// Queues a frame.
    ///
    /// - Returns: false when it was dropped.
    @discardableResult
    func push(_ item: Item, topic: String? = nil) -> Bool {
        let (isQueued, waiter) = self.state.withLock { state -> (Bool, CheckedContinuation<Item?, Never>?) in
            guard !state.isClosed else { return (false, nil) }
            if let topic, state.gaps.contains(topic) { return (false, nil) }
            if let waiter = state.waiter {
                state.waiter = nil
                return (true, waiter)
            }
            guard state.items.count < self.capacity else {
                // Answers to commands belong to no topic; a client that sends but never reads loses them.
                if let topic { state.gaps.append(topic) }
                return (false, nil)
            }
            state.items.append(item)
            return (true, nil)
        }
        waiter?.resume(returning: item)
        return isQueued
    }

    /// Whether a topic that can wait should.
    var isBusy: Bool { self.state.withLock { $0.items.count > self.capacity / 4 } }

    /// Says that a topic lost something before it came here.
    func gap(topic: String) {
        let waiter = self.state.withLock { state -> CheckedContinuation<Item?, Never>? in
            guard !state.isClosed, !state.gaps.contains(topic) else { return nil }
            if let waiter = state.waiter {
                state.waiter = nil
                return waiter
            }
            state.gaps.append(topic)
            return nil
        }
        waiter?.resume(returning: .text(LiveFrame.gap(topic)))
    }

    /// Queues the last frame, ahead of everything that waits.
    func close(code: UInt16, reason: String) {
        let waiter = self.state.withLock { state -> CheckedContinuation<Item?, Never>? in
            guard !state.isClosed else { return nil }
            state.isClosed = true
            state.items = []
            state.gaps = []
            guard let waiter = state.waiter else {
                state.items = [.close(code: code, reason: reason)]
                return nil
            }
            state.waiter = nil
            return waiter
        }
        waiter?.resume(returning: .close(code: code, reason: reason))
    }

    /// The next frame to write; nil when cancelled or closed and empty.
    func next() async -> Item? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let ready = self.state.withLock { state -> Item?? in
                    if let item = state.items.popFirst() { return .some(item) }
                    if !state.gaps.isEmpty { return .some(.text(LiveFrame.gap(state.gaps.removeFirst()))) }
                    if state.isClosed { return .some(nil) }
                    state.waiter = continuation
                    return nil
                }
                if let ready { continuation.resume(returning: ready) }
            }
        } onCancel: {
            let waiter = self.state.withLock { state in
                state.isClosed = true
                defer { state.waiter = nil }
                return state.waiter
            }
            waiter?.resume(returning: nil)
        }
    }
}

/// The text frames of the live connection.
enum LiveFrame {
    static func gap(_ topic: String) -> String {
        JSONWriter.text(.object([.init("op", "gap"), .init("t", topic)]))
    }
}
