// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What an agent needs of a job to run it: one version, complete.
package struct JobSnapshot: Hashable, Sendable, Codable {
    package let uid: JobUID
    package let id: JobID
    package let version: Int64
    package let name: String
    package let payload: Payload
    package let schedule: ScheduleSpec
    package let policies: Policies
    package let isEnabled: Bool
    /// Parameters that hold where an order has none; nil = there are none.
    package let defaults: [String: String]?
    /// Where it runs; nil = on each host.
    ///
    /// The server's own: hosts are told with each order.
    package var placement: Placement?
    /// What a newer server says in it that this agent does not know, in words; nil when nothing.
    ///
    /// Payload, schedule or policies then are placeholders, and nothing of the job is ever started: each of its executions ends
    /// as SKIPPED(POLICY_DENIED).
    package var unsupported: String?

    package init(
        uid: JobUID,
        id: JobID,
        version: Int64,
        name: String,
        payload: Payload,
        schedule: ScheduleSpec,
        policies: Policies,
        isEnabled: Bool,
        defaults: [String: String]? = nil,
        placement: Placement? = nil,
        unsupported: String? = nil
    ) {
        self.uid = uid
        self.id = id
        self.version = version
        self.name = name
        self.payload = payload
        self.schedule = schedule
        self.policies = policies
        self.isEnabled = isEnabled
        self.defaults = defaults
        self.placement = placement
        self.unsupported = unsupported
    }

    /// What hosts are told: they fire nothing by themselves of what the server places, and it says how many run at once.
    package init(_ job: Job) {
        let isCoordinated = job.definition.placement?.isCoordinated ?? false
        self.init(
            uid: job.uid,
            id: job.id,
            version: job.version,
            name: job.definition.name,
            payload: job.definition.payload,
            schedule: isCoordinated ? .manual : job.definition.schedule.forHosts,
            policies: isCoordinated ? job.definition.policies.forSlots : job.definition.policies,
            isEnabled: job.isEnabled,
            defaults: job.definition.defaults,
            placement: job.definition.placement
        )
    }
}

extension Policies {
    /// Of a job that the server places: whether a run begins beside another is decided before a host is chosen.
    fileprivate var forSlots: Policies {
        var policies = self
        policies.overlap = .allow
        policies.concurrency = Placement.slotRange.upperBound
        return policies
    }
}
