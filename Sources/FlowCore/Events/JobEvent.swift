// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Something about a job that comes about without an execution, and that rules tell of.
package struct JobEvent: Hashable, Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        /// The time for its parents has passed, and the job goes on waiting (D9).
        case parentsLate = "parents_late"
    }

    package let kind: Kind
    package let job: JobID
    /// When it came about: the deadline, and not when somebody looked.
    package let due: Timestamp
    /// Names of what is missing, in the order of their tasks.
    package let missing: [String]

    /// Names that are kept; of more there is the number.
    package static let nameLimit = 10

    package init(_ kind: Kind, job: JobID, due: Timestamp, missing: [String]) {
        self.kind = kind
        self.job = job
        self.due = due
        self.missing = missing
    }
}
