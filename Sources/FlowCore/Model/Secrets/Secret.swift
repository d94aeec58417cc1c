// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What is known of a secret; its value is nowhere but sealed in the store.
package struct Secret: Hashable, Sendable {
    package let name: String
    /// Rises with each new value.
    package let version: Int64
    /// Jobs may name it whose groups are all inside.
    package let owners: Scope
    package let createdAt: Timestamp
    package let updatedAt: Timestamp
    package let updatedBy: String

    /// Bytes of a value; below, it could not be told from other text and would not be masked.
    package static let shortest = 6
    package static let longest = 64 * 1024

    package init(
        name: String,
        version: Int64,
        owners: Scope,
        createdAt: Timestamp,
        updatedAt: Timestamp,
        updatedBy: String
    ) {
        self.name = name
        self.version = version
        self.owners = owners
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.updatedBy = updatedBy
    }

    /// Whether a job of these groups may name it.
    package func isFor(_ groups: some Collection<GroupID>) -> Bool { self.owners.covers(groups) }
}
