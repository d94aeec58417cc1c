// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A job as somebody wrote it down: everything that a new version may change.
package struct JobDefinition: Hashable, Sendable, Codable {
    /// 1 to 128 characters, unique among jobs (S1-FR-1.1).
    package var name: String
    /// At most 512 characters.
    package var description: String
    package var payload: Payload
    package var schedule: ScheduleSpec
    package var policies: Policies
    /// The groups whose agents run the job; ``Group/everyone`` = all agents.
    package var groups: [GroupID]
    package var labels: [String: String]
    /// Who is told of what becomes of it (S2-9); nil, also in what older versions stored, is nobody.
    package var notify: [NotifyRule]?
    /// The jobs that start it; nil, also in what older versions stored, is none.
    package var dependencies: JobDependencies?
    /// What may be handed to it; nil, also in what older versions stored, says nothing of that.
    package var parameters: [ParameterDeclaration]?
    /// When it stops by itself; nil, also in what older versions stored, is never.
    package var standing: StandingPolicies?
    /// On which hosts of its groups it runs; nil, also in what older versions stored, is on each.
    package var placement: Placement?
    /// What takes two persons; nil, also in what older versions stored, is nothing.
    package var twoPerson: [TwoPersonAction]?

    package init(
        name: String,
        description: String = "",
        payload: Payload,
        schedule: ScheduleSpec,
        policies: Policies = Policies(),
        groups: [GroupID],
        labels: [String: String] = [:],
        notify: [NotifyRule]? = nil,
        dependencies: JobDependencies? = nil,
        standing: StandingPolicies? = nil,
        parameters: [ParameterDeclaration]? = nil,
        placement: Placement? = nil,
        twoPerson: [TwoPersonAction]? = nil
    ) {
        self.name = name
        self.description = description
        self.payload = payload
        self.schedule = schedule
        self.policies = policies
        self.groups = groups
        self.labels = labels
        self.notify = notify
        self.dependencies = dependencies
        self.standing = standing
        self.parameters = parameters
        self.placement = placement
        self.twoPerson = twoPerson
    }
}

/// A stored job.
///
/// Every change makes a new version; executions stay pinned to the version they started with (C-08).
package struct Job: Hashable, Sendable, Codable {
    package let id: JobID
    package let uid: JobUID
    /// 1 for a new job, +1 on every change, enabling and disabling included.
    package var version: Int64
    package var definition: JobDefinition
    /// A newer server wrote the definition: here it has name and groups, and nothing else of it.
    package let isUnreadable: Bool
    package var isEnabled: Bool
    /// The next nominal fire the server has not planned yet; nil when disabled or when there is none.
    package var nextFire: Timestamp?
    /// Why it rests, if nobody switched it off; nil for a job that is enabled.
    package var hold: JobHold?
    /// Whose step it is; nil for a job that stands for itself.
    package var workflow: WorkflowID?
    package var createdBy: String
    package var createdAt: Timestamp
    package var updatedAt: Timestamp

    package init(
        id: JobID,
        uid: JobUID,
        version: Int64,
        definition: JobDefinition,
        isUnreadable: Bool = false,
        isEnabled: Bool,
        nextFire: Timestamp?,
        hold: JobHold? = nil,
        workflow: WorkflowID? = nil,
        createdBy: String,
        createdAt: Timestamp,
        updatedAt: Timestamp
    ) {
        self.id = id
        self.uid = uid
        self.version = version
        self.definition = definition
        self.isUnreadable = isUnreadable
        self.isEnabled = isEnabled
        self.nextFire = nextFire
        self.hold = hold
        self.workflow = workflow
        self.createdBy = createdBy
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}
