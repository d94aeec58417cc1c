// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// One step of a workflow.
package struct WorkflowNode: Hashable, Sendable {
    /// Names it within the workflow.
    package var key: String
    package var work: NodeWork
    package var rule: NodeRule
    /// Nil = the workflow's.
    package var onFailure: FailurePolicy?
    /// What its executions are given; templates, by name.
    package var parameters: [String: ExpressionTemplate]
    /// What happens when the task is disabled.
    package var ifDisabled: DisabledPolicy
    /// What it comes to when every execution of it was skipped.
    package var skippedIs: SkippedPolicy
    /// On which of its hosts it runs; nil = as its task says.
    package var placement: Placement?
    /// What it has to hand on, by name; others are texts (W12).
    package var outputs: [String: WorkflowParameter.Kind]
    /// The step that undoes this one, should the run come to nothing (W6).
    package var compensate: String?
    /// When it may run beside the ordinary steps.
    package var role: Role

    package init(
        _ key: String,
        _ work: NodeWork,
        rule: NodeRule = .all,
        onFailure: FailurePolicy? = nil,
        parameters: [String: ExpressionTemplate] = [:],
        ifDisabled: DisabledPolicy = .fail,
        skippedIs: SkippedPolicy = .failed,
        placement: Placement? = nil,
        outputs: [String: WorkflowParameter.Kind] = [:],
        compensate: String? = nil,
        role: Role = .ordinary
    ) {
        self.key = key
        self.work = work
        self.rule = rule
        self.onFailure = onFailure
        self.parameters = parameters
        self.ifDisabled = ifDisabled
        self.skippedIs = skippedIs
        self.placement = placement
        self.outputs = outputs
        self.compensate = compensate
        self.role = role
    }

    /// When a step has its turn (W6).
    package enum Role: Hashable, Sendable {
        /// When the edges that lead to it say so.
        case ordinary
        /// After a run that failed or was cancelled, for the step that names it.
        case compensator
        /// After everything else, however that ended.
        case finally
    }

    /// Whether it waits for the end of the ordinary steps, so that no edge leads to it or from it.
    package var isAside: Bool { self.role != .ordinary }

    package enum DisabledPolicy: String, Sendable, CaseIterable {
        case fail, skip, run
    }

    package enum SkippedPolicy: String, Sendable, CaseIterable {
        case failed, skipped, succeeded
    }
}

/// What a step does.
package enum NodeWork: Hashable, Sendable {
    /// Runs a task on its own hosts.
    case job(JobID)
    /// Runs a script or a request of its own on every host of the workflow's groups.
    case own(OwnStep)
    /// Runs a task or a script of its own once for each item of a list.
    case map(MapStep)
    /// Runs another workflow.
    case workflow(WorkflowID)
    case wait(NodeWait)
    case approval(NodeApproval)
    /// Chooses what goes on: the first case that holds, else the last.
    case decision([DecisionCase], otherwise: [String])
    /// Does nothing; joins and branches meet in it.
    case noop

    /// The word in the API.
    package var kind: String {
        switch self {
        case .job: "job"
        case .own(let step):
            switch step.payload {
            case .shell: "script"
            case .http: "http"
            // No definition has them yet.
            case .plugin: "plugin"
            case .sql: "sql"
            case .builtin: "builtin"
            case .container: "container"
            }
        case .map: "map"
        case .workflow: "workflow"
        case .wait: "wait"
        case .approval: "approval"
        case .decision: "decision"
        case .noop: "noop"
        }
    }

    package static let kinds = ["job", "script", "http", "map", "workflow", "wait", "approval", "decision", "noop"]

    /// Whether a run of its own does it: of a task on hosts, or of another workflow.
    package var hasChild: Bool {
        switch self {
        case .job, .own, .map, .workflow: true
        case .wait, .approval, .decision, .noop: false
        }
    }

    /// The task that it runs, or runs for each item.
    package var job: JobID? {
        switch self {
        case .job(let id): id
        case .map(let map): if case .job(let id) = map.body { id } else { nil }
        default: nil
        }
    }

    /// The task whose end it waits for.
    package var awaited: JobID? { if case .wait(.event(let event)) = self { event.job } else { nil } }

    /// The script or request of the workflow's own that it runs, or runs for each item.
    package var own: OwnStep? {
        switch self {
        case .own(let step): step
        case .map(let map): if case .own(let step) = map.body { step } else { nil }
        default: nil
        }
    }
}

