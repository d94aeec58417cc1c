// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A run that is about to begin, with everything a store writes for it: fires, triggers and retries alike.
///
/// A store makes the run, inserts the executions that are not there yet (an agent may have reported a fire first), and
/// stores an order for each new one whose agent is in ``ordered``.
package struct RunDraft: Hashable, Sendable {
    package let run: Run
    /// One PENDING record per target, in order of the agents' ids.
    package let executions: [Execution]
    /// Agents that get an order (R4).
    package let ordered: Set<AgentID>
    /// By when each execution must have started.
    package let deadline: Timestamp
    /// What a repeated request finds the run by; nil for a fire.
    package let triggerUID: String?
    /// Where its executions come from, and what their identifiers are made of beside that.
    package let kind: ExecutionKind
    var discriminator = ""
    /// Hosts that the trigger named; nil = all of the job's.
    package var wanted: [AgentID]?
    /// Shards that are to run again; nil = all.
    package var shards: [Int]?
    /// Where it runs, when that is not for its job to say.
    package var placement: Placement?

    /// The same run with other records, and orders for these hosts only.
    func with(_ executions: [Execution], ordered: Set<AgentID>) -> RunDraft {
        RunDraft(
            run: self.run,
            executions: executions,
            ordered: ordered,
            deadline: self.deadline,
            triggerUID: self.triggerUID,
            kind: self.kind,
            discriminator: self.discriminator,
            wanted: self.wanted,
            shards: self.shards,
            placement: self.placement
        )
    }

    /// What a fire starts (R3).
    ///
    /// Agents that are not online run the fire on their own and report it, so only the others get an order.
    package static func fire(
        _ fire: PlannedFire,
        of job: JobReference,
        on targets: [AgentID],
        online: Set<AgentID>,
        at now: Timestamp
    ) -> RunDraft {
        let run = Run(
            id: DeterministicID.run(kind: .cron, job: job.uid, nominal: fire.nominal),
            jobID: job.id,
            jobUID: job.uid,
            jobName: job.name,
            jobVersion: job.version,
            type: .schedule,
            nominal: fire.nominal,
            source: "scheduler",
            createdAt: now
        )
        return RunDraft(
            run: run,
            executions: Self.executions(of: run, kind: .cron, on: targets, at: now),
            ordered: online,
            deadline: StartDeadline.of(nominal: fire.nominal, next: fire.next),
            triggerUID: nil,
            kind: .cron
        )
    }

    /// What a trigger starts: an order for every target, offline ones too, because nobody else would start these.
    ///
    /// - Parameters:
    ///   - reached: the agents of the job's groups, which bound what a trigger may name.
    ///   - parent: the execution that is run again.
    ///   - earlier: those of the run that is run again, one a host.
    ///   - dataTime: of the run that is run again.
    ///   - isPlaced: whether the server chooses the hosts.
    /// - Throws: `conflict` when it reaches nobody.
    package static func trigger(
        _ trigger: Trigger,
        of job: JobReference,
        reaching reached: [AgentID],
        parent: Execution?,
        earlier: [AgentID: ExecutionID] = [:],
        dataTime: Timestamp? = nil,
        isPlaced: Bool = false,
        at now: Timestamp
    ) throws(CoreError) -> RunDraft {
        // A slot is not its host's: what failed there may run anywhere.
        let named = isPlaced && trigger.type == .retry ? nil : trigger.targets
        let wanted = named.map { Set($0) }
        let targets = reached.filter { wanted?.contains($0) ?? true }
        guard !targets.isEmpty else { throw StoreFault.noTarget(job.name) }
        let kind: ExecutionKind = trigger.type == .retry ? .rerun : .manual
        let run = Run(
            id: DeterministicID.run(kind: kind, job: job.uid, nominal: now, discriminator: trigger.uid),
            jobID: job.id,
            jobUID: job.uid,
            jobName: job.name,
            jobVersion: job.version,
            type: trigger.type,
            nominal: now,
            dataTime: dataTime,
            source: trigger.source,
            caller: trigger.caller,
            parameters: trigger.parameters,
            retryOf: parent?.runID ?? trigger.rerunOf,
            createdAt: now
        )
        return RunDraft(
            run: run,
            executions: Self.executions(
                of: run,
                kind: kind,
                on: targets,
                discriminator: trigger.uid,
                retryOf: trigger.retryOf,
                earlier: earlier,
                at: now
            ),
            ordered: Set(targets),
            deadline: StartDeadline.ofTrigger(at: now),
            triggerUID: trigger.uid,
            kind: kind,
            discriminator: trigger.uid,
            wanted: named
        )
    }

    static func executions(
        of run: Run,
        kind: ExecutionKind,
        on targets: [AgentID],
        discriminator: String = "",
        retryOf: ExecutionID? = nil,
        earlier: [AgentID: ExecutionID] = [:],
        at now: Timestamp
    ) -> [Execution] {
        targets.map { agent in
            Execution(
                id: DeterministicID.execution(
                    kind: kind,
                    job: run.jobUID,
                    nominal: run.nominal,
                    agent: agent,
                    discriminator: discriminator
                ),
                runID: run.id,
                jobID: run.jobID,
                jobUID: run.jobUID,
                jobName: run.jobName,
                jobVersion: run.jobVersion,
                agentID: agent,
                kind: kind,
                nominal: run.nominal,
                retryOf: retryOf ?? earlier[agent],
                updatedAt: now
            )
        }
    }
}

/// What a run copies of its job.
package struct JobReference: Hashable, Sendable {
    package let id: JobID
    package let uid: JobUID
    package let version: Int64
    package let name: String

    package init(id: JobID, uid: JobUID, version: Int64, name: String) {
        self.id = id
        self.uid = uid
        self.version = version
        self.name = name
    }

    package init(_ job: Job) {
        self.init(id: job.id, uid: job.uid, version: job.version, name: job.definition.name)
    }
}
