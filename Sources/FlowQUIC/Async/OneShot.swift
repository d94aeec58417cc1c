// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A result that is set once, by an event loop, and awaited by one task; cancelling that task sets it too.
///
/// Whoever sets it learns whether it was first: an answer that nobody waits for any more must be undone.
final class OneShot<Value: Sendable>: Sendable {
    private enum State {
        case pending
        case waiting(CheckedContinuation<Result<Value, any Error>, Never>)
        case done(Result<Value, any Error>)
        case consumed
    }

    private let state = Mutex(State.pending)

    /// Sets the result.
    ///
    /// - Returns: `false` when it was set before, by a cancellation for instance; nothing changes then.
    @discardableResult
    func complete(_ result: Result<Value, any Error>) -> Bool {
        let (isFirst, waiter) = self.state.withLock {
            state -> (Bool, CheckedContinuation<Result<Value, any Error>, Never>?) in
            switch state {
            case .pending:
                state = .done(result)
                return (true, nil)
            case .waiting(let continuation):
                state = .consumed
                return (true, continuation)
            case .done, .consumed:
                return (false, nil)
            }
        }
        waiter?.resume(returning: result)
        return isFirst
    }

    /// Whether the result is set, by a cancellation for instance.
    var isComplete: Bool {
        self.state.withLock { state in
            switch state {
            case .pending, .waiting: false
            case .done, .consumed: true
            }
        }
    }

    /// Waits for the result; only one task may.
    ///
    /// - Throws: The error that was set, or `CancellationError`.
    func wait() async throws -> Value {
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Result<Value, any Error>, Never>) in
                let immediate = self.state.withLock { state -> Result<Value, any Error>? in
                    guard case .done(let result) = state else {
                        state = .waiting(continuation)
                        return nil
                    }
                    state = .consumed
                    return result
                }
                if let immediate { continuation.resume(returning: immediate) }
            }
        } onCancel: {
            self.complete(.failure(CancellationError()))
        }
        return try result.get()
    }
}
