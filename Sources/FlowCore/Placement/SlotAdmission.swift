// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Which runs of a job that the server places may begin: overlap is decided here and not on a host, because the next run may
/// go to another one (W17).
package enum SlotAdmission {
    /// A run that has not ended.
    package struct OpenRun: Hashable, Sendable {
        package let id: RunID
        /// A host has, or had, one of its slots.
        package let hasBegun: Bool

        package init(id: RunID, hasBegun: Bool) {
            self.id = id
            self.hasBegun = hasBegun
        }
    }

    package enum Verdict: Hashable, Sendable {
        case begin
        /// Until an earlier run has ended.
        case wait
        case refuse(ExecutionReason, detail: String)
    }

    package struct Plan: Hashable, Sendable {
        /// Of those that have not begun.
        package var verdicts: [RunID: Verdict] = [:]
        /// Runs that are to be stopped for newer ones.
        package var replaced: [RunID] = []
    }

    /// - Parameters:
    ///   - runs: of one job, oldest first.
    ///   - policies: of the job as it is now.
    package static func plan(_ runs: [OpenRun], _ policies: Policies) -> Plan {
        var plan = Plan()
        var admitted = runs.filter(\.hasBegun).map(\.id)
        var waiting: [RunID] = []
        for run in runs where !run.hasBegun {
            switch Admission(policies, running: admitted.count, waiting: waiting.count) {
            case .start:
                plan.verdicts[run.id] = .begin
                admitted.append(run.id)
            case .wait:
                plan.verdicts[run.id] = .wait
                waiting.append(run.id)
            case .replace(let count):
                for id in waiting {
                    plan.verdicts[id] = .refuse(.overlap, detail: "a newer run of the job took its place")
                }
                plan.replaced = Array(admitted.prefix(count))
                plan.verdicts[run.id] = .wait
                waiting = [run.id]
            case .refuse(let reason, _):
                let open = reason == .queueFull ? waiting.count : admitted.count
                let most = reason == .queueFull ? policies.queueLength : policies.places
                plan.verdicts[run.id] = .refuse(
                    reason,
                    detail: reason == .queueFull
                        ? "\(open) of at most \(most) runs of this job were waiting"
                        : "\(open) of at most \(most) runs of this job were still open"
                )
            }
        }
        return plan
    }
}
