// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension RunDraft {
    /// What the ends of parents start: an order for every host of the job, as a trigger by hand.
    ///
    /// - Parameters:
    ///   - names: of the parents, for people.
    ///   - handed: what the parents' outputs make of its parameters.
    ///   - owner: as whom it starts.
    ///   - denied: why the owner may not start it; it is recorded as skipped on each host then (D12).
    package static func dependency(
        _ start: DependencyStart,
        of job: JobReference,
        on targets: [AgentID],
        parents names: [String],
        handed: HandedParameters = HandedParameters(),
        owner: String?,
        denied: String?,
        at now: Timestamp
    ) -> RunDraft {
        let run = Run(
            id: start.run(of: job.uid),
            jobID: job.id,
            jobUID: job.uid,
            jobName: job.name,
            jobVersion: job.version,
            type: .dependency,
            nominal: start.nominal,
            source: Self.source(names),
            caller: owner,
            parameters: handed.values.merging(Self.missing(start)) { $1 },
            createdAt: now
        )
        var executions = self.executions(
            of: run,
            kind: .dependency,
            on: targets,
            discriminator: start.discriminator,
            at: now
        )
        let refusal: (reason: ExecutionReason, words: String)? =
            start.isSkipped
            ? (.deadline, "The deadline for the tasks it waits for passed; missing: \(Self.list(start.missing ?? []))")
            : (denied ?? handed.fault).map { (.policyDenied, $0) }
        if let refusal {
            for index in executions.indices {
                executions[index].status = .skipped
                executions[index].reason = refusal.reason
                executions[index].detail = refusal.words
            }
        }
        return RunDraft(
            run: run,
            executions: executions,
            ordered: refusal == nil ? Set(targets) : [],
            deadline: StartDeadline.ofTrigger(at: now),
            triggerUID: nil,
            kind: .dependency,
            discriminator: start.discriminator
        )
    }

    private static func missing(_ start: DependencyStart) -> [String: String] {
        guard let missing = start.missing else { return [:] }
        return [HandedParameters.missingParents: missing.map { "\($0)" }.joined(separator: ",")]
    }

    private static func list(_ parents: [JobID]) -> String { parents.map { "task \($0)" }.joined(separator: ", ") }

    /// Some names say enough: what a run was for is kept with it.
    private static func source(_ names: [String]) -> String {
        guard !names.isEmpty else { return "dep:deadline" }
        let shown = names.prefix(3).joined(separator: ", ")
        return "dep:" + shown + (names.count > 3 ? " +\(names.count - 3)" : "")
    }
}
