// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What somebody may do; every route and service call declares one.
package enum Permission: String, Codable, Sendable, CaseIterable {
    case jobsRead = "jobs:read"
    case jobsWrite = "jobs:write"
    case jobsRun = "jobs:run"
    case executionsRead = "executions:read"
    case executionsCancel = "executions:cancel"
    case groupsRead = "groups:read"
    case groupsWrite = "groups:write"
    case agentsRead = "agents:read"
    case agentsWrite = "agents:write"
    case auditRead = "audit:read"
    case metricsRead = "metrics:read"
    case usersWrite = "users:write"
}

/// A set of permissions with a name.
package enum Role: String, Codable, Sendable, CaseIterable {
    case admin
    case `operator`
    case viewer

    package var permissions: Set<Permission> {
        switch self {
        case .admin: Set(Permission.allCases)
        case .operator: Set(Permission.allCases).subtracting([.usersWrite, .agentsWrite, .groupsWrite])
        case .viewer: [.jobsRead, .executionsRead, .groupsRead, .agentsRead, .metricsRead]
        }
    }
}

/// Who is asking.
package struct Principal: Hashable, Sendable {
    package let userID: UserID
    package let username: String
    package let role: Role
    /// Where the request came from.
    package var origin: Origin

    package init(userID: UserID, username: String, role: Role, origin: Origin = Origin(via: .api)) {
        self.userID = userID
        self.username = username
        self.role = role
        self.origin = origin
    }

    package var actor: Actor { .user(self.userID, self.username) }

    /// A change that this principal makes.
    package func change(at now: Timestamp, reason: String? = nil) -> Change {
        Change(by: self.actor, at: now, origin: self.origin, reason: reason)
    }

    /// - Throws: ``CoreError`` `forbidden`, naming the missing permission.
    package func require(_ permission: Permission) throws(CoreError) {
        guard self.role.permissions.contains(permission) else {
            throw CoreError(
                .forbidden,
                "The role '\(self.role.rawValue)' of user '\(self.username)' lacks the permission '\(permission.rawValue)'. Ask an administrator."
            )
        }
    }
}

/// A console or API user.
package struct User: Hashable, Sendable {
    package let id: UserID
    package var username: String
    package var passwordHash: String
    package var role: Role
    package var createdAt: Timestamp

    package init(id: UserID, username: String, passwordHash: String, role: Role, createdAt: Timestamp) {
        self.id = id
        self.username = username
        self.passwordHash = passwordHash
        self.role = role
        self.createdAt = createdAt
    }
}

/// A signed-in session; the bearer token itself is only known to its holder.
package struct UserSession: Hashable, Sendable {
    package let tokenHash: [UInt8]
    package let userID: UserID
    package let createdAt: Timestamp
    package let expiresAt: Timestamp

    package init(tokenHash: [UInt8], userID: UserID, createdAt: Timestamp, expiresAt: Timestamp) {
        self.tokenHash = tokenHash
        self.userID = userID
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}