/// A script or a request that belongs to the workflow alone.
package struct OwnStep: Hashable, Sendable {
    package var payload: Payload
    /// The longest one attempt may run; seconds.
    package var timeoutSeconds: Int
    /// Retries after the first attempt.
    package var retries: Int

    package init(_ payload: Payload, timeoutSeconds: Int = Policies().timeoutSeconds, retries: Int = 0) {
        self.payload = payload
        self.timeoutSeconds = timeoutSeconds
        self.retries = retries
    }

    /// The task that it is to the hosts.
    ///
    /// - Parameter key: of its step.
    package func job(of workflow: WorkflowDefinition, key: String) -> JobDefinition {
        JobDefinition(
            name: "\(workflow.name)/\(key)",
            payload: self.payload,
            schedule: .manual,
            // Two runs of the workflow may be at the same step.
            policies: Policies(
                overlap: .allow,
                concurrency: 100,
                retry: RetryPolicy(count: self.retries, intervalSeconds: 10),
                timeoutSeconds: self.timeoutSeconds
            ),
            groups: Array(Set(workflow.groups)).sorted()
        )
    }
}

/// When a step may start (W2).
package enum NodeRule: Hashable, Sendable {
    /// Every edge is decided, none blocks, and at least one was taken.
    case all
    /// Every edge was taken.
    case strict
    /// So many were taken; the others are not waited for.
    case atLeast(Int)
}

/// A pause (W4).
package enum NodeWait: Hashable, Sendable {
    case seconds(Int)
    /// The next time that a clock shows it.
    case until(hour: Int, minute: Int, timeZone: String)
    case event(EventWait)

    /// 30 days.
    package static let longest = 30 * 86_400

    package func end(from now: Timestamp, workflow: JobUID) throws(ScheduleError) -> Timestamp? {
        switch self {
        case .seconds(let seconds): now.advanced(byMilliseconds: Int64(seconds) * 1000)
        case .event(let event): now.advanced(byMilliseconds: Int64(event.timeoutSeconds) * 1000)
        case .until(let hour, let minute, let timeZone):
            try WorkflowSchedule(cron: "\(minute) \(hour) * * *", timeZone: timeZone).next(
                after: now,
                workflow: workflow
            )
        }
    }
}

/// A question to people (W10).
package struct NodeApproval: Hashable, Sendable {
    package enum AtTimeout: String, Sendable, CaseIterable {
        case reject, approve, fail
    }

    /// Names of users; empty = whoever may decide on the workflow's groups.
    package var users: [String]
    /// Whoever started the run may not answer.
    package var notStarter: Bool
    package var timeoutSeconds: Int
    package var atTimeout: AtTimeout
    /// What is asked.
    package var message: String

    package init(
        users: [String] = [],
        notStarter: Bool = false,
        timeoutSeconds: Int = Self.standardTimeout,
        atTimeout: AtTimeout = .reject,
        message: String = ""
    ) {
        self.users = users
        self.notStarter = notStarter
        self.timeoutSeconds = timeoutSeconds
        self.atTimeout = atTimeout
        self.message = message
    }

    package static let standardTimeout = 86_400
    /// A minute to 30 days.
    package static let timeoutRange = 60...30 * 86_400
}

/// One case of a decision.
package struct DecisionCase: Hashable, Sendable {
    package var when: Expression
    package var to: [String]

    package init(when: Expression, to: [String]) {
        self.when = when
        self.to = to
    }
}
