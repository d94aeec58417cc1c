// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Synchronization

/// Hands elements from an event loop to tasks, in order.
///
/// Unlike `AsyncStream`, cancelling one waiting task does not end the queue, and reading may be taken up again later
/// by another. It has no limit of its own: what fills it is bounded by QUIC's flow control.
final class AsyncQueue<Element: Sendable>: Sendable {
    /// What a reader gets.
    enum Next: Sendable {
        case element(Element)
        /// Nothing will come any more; the error says why, nil means a proper end.
        case finished((any Error)?)
        /// The reading task was cancelled; the queue goes on.
        case cancelled
    }

    private struct State {
        var elements = CircularBuffer<Element>()
        var waiters: [(id: UInt64, continuation: CheckedContinuation<Next, Never>)] = []
        var lastWaiter: UInt64 = 0
        var isFinished = false
        var error: (any Error)?

        /// What a reader gets at once; nil when it has to wait.
        mutating func poll() -> Next? {
            if let element = self.elements.popFirst() { return .element(element) }
            return self.isFinished ? .finished(self.error) : nil
        }
    }

    private let state = Mutex(State())

    /// Adds an element; after the end it is dropped.
    func push(_ element: Element) {
        let waiter = self.state.withLock { state -> CheckedContinuation<Next, Never>? in
            guard !state.isFinished else { return nil }
            guard state.waiters.isEmpty else { return state.waiters.removeFirst().continuation }
            state.elements.append(element)
            return nil
        }
        waiter?.resume(returning: .element(element))
    }

    /// Ends the queue after what is in it; only the first end counts.
    func finish(_ error: (any Error)? = nil) {
        let waiters = self.state.withLock { state in
            if !state.isFinished {
                state.isFinished = true
                state.error = error
            }
            defer { state.waiters.removeAll() }
            return state.waiters
        }
        for waiter in waiters {
            waiter.continuation.resume(returning: .finished(error))
        }
    }

    /// Whether the end was set.
    var isFinished: Bool { self.state.withLock { $0.isFinished } }

    /// Takes everything that waits to be read.
    func drain() -> [Element] {
        self.state.withLock { state in
            defer { state.elements.removeAll() }
            return Array(state.elements)
        }
    }

    /// Takes the next element, waiting for it.
    func next() async -> Next {
        if Task.isCancelled { return .cancelled }
        if let immediate = self.state.withLock({ $0.poll() }) { return immediate }
        let id = self.state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let immediate = self.state.withLock { state -> Next? in
                    // Looked at under the lock: either the handler below finds the waiter or we see the cancellation.
                    if Task.isCancelled { return .cancelled }
                    if let next = state.poll() { return next }
                    state.waiters.append((id, continuation))
                    return nil
                }
                if let immediate { continuation.resume(returning: immediate) }
            }
        } onCancel: {
            let waiter = self.state.withLock { state -> CheckedContinuation<Next, Never>? in
                guard let index = state.waiters.firstIndex(where: { $0.id == id }) else { return nil }
                return state.waiters.remove(at: index).continuation
            }
            waiter?.resume(returning: .cancelled)
        }
    }
}
