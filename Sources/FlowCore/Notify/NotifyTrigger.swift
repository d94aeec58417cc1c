// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What an event is to a rule of notification (S2-9, and ours).
package enum NotifyTrigger: String, Codable, Sendable, CaseIterable {
    case success
    /// Exit code 1.
    case businessFailure = "business_failure"
    /// Any other exit code, a signal, no start, an interruption, an HTTP request that failed.
    case technicalFailure = "technical_failure"
    case timeout
    /// Stopped on request.
    case cancelled
    /// Not started, by a policy.
    case skipped
    /// Not started, because nobody was there in time.
    case missed
    /// Concluded by the server: the host is away past the job's limit.
    case lost
    /// The first success after a failure that was told of.
    case recovered
    case hostOffline = "host_offline"
    case hostBack = "host_back"
    /// A request waits for the approval of another person.
    case approvalWaiting = "approval_waiting"
    /// Somebody took all rights for a while.
    case breakGlass = "break_glass"
    /// The time for the parents of a task has passed, and it goes on waiting for them.
    case parentsLate = "parents_late"
    /// A run of a workflow failed.
    case workflowFailed = "workflow_failed"
    case workflowSucceeded = "workflow_succeeded"
    /// A run of a workflow was due and did not begin.
    case workflowSkipped = "workflow_skipped"
    /// A step of a workflow asks a person.
    case workflowAsks = "workflow_asks"
    /// No start between two times of a day.
    case didNotRunBy = "did_not_run_by"
    /// No success between two times of a day.
    case notFinishedBy = "not_finished_by"
    case runningLongerThan = "running_longer_than"
    /// Due so long ago, and not begun.
    case queueWaiting = "queue_waiting"
    case certificateEnding = "certificate_ending"
    /// A host whose clock is not right, or not to be believed.
    case clockSuspect = "clock_suspect"
    case diskLow = "disk_low"

    /// What ended badly, whatever the kind.
    package static let failures: Set<NotifyTrigger> = [.businessFailure, .technicalFailure, .timeout, .lost]

    /// What comes about by time and not by an event, of tasks.
    package static let ofTime: Set<NotifyTrigger> = [.didNotRunBy, .notFinishedBy, .runningLongerThan, .queueWaiting]
    /// The same, of hosts and servers.
    package static let ofHosts: Set<NotifyTrigger> = [.certificateEnding, .clockSuspect, .diskLow]

    /// About runs of workflows as a whole, which only rules by themselves are about.
    package static let ofWorkflows: Set<NotifyTrigger> = [
        .workflowFailed, .workflowSucceeded, .workflowSkipped, .workflowAsks,
    ]

    package var isDeadline: Bool { self == .didNotRunBy || self == .notFinishedBy }

    /// Outcomes that say nothing about whether a job works: they leave a counter alone unless a rule names them.
    package var isNeutral: Bool {
        switch self {
        case .cancelled, .skipped, .missed, .lost: true
        default: false
        }
    }

    package init(_ kind: PersonEvent.Kind) {
        switch kind {
        case .approvalWaiting: self = .approvalWaiting
        case .glassBroken: self = .breakGlass
        }
    }

    package init(_ kind: WorkflowNews.Kind) {
        switch kind {
        case .succeeded: self = .workflowSucceeded
        case .failed: self = .workflowFailed
        case .skipped: self = .workflowSkipped
        // The end of a question is told to nobody: it closes what was open.
        case .asks, .asksNoMore: self = .workflowAsks
        }
    }

    package init(_ kind: JobEvent.Kind) {
        switch kind {
        case .parentsLate: self = .parentsLate
        }
    }

    /// What an execution's state is; nil while it is under way.
    package init?(_ event: ExecutionEvent) {
        switch event.status {
        case .pending, .running: return nil
        case .success: self = .success
        case .timeout: self = .timeout
        case .cancelled: self = .cancelled
        case .skipped:
            switch event.reason {
            case .misfire, .misfireCoalesced, .deadline, .agentOffline: self = .missed
            default: self = .skipped
            }
        case .failure:
            if event.reason == .lost {
                self = .lost
            } else {
                self = event.reason == .exitCode && event.exitCode == 1 ? .businessFailure : .technicalFailure
            }
        }
    }
}
