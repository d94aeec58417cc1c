// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// One of the definitions that a job had.
package struct JobVersion: Hashable, Sendable {
    package let number: Int64
    /// Nil for one that an older version of QuartzFlow stored: what it had of it is not all of it.
    package let definition: JobDefinition?
    package let isEnabled: Bool
    /// Who made it; nil for one that an older version of QuartzFlow stored.
    package let createdBy: String?
    package let createdAt: Timestamp

    package init(
        number: Int64,
        definition: JobDefinition?,
        isEnabled: Bool,
        createdBy: String?,
        createdAt: Timestamp
    ) {
        self.number = number
        self.definition = definition
        self.isEnabled = isEnabled
        self.createdBy = createdBy
        self.createdAt = createdAt
    }
}
