// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Whether what starts by itself may still start, as the one who saved it last (D12).
package enum StartRight {
    /// Why a job may not start as its owner; nil = it may.
    ///
    /// - Parameter owner: nil when the account is gone.
    package static func obstacle(owner: User?, job: Job) -> Wording? {
        if let why = TwoPersonRule.obstacle(toStart: job) { return why }
        guard let owner, owner.state != .deleted else {
            return "Whoever saved this task last is gone; somebody has to save it again."
        }
        guard owner.state == .active else {
            return "'\(owner.username)', who saved this task last, is disabled; somebody else has to save it again."
        }
        guard Principal(owner).scope(of: .jobsRun).covers(job.definition.groups) else {
            return "'\(owner.username)', who saved this task last, may no longer run it on all its groups; "
                + "somebody else has to save it again."
        }
        return nil
    }

    /// The same for a step of a workflow, which starts as whoever saved the workflow last.
    package static func obstacle(owner: User?, workflow: String, job: Job) -> Wording? {
        if let why = TwoPersonRule.obstacle(toStart: job) { return why }
        guard let owner, owner.state == .active else {
            return
                "Whoever saved the workflow '\(workflow)' last is gone or disabled; somebody else has to save it again."
        }
        guard Principal(owner).scope(of: .jobsRun).covers(job.definition.groups) else {
            return
                "'\(owner.username)', who saved the workflow '\(workflow)' last, may not run '\(job.definition.name)' on all "
                + "its groups; somebody else has to save it again."
        }
        return nil
    }

    /// The same for a step that is another workflow.
    package static func obstacle(owner: User?, workflow: String, starting inner: Workflow) -> Wording? {
        guard let owner, owner.state == .active else {
            return
                "Whoever saved the workflow '\(workflow)' last is gone or disabled; somebody else has to save it again."
        }
        guard Principal(owner).scope(of: .jobsRun).covers(inner.definition.groups) else {
            return
                "'\(owner.username)', who saved the workflow '\(workflow)' last, may not run '\(inner.definition.name)' on "
                + "all its groups; somebody else has to save it again."
        }
        return nil
    }
}
