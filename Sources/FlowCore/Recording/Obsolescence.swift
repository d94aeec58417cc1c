// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Which fires that were planned ahead a change of their job has overtaken.
///
/// The server makes a fire durable seconds before it is due. When the job is disabled, changed or taken from a host in these
/// seconds, the host does not run the fire and has nothing to say of it either: the record ends with the change, provisionally,
/// since a host that hears of the change too late runs it all the same and reports so.
package struct Obsolescence: Sendable {
    private let job: Job
    private let schedule: CompiledSchedule?
    private let targets: Set<AgentID>

    /// - Parameters:
    ///   - job: as it is after the change.
    ///   - targets: the hosts of its groups after the change.
    package init(of job: Job, on targets: some Sequence<AgentID>) {
        self.job = job
        self.schedule = try? CompiledSchedule(job.definition.schedule, job: job.uid)
        self.targets = Set(targets)
    }

    /// Why nobody will start this PENDING execution any more; nil = it stands.
    ///
    /// What somebody asked for by hand stands while its host is one of the job's (C-41), and so does what was begun. A fire
    /// whose time has come may be under way on its host, which says so.
    package func ending(of execution: Execution, at now: Timestamp) -> Inference? {
        guard execution.status == .pending, execution.attempt == 0, execution.jobUID == self.job.uid else { return nil }
        if execution.kind == .cron, execution.nominal <= now { return nil }
        let isUnplaced = execution.agentID == .unplaced
        guard isUnplaced || self.targets.contains(execution.agentID) else { return .hostLeft }
        guard execution.kind == .cron else { return nil }
        guard self.job.isEnabled else { return .jobDisabled }
        guard execution.jobVersion < self.job.version else { return nil }
        let isPlanned = self.schedule?.next(after: execution.nominal.advanced(byMilliseconds: -1)) == execution.nominal
        return isPlanned ? nil : .superseded
    }
}

extension RecordChanges {
    /// Ends the fires that a change has overtaken.
    package mutating func end(_ planned: [Execution], by obsolescence: Obsolescence, at now: Timestamp) {
        for execution in planned {
            if let ending = obsolescence.ending(of: execution, at: now) {
                self.infer(ending, for: [execution], at: now)
            }
        }
    }

    /// Ends what waits of a deleted job.
    package mutating func endDeleted(_ pending: [Execution], at now: Timestamp) {
        self.infer(.jobDeleted, for: pending.filter { $0.attempt == 0 }, at: now)
        self.infer(.jobDeletedBeforeRetry, for: pending.filter { $0.attempt > 0 }, at: now)
    }
}
