// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import Synchronization

/// Whether schedules fire at all, as this server knows it.
///
/// A cache: the store refuses to fire whatever is said here. Who asks, asks at the moment of use.
package final class LiveScheduler: Sendable {
    private let state: Mutex<SchedulerState>

    package init(_ state: SchedulerState = SchedulerState()) { self.state = Mutex(state) }

    package var now: SchedulerState { self.state.withLock { $0 } }

    /// - Returns: whether it is news; of two changes that come in the wrong order the older is dropped.
    @discardableResult
    package func take(_ state: SchedulerState) -> Bool {
        self.state.withLock { known in
            guard state.revision > known.revision else { return false }
            known = state
            return true
        }
    }
}
