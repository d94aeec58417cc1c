// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A set of permissions that people made and gave a name, beside the four that are built in.
package struct OwnRole: Hashable, Sendable {
    package let name: String
    package var description: String
    package var permissions: Set<Permission>
    package var createdAt: Timestamp
    package var updatedAt: Timestamp

    package init(
        name: String,
        description: String,
        permissions: Set<Permission>,
        createdAt: Timestamp,
        updatedAt: Timestamp
    ) {
        self.name = name
        self.description = description
        self.permissions = permissions
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    /// How many there may be.
    package static let limit = 200
}

/// The role of a grant: one of the four, or one that people made.
package struct GrantedRole: Hashable, Sendable {
    package let name: String
    package let permissions: Set<Permission>
    /// Nil for one that people made.
    package let builtIn: Role?

    package init(_ role: Role) {
        self.name = role.rawValue
        self.permissions = role.permissions
        self.builtIn = role
    }

    package init(_ role: OwnRole) {
        self.name = role.name
        self.permissions = role.permissions
        self.builtIn = nil
    }
}
