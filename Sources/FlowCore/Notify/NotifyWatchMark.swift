// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What a server remembers of a rule that watches: that something was told of and has not ended, or its next deadline.
package struct NotifyWatchMark: Hashable, Sendable {
    package struct Key: Hashable, Comparable, Sendable {
        /// Names the rule and what it watches.
        package let rule: String
        package let trigger: NotifyTrigger
        /// An execution with its job and host, a job, a host; empty for the next deadline.
        package let subject: String

        package init(rule: String, trigger: NotifyTrigger, subject: String) {
            self.rule = rule
            self.trigger = trigger
            self.subject = subject
        }

        package static func < (lhs: Key, rhs: Key) -> Bool {
            (lhs.rule, lhs.trigger.rawValue, lhs.subject) < (rhs.rule, rhs.trigger.rawValue, rhs.subject)
        }
    }

    package let key: Key
    /// The deadline that comes next, or where the span began in which it did not happen, or when it was told of.
    package var at: Timestamp

    package init(key: Key, at: Timestamp) {
        self.key = key
        self.at = at
    }

    package var isDeadline: Bool { self.key.subject.isEmpty }

    /// The subject of a deadline of which some are still to be told, when others have ended.
    package static let rest = "rest"
    package var isRest: Bool { self.key.subject == Self.rest }

    /// A mark as it is and as it is to be.
    package struct Change: Hashable, Sendable {
        package let key: Key
        /// Nil = there is none; whoever finds another one was not the only one to look.
        package let before: Timestamp?
        /// Nil = there is to be none.
        package let after: Timestamp?

        package init(key: Key, before: Timestamp?, after: Timestamp?) {
            self.key = key
            self.before = before
            self.after = after
        }
    }
}

/// How far something is beyond what a rule allows.
package struct NotifyMeasure: Hashable, Sendable, Codable {
    /// Milliseconds, bytes, or the instant of a deadline or an end.
    package let value: Int64
    /// Of what it may be at most, or of all there is.
    package let limit: Int64
    /// What is missing; nil = that says nothing here.
    package let names: [String]?
    /// Why a run of a workflow went no further.
    package let halt: FlowHalt?

    package init(value: Int64, limit: Int64 = 0, names: [String]? = nil, halt: FlowHalt? = nil) {
        self.value = value
        self.limit = limit
        self.names = names
        self.halt = halt
    }
}
