// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Which part of the work is this server's.
package protocol WorkShare: Sendable {
    /// Units that it may work for at this moment.
    var units: Set<WorkUnit> { get }
}

extension WorkShare {
    /// Whether it reads the event log and forgets.
    package var isKeeper: Bool { self.units.contains(.keeping) }
}

/// Everything: there is no other server.
package struct WholeWork: WorkShare {
    package let units = Set(WorkUnit.all)

    package init() {}
}
