// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Fires that were decided before their time, as far as their time has not come: the ledger has a row of each.
///
/// A clock that was ahead ran them, or an order for one was refused at once. They are not missed when their time passes while
/// nobody looks, and no record of a missed range can take their place in the ledger.
struct AheadFires: Sendable {
    private var ids: Set<ExecutionID>
    /// Spares a hash for nearly every fire that is asked about.
    private var times: Set<Timestamp>

    init(_ ids: some Sequence<ExecutionID>) {
        self.ids = Set(ids)
        self.times = Set(self.ids.map(\.nominal))
    }

    var isEmpty: Bool { self.ids.isEmpty }
    var count: Int { self.ids.count }

    mutating func insert(_ id: ExecutionID) {
        self.ids.insert(id)
        self.times.insert(id.nominal)
    }

    /// After the clock went back: what the ledger took back, and what it has that lies ahead now.
    mutating func update(withdrawn: [ExecutionID], decided: [ExecutionID]) {
        self = AheadFires(self.ids.union(decided).subtracting(withdrawn))
    }

    /// Forgets those whose time is over.
    mutating func forget(before bound: ExecutionID) {
        guard self.ids.contains(where: { $0 < bound }) else { return }
        self = AheadFires(self.ids.filter { $0 >= bound })
    }

    func contains(_ nominal: Timestamp, of job: JobUID, on agent: AgentID) -> Bool {
        guard self.times.contains(nominal) else { return false }
        return self.ids.contains(DeterministicID.execution(kind: .cron, job: job, nominal: nominal, agent: agent))
    }
}
