// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import Foundation

/// Identifies an incident.
package struct IncidentID: FlowIdentifier {
    package let uuid: UUID
    package init(uuid: UUID) { self.uuid = uuid }
}

/// What a rule has caught and tells of as one: from the first firing until it works again.
package struct NotifyIncident: Hashable, Sendable, Codable {
    package enum State: String, Codable, Sendable, CaseIterable {
        /// It fired, and others of the same kind are waited for.
        case waiting
        case open
        case closed
    }

    /// One of those it happened to.
    package struct Member: Hashable, Sendable, Codable {
        package let host: String
        package let execution: ExecutionID?
        package let trigger: NotifyTrigger
        package let at: Timestamp
        /// What a person asked for or did; then there is no host.
        package let request: String?
        /// Of what was watched.
        package let measure: NotifyMeasure?
        /// The run of a workflow that it is about.
        package let run: RunID?

        package init(
            host: String,
            execution: ExecutionID?,
            trigger: NotifyTrigger,
            at: Timestamp,
            request: String? = nil,
            measure: NotifyMeasure? = nil,
            run: RunID? = nil
        ) {
            self.host = host
            self.execution = execution
            self.trigger = trigger
            self.at = at
            self.request = request
            self.measure = measure
            self.run = run
        }
    }

    package let id: IncidentID
    /// Names the rule and what counts for its counters; changes when those change.
    package let ruleKey: String
    package let groupKey: String
    /// The rule as it was at the last firing.
    package var rule: NotifyRule
    package var jobID: JobID?
    package var jobName: String
    /// Of the job or the hosts: who may read those may read this.
    package var groups: [GroupID]
    package var state: State
    package var trigger: NotifyTrigger
    /// Events in a row when it fired last.
    package var thresholdCount: Int
    /// Events since it began.
    package var count: Int
    /// Of these, those since the last message.
    package var unsent: Int
    /// The newest, at most ``memberLimit``.
    package var members: [Member]
    /// Hosts, or jobs, for which it does not work yet, at most ``failingLimit``.
    package var failing: [String]
    package var openedAt: Timestamp
    package var updatedAt: Timestamp
    /// When the next message is due; nil when none is.
    package var dueAt: Timestamp?
    package var lastSentAt: Timestamp?
    /// Messages so far.
    package var sentCount: Int
    package var acknowledgedBy: String?
    /// It works again, and that is still to be told.
    package var isRecovering: Bool
    // Optional, as those that an older version stored lack them.
    private var silencedCount: Int?
    private var silenceIDs: [Int64]?
    private var escalatedCount: Int?
    /// When it was told of for the first time.
    package var firstSentAt: Timestamp?
    /// Events that a silence held back, and that the next message tells of; nil = no silence has ended.
    package var heldBack: Int?

    package static let memberLimit = 20
    package static let failingLimit = 2000

    package init(
        id: IncidentID,
        ruleKey: String,
        groupKey: String,
        rule: NotifyRule,
        jobID: JobID?,
        jobName: String,
        groups: [GroupID],
        trigger: NotifyTrigger,
        at now: Timestamp
    ) {
        self.id = id
        self.ruleKey = ruleKey
        self.groupKey = groupKey
        self.rule = rule
        self.jobID = jobID
        self.jobName = jobName
        self.groups = groups
        self.state = .waiting
        self.trigger = trigger
        self.thresholdCount = 0
        self.count = 0
        self.unsent = 0
        self.members = []
        self.failing = []
        self.openedAt = now
        self.updatedAt = now
        self.sentCount = 0
        self.isRecovering = false
    }

    /// Events that nobody was told of because of ``silences``.
    package var silenced: Int {
        get { self.silencedCount ?? 0 }
        set { self.silencedCount = newValue == 0 ? nil : newValue }
    }

    /// Silences, ascending, that keep something of it back; when all of them have ended it is told of.
    package var silences: [Int64] {
        get { self.silenceIDs ?? [] }
        set { self.silenceIDs = newValue.isEmpty ? nil : newValue }
    }

    /// Steps of the rule's escalation that were told.
    package var escalated: Int {
        get { self.escalatedCount ?? 0 }
        set { self.escalatedCount = newValue == 0 ? nil : newValue }
    }

    /// Keeps events back until the silences have ended.
    package mutating func hold(_ events: Int, by silences: [Int64]) {
        self.silenced += events
        self.silences = Set(self.silences + silences).sorted()
    }
}
