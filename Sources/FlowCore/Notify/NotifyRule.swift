// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// When somebody is told, and by which ways (S2-9): an element of a task's `task_notify`, or a rule of its own.
package struct NotifyRule: Hashable, Sendable, Codable {
    /// Whose events are counted together.
    package enum CountBy: String, Codable, Sendable, CaseIterable {
        /// Each host by itself.
        case host
        /// Runs of the job: one that fails on any host counts once.
        case job
    }

    /// Which firings share a message.
    package enum GroupBy: String, Codable, Sendable, CaseIterable {
        case job, host
        /// Everything that the rule catches.
        case rule
    }

    /// 1 to 128 characters; unique within a task's list.
    package var name: String
    package var isEnabled: Bool
    package var triggers: [NotifyTrigger]
    /// Consecutive events until it fires; 1 to 1,000.
    package var threshold: Int
    package var channels: [NotifyTarget]
    package var countBy: CountBy?
    package var groupBy: GroupBy?
    package var repetition: NotifyRepetition?
    package var quiet: QuietHours?
    /// Later ones after earlier ones; nil = nobody else is told.
    package var escalation: [NotifyEscalation]?
    /// What triggers of time and room go by; nil when it has none that need it.
    package var watch: NotifyLimits?

    package init(
        name: String,
        isEnabled: Bool = true,
        triggers: [NotifyTrigger],
        threshold: Int = 1,
        channels: [NotifyTarget],
        countBy: CountBy? = nil,
        groupBy: GroupBy? = nil,
        repetition: NotifyRepetition? = nil,
        quiet: QuietHours? = nil,
        escalation: [NotifyEscalation]? = nil,
        watch: NotifyLimits? = nil
    ) {
        self.name = name
        self.isEnabled = isEnabled
        self.triggers = triggers
        self.threshold = threshold
        self.channels = channels
        self.countBy = countBy
        self.groupBy = groupBy
        self.repetition = repetition
        self.quiet = quiet
        self.escalation = escalation
        self.watch = watch
    }

    /// A rule that fires at the first event says each further one, one that waits for several says it once.
    package var effectiveRepetition: NotifyRepetition { self.repetition ?? (self.threshold <= 1 ? .each : .never) }
}

/// What happens at further events after a rule has fired.
package enum NotifyRepetition: Hashable, Sendable, Codable {
    /// Each is told of.
    case each
    /// Nothing until it has worked again.
    case never
    /// One reminder in so many milliseconds, while it does not work.
    case every(milliseconds: Int64)

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let milliseconds = try? container.decode(Int64.self) {
            self = .every(milliseconds: milliseconds)
        } else {
            self = try container.decode(String.self) == "each" ? .each : .never
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .each: try container.encode("each")
        case .never: try container.encode("never")
        case .every(let milliseconds): try container.encode(milliseconds)
        }
    }
}

/// Where a message goes: a channel by its name, or addresses that the first e-mail channel sends to (S2-9).
package struct NotifyTarget: Hashable, Sendable, Codable {
    /// Nil = e-mail to ``recipients``.
    package var channel: String?
    /// E-mail addresses; empty = the channel's own.
    package var recipients: [String]
    /// Nil = the built-in text.
    package var subjectTemplate: String?
    package var bodyTemplate: String?

    package init(
        channel: String? = nil,
        recipients: [String] = [],
        subjectTemplate: String? = nil,
        bodyTemplate: String? = nil
    ) {
        self.channel = channel
        self.recipients = recipients
        self.subjectTemplate = subjectTemplate
        self.bodyTemplate = bodyTemplate
    }
}

/// A rule that stands by itself: for some groups, labels or tasks, or for everything.
package struct OwnNotifyRule: Hashable, Sendable {
    package let id: Int64
    package var rule: NotifyRule
    package var match: NotifyMatch
    package var createdAt: Timestamp
    package var updatedAt: Timestamp

    package init(id: Int64, rule: NotifyRule, match: NotifyMatch, createdAt: Timestamp, updatedAt: Timestamp) {
        self.id = id
        self.rule = rule
        self.match = match
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

/// What a rule is about: what has all of the parts that are given; without any, everything.
package struct NotifyMatch: Hashable, Sendable, Codable {
    /// Any of these; an execution has the groups that its job and its host have in common.
    package var groups: [GroupID]
    /// All of these labels of the task.
    package var labels: [String: String]
    /// Any of these tasks.
    package var tasks: [JobID]
    // Optional, as rules that an older version stored lack them.
    private var workflowIDs: [WorkflowID]?

    package init(
        groups: [GroupID] = [],
        labels: [String: String] = [:],
        tasks: [JobID] = [],
        workflows: [WorkflowID] = []
    ) {
        self.groups = groups
        self.labels = labels
        self.tasks = tasks
        self.workflows = workflows
    }

    /// Any of these workflows.
    ///
    /// With ``tasks`` a rule is about both: a run of one of these, an execution of one of those.
    package var workflows: [WorkflowID] {
        get { self.workflowIDs ?? [] }
        set { self.workflowIDs = newValue.isEmpty ? nil : newValue }
    }
}
