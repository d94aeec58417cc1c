// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What an agent needs of a job to run it: one version, complete.
package struct JobSnapshot: Hashable, Sendable, Codable {
    private struct Fields: Hashable, Sendable, Codable {
        let uid: JobUID
        let id: JobID
        let version: Int64
        let name: String
        let payload: Payload
        let schedule: ScheduleSpec
        let policies: Policies
        let isEnabled: Bool
        let defaults: [String: String]?
        var placement: Placement?
        var unsupported: String?
        /// Nil = none, so that what has none is written as before.
        var secretParameters: [String]?
        var verdict: DefinitionVerdict?
    }

    /// Apart, so that a thousand sessions with the same jobs hold each of them once.
    private final class Content: Sendable {
        let fields: Fields
        /// Of what hosts are told of it; empty until somebody has asked.
        let hash = Mutex<[UInt8]>([])
        init(_ fields: Fields) { self.fields = fields }
    }

    private var content: Content

    package var uid: JobUID { self.content.fields.uid }
    package var id: JobID { self.content.fields.id }
    package var version: Int64 { self.content.fields.version }
    package var name: String { self.content.fields.name }
    package var payload: Payload { self.content.fields.payload }
    package var schedule: ScheduleSpec { self.content.fields.schedule }
    package var policies: Policies { self.content.fields.policies }
    package var isEnabled: Bool { self.content.fields.isEnabled }
    /// Parameters that hold where an order has none; nil = there are none.
    package var defaults: [String: String]? { self.content.fields.defaults }

    /// Names of parameters whose values the host asks for (``SecretParameter``).
    package var secretParameters: [String] { self.content.fields.secretParameters ?? [] }

    /// Where it runs; nil = on each host.
    ///
    /// The server's own: hosts are told with each order.
    package var placement: Placement? {
        get { self.content.fields.placement }
        set {
            var fields = self.content.fields
            fields.placement = newValue
            self.content = Content(fields)
        }
    }

    /// What a newer server says in it that this agent does not know, in words; nil when nothing.
    ///
    /// Payload, schedule or policies then are placeholders, and nothing of the job is ever started: each of its executions ends
    /// as SKIPPED(POLICY_DENIED).
    package var unsupported: String? {
        get { self.content.fields.unsupported }
        set {
            var fields = self.content.fields
            fields.unsupported = newValue
            self.content = Content(fields)
        }
    }

    /// What the host found out about the signature that this came with; nil when it came with none, and on servers.
    package var verdict: DefinitionVerdict? {
        get { self.content.fields.verdict }
        set {
            var fields = self.content.fields
            fields.verdict = newValue
            self.content = Content(fields)
        }
    }

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
        unsupported: String? = nil,
        secretParameters: [String] = []
    ) {
        self.content = Content(
            Fields(
                uid: uid,
                id: id,
                version: version,
                name: name,
                payload: payload,
                schedule: schedule,
                policies: policies,
                isEnabled: isEnabled,
                defaults: defaults,
                placement: placement,
                unsupported: unsupported,
                secretParameters: secretParameters.isEmpty ? nil : secretParameters
            )
        )
    }

    /// What was worked out once for this content, or is now.
    func rememberedHash(_ make: () -> [UInt8]) -> [UInt8] {
        let known = self.content.hash.withLock { $0 }
        guard known.isEmpty else { return known }
        // Outside the lock: two who ask at once work out the same.
        let made = make()
        self.content.hash.withLock { $0 = made }
        return made
    }

    package init(from decoder: any Decoder) throws { self.content = Content(try Fields(from: decoder)) }

    package func encode(to encoder: any Encoder) throws { try self.content.fields.encode(to: encoder) }

    package static func == (first: JobSnapshot, second: JobSnapshot) -> Bool {
        first.content === second.content || first.content.fields == second.content.fields
    }

    package func hash(into hasher: inout Hasher) { self.content.fields.hash(into: &hasher) }

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
            policies: job.definition.placement?.waves != nil
                ? job.definition.policies.forWaves
                : isCoordinated ? job.definition.policies.forSlots : job.definition.policies,
            isEnabled: job.isEnabled,
            defaults: job.definition.defaults,
            placement: job.definition.placement,
            secretParameters: job.definition.secretParameters
        )
    }
}

extension JobSnapshot {
    /// For an item of a list: how many run at once is decided before a host is chosen (W13).
    package var forItems: JobSnapshot {
        JobSnapshot(
            uid: self.uid,
            id: self.id,
            version: self.version,
            name: self.name,
            payload: self.payload,
            schedule: self.schedule,
            policies: self.policies.forSlots,
            isEnabled: self.isEnabled,
            defaults: self.defaults,
            placement: self.placement,
            unsupported: self.unsupported,
            secretParameters: self.secretParameters
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

    /// Of a job that goes in waves: when the last ones begin is not for its start deadline to say.
    fileprivate var forWaves: Policies {
        var policies = self.forSlots
        policies.startDeadlineSeconds = nil
        return policies
    }
}
