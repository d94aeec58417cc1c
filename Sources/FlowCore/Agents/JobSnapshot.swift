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
        self.unsupported = unsupported
    }

    package init(_ job: Job) {
        self.init(
            uid: job.uid,
            id: job.id,
            version: job.version,
            name: job.definition.name,
            payload: job.definition.payload,
            schedule: job.definition.schedule.forHosts,
            policies: job.definition.policies,
            isEnabled: job.isEnabled,
            defaults: job.definition.defaults
        )
    }
}
