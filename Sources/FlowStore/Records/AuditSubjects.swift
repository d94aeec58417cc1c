// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

// What the audit says of each kind of object: what people set, without what only the product counts, and never a
// password's hash or a token's.

extension AuditObject {
    init(_ job: Job) { self.init("job", String(job.id), name: job.definition.name) }
    init(_ group: Group) { self.init("group", String(group.id), name: group.name) }
    init(_ agent: Agent) { self.init("client", agent.id.rawValue, name: agent.name) }
    init(_ secret: Secret) { self.init("secret", secret.name, name: secret.name) }
    init(_ calendar: HolidayCalendar) { self.init("calendar", calendar.name, name: calendar.name) }
    init(_ token: APIToken) { self.init("token", String(token.id), name: "\(token.username)/\(token.name)") }
    init(_ user: User) { self.init("user", String(user.id), name: user.username) }
    init(_ execution: Execution) { self.init("execution", execution.id.description, name: execution.jobName) }
}

struct JobAudit: Encodable {
    let definition: JobDefinition
    let enabled: Bool
    /// Why it rests, if nobody switched it off.
    let hold: JobHold?

    init(_ job: Job) { self.init(job.definition, isEnabled: job.isEnabled, hold: job.hold) }

    init(_ definition: JobDefinition, isEnabled: Bool, hold: JobHold?) {
        self.definition = definition
        self.enabled = isEnabled
        self.hold = hold
    }

    private enum Key: String, CodingKey { case enabled, hold }

    /// The definition's fields stand beside `enabled`, as in the API.
    func encode(to encoder: any Encoder) throws {
        try self.definition.encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(self.enabled, forKey: .enabled)
        try container.encodeIfPresent(self.hold, forKey: .hold)
    }

    static func action(from before: Job, to after: Job) -> AuditAction {
        guard before.definition == after.definition, before.isEnabled != after.isEnabled else { return .jobUpdate }
        return after.isEnabled ? .jobEnable : .jobDisable
    }
}

/// Who may use it and that it was set anew; never what it is.
struct SecretAudit: Encodable {
    let version: Int64
    let everywhere: Bool
    let owners: [GroupID]

    init(_ known: Secret) {
        self.version = known.version
        self.everywhere = known.owners == .all
        if case .groups(let groups) = known.owners { self.owners = groups.sorted() } else { self.owners = [] }
    }
}

struct CalendarAudit: Encodable {
    let description: String
    let revision: Int64
    /// One line each, so that what was added and what went is seen.
    let entries: String

    init(_ calendar: HolidayCalendar) {
        self.description = calendar.description
        self.revision = calendar.revision
        self.entries = calendar.entries.map { entry in
            "\(entry.from) \(entry.to)\(entry.isYearly ? " yearly" : "") \(entry.name)"
        }.joined(separator: "\n")
    }
}

struct APITokenAudit: Encodable {
    let owner: String
    let permissions: [String]
    let everywhere: Bool
    let groups: [GroupID]
    let expires: String

    init(_ made: APIToken) {
        self.owner = made.username
        self.permissions = made.permissions.map(\.rawValue).sorted()
        self.everywhere = made.scope == .all
        if case .groups(let groups) = made.scope { self.groups = groups.sorted() } else { self.groups = [] }
        self.expires = made.expiresAt.rfc3339()
    }
}

struct SessionsAudit: Encodable {
    let sessions: [String]
}

struct GroupAudit: Encodable {
    let name: String
    let description: String
    let tags: [String]

    init(_ group: Group) {
        self.name = group.name
        self.description = group.description
        self.tags = group.tags
    }
}

struct MembersAudit: Encodable {
    let clients: [AgentID]
}

struct AgentAudit: Encodable {
    let name: String
    let hostname: String
    let groups: [GroupID]
    let joined: String?

    init(_ agent: Agent, groups: [GroupID], joinToken: String? = nil) {
        self.name = agent.name
        self.hostname = agent.hostname
        self.groups = groups
        self.joined = joinToken
    }
}

struct JoinTokenAudit: Encodable {
    let groups: [GroupID]
    let expiresAt: String

    init(_ token: JoinToken) {
        self.groups = token.groups
        self.expiresAt = token.expiresAt.description
    }
}

struct UserAudit: Encodable {
    let username: String
    let state: String
    let mustChange: Bool
    let grants: [GrantAudit]

    init(_ user: User) {
        self.username = user.username
        self.state = user.state.rawValue
        self.mustChange = user.mustChangePassword
        self.grants = user.grants.map { GrantAudit($0) }
    }
}

struct GrantAudit: Encodable {
    let role: String
    let everywhere: Bool
    let groups: [GroupID]

    init(_ grant: Grant) {
        self.role = grant.role.name
        self.everywhere = grant.scope == .all
        if case .groups(let groups) = grant.scope { self.groups = groups.sorted() } else { self.groups = [] }
    }
}

struct RunAudit: Encodable {
    let run: String
    let parameters: [String: String]
    let clients: [AgentID]

    init(_ run: Run, targets: [AgentID]) {
        self.run = run.id.description
        self.parameters = SecretParameter.shown(run.parameters)
        self.clients = targets
    }
}

/// What somebody asked of a run's waves.
struct WaveAudit: Encodable {
    let wish: String

    init(_ wish: WaveWish) { self.wish = wish.rawValue }
}
