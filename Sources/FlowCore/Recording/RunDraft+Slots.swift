// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension RunDraft {
    /// What a fire starts whose hosts the server chooses: no host is waited for, so that none owes an account of it.
    ///
    /// A fire that the server was away for, or that a stop of the scheduler held up, stands for all that was missed: it is run
    /// late, or recorded as missed, by the job's policy for missed fires, and never later than the job's deadline for starts.
    ///
    /// - Parameters:
    ///   - hosts: of a run in waves.
    ///   - stop: of the scheduler, in which the fire came due.
    ///   - change: why it will not be run whatever the policy, to stand behind the stop; nil where the policy decides.
    package static func placedFire(
        _ fire: PlannedFire,
        of job: JobReference,
        on hosts: [AgentID] = [],
        _ policies: Policies,
        stop: SchedulerStop? = nil,
        withdrawnBy change: String? = nil,
        at now: Timestamp
    ) -> RunDraft {
        let draft = Self.fire(fire, of: job, on: hosts, online: [], at: now)
        let late = now.milliseconds(since: fire.nominal)
        let isTooLate =
            policies.startDeadlineSeconds.map { late > Int64($0) * 1000 + policies.jitterMilliseconds } ?? false
        guard
            change != nil || fire.isMissed || isTooLate
                || (policies.misfire == .skip && Self.isLate(fire, policies, at: now))
        else {
            return draft
        }
        let away = stop?.text.en ?? "the server was away at this time and until \(now)"
        let cause = change.map { "\(away); \($0)" } ?? away
        var executions = draft.executions
        if change != nil || isTooLate || policies.misfire == .skip || late > policies.catchUpWindowMilliseconds {
            executions = Self.executions(of: draft.run, kind: .cron, on: [.unplaced], at: now)
            executions[0].status = .skipped
            executions[0].reason = isTooLate && change == nil ? .deadline : .misfire
            executions[0].detail =
                isTooLate && change == nil ? "it could not start before its deadline: \(cause)" : cause
        }
        return RunDraft(
            run: draft.run,
            executions: executions,
            ordered: [],
            // From now on, as if somebody had asked for it.
            deadline: StartDeadline.ofTrigger(at: now),
            triggerUID: nil,
            kind: .cron
        )
    }

    /// Whether a fire is later than one that is on time.
    package static func isLate(_ fire: PlannedFire, _ policies: Policies, at now: Timestamp) -> Bool {
        now.milliseconds(since: fire.nominal) > policies.misfireThresholdMilliseconds + policies.jitterMilliseconds
    }

    /// The same run with a record for each slot in the place of one for each host: who gets them is decided later.
    ///
    /// What was refused for every host is refused once, and has no slots.
    ///
    /// - Parameter hosts: of a broadcast: who is a member now, in the order of their numbers. Each has a slot of its own, which
    ///   goes to no other (P4).
    package func placed(
        by placement: Placement,
        on hosts: [AgentID] = []
    ) -> (draft: RunDraft, slots: [PlacementSlot]) {
        let model = self.executions.first
        let isRefused = model.map(\.status.isTerminal) ?? false
        let isBroadcast = placement.kind == .broadcast
        let total = isBroadcast ? hosts.count : placement.slots
        // Each slot has its own item.
        var kept = placement
        kept.items = nil
        kept.count = total
        var indices = isRefused ? [0] : self.shards ?? Array(0..<total)
        if isBroadcast, !isRefused, let wanted { indices.removeAll { !wanted.contains(hosts[$0]) } }
        let executions = indices.map { index in
            Execution(
                id: DeterministicID.slot(
                    kind: self.kind,
                    job: self.run.jobUID,
                    nominal: self.run.nominal,
                    discriminator: self.discriminator,
                    index: index
                ),
                runID: self.run.id,
                jobID: self.run.jobID,
                jobUID: self.run.jobUID,
                jobName: self.run.jobName,
                jobVersion: self.run.jobVersion,
                agentID: .unplaced,
                kind: self.kind,
                nominal: self.run.nominal,
                status: isRefused ? model?.status ?? .pending : .pending,
                reason: isRefused ? model?.reason : .waitingHost,
                detail: isRefused ? model?.detail : nil,
                retryOf: model?.retryOf,
                updatedAt: self.run.createdAt
            )
        }
        let draft = self.with(executions, ordered: [])
        guard !isRefused else { return (draft, []) }
        // Of a list that is repeated only some are left, and the first of these begin.
        let atOnce = placement.map?.limit ?? .max
        let slots = zip(indices, executions).enumerated().map { place, slot in
            let (index, execution) = slot
            return PlacementSlot(
                execution: execution.id,
                run: self.run.id,
                job: self.run.jobID,
                jobUID: self.run.jobUID,
                index: index,
                total: total,
                item: placement.items.flatMap { $0.indices.contains(index) ? $0[index] : nil },
                fence: 1,
                discriminator: self.discriminator,
                placement: kept,
                wanted: isBroadcast ? [hosts[index]] : self.wanted,
                former: [],
                isKept: place >= atOnce
            )
        }
        return (draft, slots)
    }
}
