// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// One execution of a run that the server places, as long as no host, or one host, has it.
package struct PlacementSlot: Hashable, Sendable {
    package let execution: ExecutionID
    package let run: RunID
    package let job: JobID
    package let jobUID: JobUID
    /// From 0, of ``total``.
    package let index: Int
    package let total: Int
    package let item: String?
    package let fence: Int
    /// What the run's identifiers are made of.
    package let discriminator: String
    /// As the job said when the run began.
    package let placement: Placement
    /// Hosts that the trigger named; nil = all of the job's.
    package let wanted: [AgentID]?
    /// Hosts that held it before, each once, in the order in which they lost it last.
    package let former: [AgentID]
    /// Whether it has its turn when another one of its run has ended (W13).
    package let isKept: Bool

    package init(
        execution: ExecutionID,
        run: RunID,
        job: JobID,
        jobUID: JobUID,
        index: Int,
        total: Int,
        item: String?,
        fence: Int,
        discriminator: String,
        placement: Placement,
        wanted: [AgentID]?,
        former: [AgentID],
        isKept: Bool = false
    ) {
        self.execution = execution
        self.run = run
        self.job = job
        self.jobUID = jobUID
        self.index = index
        self.total = total
        self.item = item
        self.fence = fence
        self.discriminator = discriminator
        self.placement = placement
        self.wanted = wanted
        self.former = former
        self.isKept = isKept
    }

    /// What the host that gets it is told.
    ///
    /// - Parameter policies: the job's.
    package func hold(_ policies: Policies) -> SlotHold {
        SlotHold(
            fence: self.fence,
            leaseMilliseconds: Int64(self.placement.leaseSeconds) * 1000,
            isFenced: self.placement.isFenced,
            moves: policies.retry.onInterrupt,
            shard: self.placement.isSharded
                ? SlotHold.Shard(index: self.index, total: self.total, item: self.item) : nil
        )
    }

    /// The same slot for the next host, and its record; what was parameter or parent of the first is the next one's as well.
    ///
    /// The record that was moved stays as it is: what the former host says of it later is history.
    ///
    /// - Parameter host: what the former host is called.
    package func next(
        after execution: Execution,
        from host: String,
        at now: Timestamp
    ) -> (slot: PlacementSlot, execution: Execution) {
        let id = DeterministicID.slot(
            kind: execution.kind,
            job: self.jobUID,
            nominal: execution.nominal,
            discriminator: self.discriminator,
            index: self.index,
            fence: self.fence + 1
        )
        let slot = PlacementSlot(
            execution: id,
            run: self.run,
            job: self.job,
            jobUID: self.jobUID,
            index: self.index,
            total: self.total,
            item: self.item,
            fence: self.fence + 1,
            discriminator: self.discriminator,
            placement: self.placement,
            wanted: self.wanted,
            former: self.former.filter { $0 != execution.agentID } + [execution.agentID]
        )
        let record = Execution(
            id: id,
            runID: execution.runID,
            jobID: execution.jobID,
            jobUID: execution.jobUID,
            jobName: execution.jobName,
            jobVersion: execution.jobVersion,
            agentID: .unplaced,
            kind: execution.kind,
            nominal: execution.nominal,
            reason: .waitingHost,
            detail: "taken from \(host)",
            retryOf: execution.retryOf,
            updatedAt: now
        )
        return (slot, record)
    }
}

extension Inference {
    /// The host of a slot was not heard of for its lease and the time after it.
    package static func moved(from host: String, leaseSeconds: Int) -> Inference {
        Inference(
            .skipped,
            .moved,
            "Nothing was heard of \(host) for its lease of \(leaseSeconds) s and \(Placement.margin / 1000) s more; "
                + "another host takes this over."
        )
    }

    /// The same, of a job that is not run a second time.
    package static func leaseOver(on host: String, leaseSeconds: Int) -> Inference {
        Inference(
            .failure,
            .interrupted,
            "Nothing was heard of \(host) for its lease of \(leaseSeconds) s; how far this came is unknown, and the job is "
                + "not run again after an interruption."
        )
    }

    /// - Parameter cause: why none could.
    package static func noHost(_ cause: String) -> Inference {
        Inference(.skipped, .noHost, "No host could take this before its deadline. \(cause).")
    }
    /// The server came to it when its time to start was over.
    package static func tooLate(_ deadline: Timestamp) -> Inference {
        Inference(.skipped, .deadline, "It could not be given to a host before its deadline \(deadline).")
    }

    package static let queuedTooLong = Inference(
        .skipped,
        .deadline,
        "Earlier runs of the job were still open at its deadline."
    )
    package static let itemFailed = Inference(
        .skipped,
        .itemStopped,
        "Another item failed, and nothing more of the list begins then."
    )
    package static let cancelledUnplaced = Inference(.cancelled, .requested, "Cancelled before a host was chosen.")
}
