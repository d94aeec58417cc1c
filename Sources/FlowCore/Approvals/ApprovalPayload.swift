// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What is to be done once somebody has approved it: everything it takes, so that nothing is looked up that may have changed.
package enum ApprovalPayload: Codable, Hashable, Sendable {
    case edit(definition: JobDefinition, isEnabled: Bool)
    /// - Parameter detach: jobs that wait for it lose their interest in it.
    case delete(detach: Bool)
    /// The schedule on or off; a job that is off may have a reason and a time.
    case turn(isEnabled: Bool, hold: JobHold?)
    case run(ApprovedRun)
    case backfill(ApprovedBackfill)
    case stopExecution(ExecutionID)
    case stopRun(RunID)
    case stopFlow(RunID, isAbandoned: Bool)
    case grant(user: UserID, role: String, permissions: [Permission], groups: [GroupID]?)
    case role(name: String, description: String, permissions: [Permission])
    /// By the words of the settings, as they are written; nil is the default.
    case settings([String: String?])

    /// What a run that is asked for is handed; nil for anything else.
    package var parameters: [String: String]? {
        switch self {
        case .run(let run): run.parameters
        case .backfill(let backfill): backfill.parameters
        default: nil
        }
    }

    /// The same with other parameters; what has none stays as it is.
    package func with(parameters: [String: String]) -> ApprovalPayload {
        switch self {
        case .run(let run): .run(run.with(parameters: parameters))
        case .backfill(let backfill): .backfill(backfill.with(parameters: parameters))
        default: self
        }
    }
}

/// A start by hand.
package struct ApprovedRun: Codable, Hashable, Sendable {
    package let uid: String
    package let isRetry: Bool
    package let source: String
    package let parameters: [String: String]
    package let targets: [AgentID]?
    package let retryOf: ExecutionID?
    package let rerunOf: RunID?

    package init(_ trigger: Trigger) {
        self.uid = trigger.uid
        self.isRetry = trigger.type == .retry
        self.source = trigger.source
        self.parameters = trigger.parameters
        self.targets = trigger.targets
        self.retryOf = trigger.retryOf
        self.rerunOf = trigger.rerunOf
    }

    private init(_ run: ApprovedRun, parameters: [String: String]) {
        self.uid = run.uid
        self.isRetry = run.isRetry
        self.source = run.source
        self.parameters = parameters
        self.targets = run.targets
        self.retryOf = run.retryOf
        self.rerunOf = run.rerunOf
    }

    func with(parameters: [String: String]) -> ApprovedRun { ApprovedRun(self, parameters: parameters) }

    /// - Parameter caller: who asked for it.
    package func trigger(of job: JobID, caller: String) -> Trigger {
        Trigger(
            job: job,
            uid: self.uid,
            type: self.isRetry ? .retry : .manual,
            source: self.source,
            caller: caller,
            parameters: self.parameters,
            targets: self.targets,
            retryOf: self.retryOf,
            rerunOf: self.rerunOf
        )
    }
}

/// Past times that are made up for.
package struct ApprovedBackfill: Codable, Hashable, Sendable {
    package let from: Timestamp
    package let until: Timestamp
    package let concurrency: Int?
    package let perMinute: Int?
    package let isForced: Bool
    package let parameters: [String: String]

    package init(
        from: Timestamp,
        until: Timestamp,
        concurrency: Int?,
        perMinute: Int?,
        isForced: Bool,
        parameters: [String: String]
    ) {
        self.from = from
        self.until = until
        self.concurrency = concurrency
        self.perMinute = perMinute
        self.isForced = isForced
        self.parameters = parameters
    }

    func with(parameters: [String: String]) -> ApprovedBackfill {
        ApprovedBackfill(
            from: self.from,
            until: self.until,
            concurrency: self.concurrency,
            perMinute: self.perMinute,
            isForced: self.isForced,
            parameters: parameters
        )
    }
}
