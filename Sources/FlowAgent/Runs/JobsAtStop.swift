// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What becomes of running jobs when the agent stops: they end with it, or go on under their runner until the next agent.
///
/// Decided at the stop itself: a service manager that restarts the agent does not mean its jobs, Ctrl-C does.
package final class JobsAtStop: Sendable {
    private let isLeaving = Atomic(false)

    package init() {}

    var areLeft: Bool { self.isLeaving.load(ordering: .acquiring) }

    package func leave() { self.isLeaving.store(true, ordering: .releasing) }
    package func end() { self.isLeaving.store(false, ordering: .releasing) }
}
