// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Makes writers of a stream wait while too much of what they wrote is not yet acknowledged by the peer.
///
/// A write is either admitted whole or throws; bytes held never exceed the limit by more than one write.
final class WriteGate: Sendable {
    private struct State {
        var held = 0
        var end: QUICError?
        var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var lastWaiter: UInt64 = 0
        var isFinished = false

        /// Whether nothing can be written any more, so that waiting is pointless.
        var isOver: Bool { self.end != nil || self.isFinished }

        mutating func takeWaiters() -> [CheckedContinuation<Void, Never>] {
            defer { self.waiters.removeAll() }
            return Array(self.waiters.values)
        }
    }

    private let limit: Int
    private let state = Mutex(State())

    /// Makes a gate that lets writers wait once that many bytes are held.
    init(limit: Int) {
        self.limit = max(1, limit)
    }

    /// Whether the writer ended the stream.
    var isFinished: Bool { self.state.withLock { $0.isFinished } }

    /// Waits for room and takes it.
    ///
    /// - Throws: `QUICError` when the stream is over for writing, `CancellationError` while waiting; in both cases
    ///   nothing was taken.
    func admit(_ count: Int) async throws {
        while true {
            try Task.checkCancellation()
            let isAdmitted = try self.state.withLock { state in
                if let end = state.end { throw end }
                if state.isFinished { throw QUICError.streamFinished }
                guard state.held < self.limit else { return false }
                state.held += count
                return true
            }
            if isAdmitted { return }
            await self.waitForRoom()
        }
    }

    /// Gives back room: the peer has the bytes.
    func release(_ count: Int) {
        let waiters = self.state.withLock { state in
            state.held = max(0, state.held - count)
            // Not at the first free byte: a writer woken for every packet would only wake to wait again.
            return state.held <= self.limit / 2 ? state.takeWaiters() : []
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Ends writing from this side.
    ///
    /// - Throws: Why the stream is already over, when it is.
    func finish() throws {
        let waiters = try self.state.withLock { state in
            if let end = state.end { throw end }
            if state.isFinished { throw QUICError.streamFinished }
            state.isFinished = true
            return state.takeWaiters()
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Ends writing with an error every writer gets; only the first counts.
    func fail(_ error: QUICError) {
        let waiters = self.state.withLock { state in
            if state.end == nil { state.end = error }
            return state.takeWaiters()
        }
        for waiter in waiters { waiter.resume() }
    }

    private func waitForRoom() async {
        let id = self.state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
                let mustWait = self.state.withLock { state in
                    if Task.isCancelled || state.isOver || state.held < self.limit { return false }
                    state.waiters[id] = continuation
                    return true
                }
                if !mustWait { continuation.resume() }
            }
        } onCancel: {
            self.state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
        }
    }
}

extension QUICError {
    /// Writing after `finish`.
    static var streamFinished: QUICError {
        QUICError(code: .streamClosed, message: "the stream was finished on this side")
    }
}
