// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// That a workflow said something else before.
package struct WorkflowVersion: Hashable, Sendable {
    package let number: Int64
    /// Nil where an older version of QuartzFlow stored it, as is who made it.
    package let createdAt: Timestamp?
    package let createdBy: String?

    package init(number: Int64, createdAt: Timestamp?, createdBy: String?) {
        self.number = number
        self.createdAt = createdAt
        self.createdBy = createdBy
    }

    /// So many of a workflow are kept, and besides those that runs keep to.
    package static let limit = 50
}
