// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// The server's records, with those at hand that may still change without a report: a day has a hundred thousand.
struct SimulatedExecutions {
    private var rows: [ExecutionID: Execution] = [:]
    private var open: Set<ExecutionID> = []

    subscript(id: ExecutionID) -> Execution? {
        get { self.rows[id] }
        set {
            self.rows[id] = newValue
            if newValue?.isUnsettled == true { self.open.insert(id) } else { self.open.remove(id) }
        }
    }

    var count: Int { self.rows.count }
    /// In no order, as all of these.
    var values: [ExecutionID: Execution].Values { self.rows.values }
    var unsettled: [Execution] { self.open.compactMap { self.rows[$0] } }
}

extension Execution {
    /// It has not ended, or was skipped before its time: its host may have run it all the same (R8).
    fileprivate var isUnsettled: Bool {
        !self.status.isTerminal || (self.status == .skipped && self.nominal > self.updatedAt)
    }
}
