// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Lets one task sleep until a time or until it is called, whichever comes first.
///
/// A ring while nobody waits is remembered, so that nothing is missed between looking and sleeping.
package final class Alarm: Sendable {
    private struct State {
        var hasRung = false
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    package init() {}

    /// Wakes the waiting task, or the next one to wait.
    package func ring() {
        let waiter = self.state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard let waiter = state.waiter else {
                state.hasRung = true
                return nil
            }
            state.waiter = nil
            return waiter
        }
        waiter?.resume()
    }

    /// Waits for a ring, at most for `duration`.
    ///
    /// Nil waits without limit. Also ends when the task is cancelled.
    package func wait(for duration: Duration?) async {
        guard let duration else { return await self.waitForRing() }
        guard duration > .zero else { return }
        let deadline = ContinuousClock.now + duration
        await withTaskGroup { group in
            group.addTask { await self.waitForRing() }
            // Zero tolerance: the default lets a timer drift by a twentieth of its length.
            group.addTask { try? await Task.sleep(until: deadline, tolerance: .zero, clock: .continuous) }
            await group.next()
            group.cancelAll()
        }
    }

    private func waitForRing() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = self.state.withLock { state in
                    if state.hasRung || Task.isCancelled {
                        state.hasRung = false
                        return true
                    }
                    state.waiter = continuation
                    return false
                }
                if isOver { continuation.resume() }
            }
        } onCancel: {
            let waiter = self.state.withLock { state in
                defer { state.waiter = nil }
                return state.waiter
            }
            waiter?.resume()
        }
    }
}
