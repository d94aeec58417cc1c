// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension RunDraft {
    /// What a call of a webhook starts: an order for every host of the job, as a trigger by hand.
    ///
    /// - Parameters:
    ///   - name: tells calls of one webhook apart: what a repetition is known by, or something fresh.
    ///   - owner: as whom it starts; its caller, unless somebody known sent it.
    package static func hook(
        _ call: HookCall,
        of hook: Hook,
        for job: JobReference,
        named name: String,
        on targets: [AgentID],
        owner: String?
    ) -> RunDraft {
        let discriminator = "\(hook.id)/\(name)"
        let run = Run(
            id: DeterministicID.run(kind: .hook, job: job.uid, nominal: call.at, discriminator: discriminator),
            jobID: job.id,
            jobUID: job.uid,
            jobName: job.name,
            jobVersion: job.version,
            type: .webhook,
            nominal: call.at,
            source: hook.source,
            caller: call.actor?.name ?? owner,
            parameters: call.parameters,
            createdAt: call.at
        )
        return RunDraft(
            run: run,
            executions: Self.executions(
                of: run,
                kind: .hook,
                on: targets,
                discriminator: discriminator,
                at: call.at
            ),
            ordered: Set(targets),
            deadline: StartDeadline.ofTrigger(at: call.at),
            triggerUID: nil,
            kind: .hook,
            discriminator: discriminator
        )
    }
}
