// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// How many events in a row a rule has seen.
package struct NotifyCounter: Hashable, Sendable {
    package struct Key: Hashable, Comparable, Sendable {
        package let rule: String
        package let job: JobID
        /// Empty when the job's hosts are counted together.
        package let host: String

        package init(rule: String, job: JobID, host: String) {
            self.rule = rule
            self.job = job
            self.host = host
        }

        package static func < (lhs: Key, rhs: Key) -> Bool {
            (lhs.rule, lhs.job, lhs.host) < (rhs.rule, rhs.job, rhs.host)
        }
    }

    package let key: Key
    package var count: Int
    /// The run that moved it last, and the count before that run: hosts of one run count once.
    package var run: RunID?
    package var base: Int
    package var updatedAt: Timestamp

    package init(key: Key, count: Int = 0, run: RunID? = nil, base: Int = 0, updatedAt: Timestamp) {
        self.key = key
        self.count = count
        self.run = run
        self.base = base
        self.updatedAt = updatedAt
    }
}

/// Whether a host is there, as the event log says it.
package struct NotifyHost: Hashable, Sendable {
    package let agent: AgentID
    package var cameAt: Timestamp
    /// Nil while it is connected.
    package var wentAt: Timestamp?
    /// When its absence becomes news; nil when it is not absent, or was told of.
    package var dueAt: Timestamp?

    package init(agent: AgentID, cameAt: Timestamp, wentAt: Timestamp? = nil, dueAt: Timestamp? = nil) {
        self.agent = agent
        self.cameAt = cameAt
        self.wentAt = wentAt
        self.dueAt = dueAt
    }
}
