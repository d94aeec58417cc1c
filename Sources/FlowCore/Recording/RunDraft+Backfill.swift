// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension RunDraft {
    /// What one time of a backfill starts, from now on: a fire's own identifiers would be too old for the hosts, who remember
    /// so many days and have decided on all fires up to their cursor (R2, R10).
    ///
    /// - Parameters:
    ///   - time: the fire that is made up for.
    ///   - targets: hosts that are there, ascending.
    ///   - away: hosts that are not; what they miss is recorded.
    package static func backfill(
        _ time: Timestamp,
        of backfill: Backfill,
        for job: JobReference,
        on targets: [AgentID],
        away: [AgentID] = [],
        at now: Timestamp
    ) -> RunDraft {
        let discriminator = backfill.discriminator(of: time)
        let run = Run(
            id: DeterministicID.run(kind: .backfill, job: job.uid, nominal: now, discriminator: discriminator),
            jobID: job.id,
            jobUID: job.uid,
            jobName: job.name,
            jobVersion: job.version,
            type: .backfill,
            nominal: now,
            dataTime: time,
            source: backfill.source,
            caller: backfill.caller,
            parameters: backfill.parameters,
            createdAt: now
        )
        var executions = Self.executions(
            of: run,
            kind: .backfill,
            on: (targets + away).sorted(),
            discriminator: discriminator,
            at: now
        )
        let absent = Set(away)
        for index in executions.indices where absent.contains(executions[index].agentID) {
            executions[index].status = .skipped
            executions[index].reason = .agentOffline
            executions[index].detail =
                "the host was away when this time had its turn; a further backfill makes up for it"
        }
        return RunDraft(
            run: run,
            executions: executions,
            ordered: Set(targets),
            deadline: StartDeadline.ofTrigger(at: now),
            triggerUID: nil,
            kind: .backfill,
            discriminator: discriminator
        )
    }
}
