// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The number that people and the API use for a workflow (`/workflows/{id}`).
package typealias WorkflowID = Int64

/// A workflow as somebody wrote it down: steps, what leads from one to another, and when all of it starts (`docs/workflows.md`).
package struct WorkflowDefinition: Hashable, Sendable {
    package var name: String
    package var description: String
    /// Who may see and run it, and where its own scripts run.
    package var groups: [GroupID]
    /// Nil = it is started by hand only.
    package var schedule: WorkflowSchedule?
    package var overlap: WorkflowOverlap
    /// What becomes of a run that the server comes to late.
    package var misfire: WorkflowMisfire
    /// How long after its time a run may still begin; seconds, nil = as long as it takes.
    package var startDeadlineSeconds: Int?
    /// The longest that a run may take; seconds.
    package var timeoutSeconds: Int
    /// Steps with executions that are open at once.
    package var maxParallel: Int
    /// What the failure of a step does to the rest, where the step does not say (W5).
    package var onFailure: FailurePolicy
    package var parameters: [WorkflowParameter]
    package var nodes: [WorkflowNode]
    package var edges: [WorkflowEdge]
    /// What a run hands on when it has succeeded; templates, by name (W14).
    package var results: [String: ExpressionTemplate]
    /// For people and programs to find it by, as those of tasks.
    package var labels: [String: String]

    package init(
        name: String,
        description: String = "",
        groups: [GroupID] = [],
        schedule: WorkflowSchedule? = nil,
        overlap: WorkflowOverlap = .skip,
        misfire: WorkflowMisfire = .run,
        startDeadlineSeconds: Int? = nil,
        timeoutSeconds: Int = Self.standardTimeout,
        maxParallel: Int = Self.standardParallel,
        onFailure: FailurePolicy = .stop,
        parameters: [WorkflowParameter] = [],
        nodes: [WorkflowNode],
        edges: [WorkflowEdge] = [],
        results: [String: ExpressionTemplate] = [:],
        labels: [String: String] = [:]
    ) {
        self.name = name
        self.description = description
        self.groups = groups
        self.schedule = schedule
        self.overlap = overlap
        self.misfire = misfire
        self.startDeadlineSeconds = startDeadlineSeconds
        self.timeoutSeconds = timeoutSeconds
        self.maxParallel = maxParallel
        self.onFailure = onFailure
        self.parameters = parameters
        self.nodes = nodes
        self.edges = edges
        self.results = results
        self.labels = labels
    }

    package static let nodeLimit = 1000
    package static let edgeLimit = 5000
    /// Bytes of the definition as JSON.
    package static let sizeLimit = 1024 * 1024
    /// Short enough that the tasks of its own steps, `name/step`, have names as other tasks.
    package static let nameLimit = 79
    package static let parameterLimit = 50
    package static let parallelRange = 1...1000
    package static let standardParallel = 20
    /// A minute to 30 days; seconds.
    package static let timeoutRange = 60...30 * 86_400
    package static let standardTimeout = 86_400
    /// A run that begins later than this was missed; milliseconds.
    package static let misfireMilliseconds: Int64 = 60_000
    /// A second to 30 days.
    package static let startDeadlineRange = 1...30 * 86_400
    /// Runs that wait for others to end.
    package static let queueLimit = 100
    package static let resultLimit = 50
    package static let labelLimit = 32
    /// Workflows that run within one another, the outermost among them (W14).
    package static let depthLimit = 8
    /// How long the steps that run at any end may take together; milliseconds (W6).
    package static let finallyMilliseconds: Int64 = 600_000

    package func node(_ key: String) -> WorkflowNode? { self.nodes.first { $0.key == key } }

    /// Whether a text names a step: `[a-z][a-z0-9_]{0,47}`.
    package static func isKey(_ text: String) -> Bool {
        guard let first = text.utf8.first, (0x61...0x7a).contains(first), text.utf8.count <= 48 else { return false }
        return text.utf8.allSatisfy { (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5f }
    }
}

/// When a workflow starts by itself.
package struct WorkflowSchedule: Hashable, Sendable {
    package var cron: String
    package var timeZone: String

    package init(cron: String, timeZone: String = "UTC") {
        self.cron = cron
        self.timeZone = timeZone
    }

    /// The next instant after another; nil = there is none.
    package func next(after instant: Timestamp, workflow: JobUID) throws(ScheduleError) -> Timestamp? {
        let spec = ScheduleSpec.cron(expression: self.cron, timeZone: self.timeZone, dst: .debian)
        return try CompiledSchedule(spec, job: workflow).next(after: instant)
    }
}

/// What happens when a workflow is due while a run of it is open.
package enum WorkflowOverlap: String, Sendable, CaseIterable {
    /// The new run is recorded as skipped.
    case skip
    /// Both run.
    case allow
    /// The new run begins when those before it have ended.
    case queue
    /// The same, but no more than one waits; the next is recorded as skipped.
    case queueOne = "queue_one"
    /// Open runs are asked to stop, and the new one begins when they have ended.
    case cancelPrevious = "cancel_previous"

    /// How many runs may wait; nil = none does.
    package var queueLimit: Int? {
        switch self {
        case .skip, .allow: nil
        case .queue: WorkflowDefinition.queueLimit
        case .queueOne, .cancelPrevious: 1
        }
    }
}

/// What becomes of a run that was missed because no server was there, or the scheduler was stopped.
package enum WorkflowMisfire: String, Sendable, CaseIterable {
    /// The newest one of the last hour is made up for.
    case run
    /// It is recorded as skipped.
    case skip
}

/// What an uncaught failure of a step does to the rest (W5).
package enum FailurePolicy: String, Sendable, CaseIterable {
    /// Nothing further starts but what failure edges lead to; what runs, finishes.
    case stop
    /// The same, and what runs is stopped.
    case cancel
    /// Only what waits for the step's success falls away.
    case `continue`
    /// As if it had succeeded.
    case ignore
}

/// A value that whoever starts a workflow gives.
package struct WorkflowParameter: Hashable, Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case string, int, number, bool, json

        /// Whether a value is of this kind.
        package func accepts(_ value: JSON) -> Bool {
            switch (self, value) {
            case (.string, .string), (.int, .integer), (.number, .integer), (.number, .number), (.bool, .bool): true
            case (.json, _): true
            default: false
            }
        }
    }

    package var name: String
    package var kind: Kind
    /// Nil = it has to be given.
    package var standard: JSON?

    package init(_ name: String, _ kind: Kind = .string, standard: JSON? = nil) {
        self.name = name
        self.kind = kind
        self.standard = standard
    }
}

/// What leads from one step to another.
package struct WorkflowEdge: Hashable, Sendable {
    package enum Condition: String, Sendable, CaseIterable {
        case success, failure, end, always
    }

    package var from: String
    package var to: String
    package var on: Condition
    /// On a failure edge: when its target succeeds, the failure does not count (W3).
    package var catches: Bool

    package init(_ from: String, _ to: String, on: Condition = .success, catches: Bool = false) {
        self.from = from
        self.to = to
        self.on = on
        self.catches = catches
    }
}
