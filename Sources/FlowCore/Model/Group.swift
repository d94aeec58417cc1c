// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A named set of agents that jobs are bound to (S1-FR-3).
package struct Group: Hashable, Sendable, Codable {
    package let id: GroupID
    /// 1 to 64 characters, unique.
    package var name: String
    /// At most 256 characters.
    package var description: String
    package var tags: [String]
    package var createdAt: Timestamp
    package var updatedAt: Timestamp

    package init(
        id: GroupID,
        name: String,
        description: String = "",
        tags: [String] = [],
        createdAt: Timestamp,
        updatedAt: Timestamp
    ) {
        self.id = id
        self.name = name
        self.description = description
        self.tags = tags
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    /// The built-in group `all` that every agent belongs to (C-14); it can be neither changed nor deleted.
    package static let everyone: GroupID = 1

    /// Groups that a host may name when it joins.
    package static let namesLimit = 64

    package var isBuiltIn: Bool { self.id == Self.everyone }
}
