// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

// Changes that the server makes on its own, where no person asks: they stand in the audit as made by `system`.

extension JobStore {
    /// Of a job that nothing holds.
    package func updateJob(
        _ id: JobID,
        definition: JobDefinition,
        isEnabled: Bool,
        nextFire: Timestamp?,
        expectedVersion: Int64?,
        by change: Change
    ) async throws -> ChangedJob {
        try await self.updateJob(
            id,
            definition: definition,
            isEnabled: isEnabled,
            nextFire: nextFire,
            hold: nil,
            expectedVersion: expectedVersion,
            by: change
        )
    }

    package func createJob(
        uid: JobUID,
        definition: JobDefinition,
        isEnabled: Bool,
        nextFire: Timestamp?,
        by user: String,
        at now: Timestamp
    ) async throws -> Job {
        try await self.createJob(
            uid: uid,
            definition: definition,
            isEnabled: isEnabled,
            nextFire: nextFire,
            by: Change(by: Actor(.system, name: user), at: now)
        )
    }

    package func updateJob(
        _ id: JobID,
        definition: JobDefinition,
        isEnabled: Bool,
        nextFire: Timestamp?,
        expectedVersion: Int64?,
        at now: Timestamp
    ) async throws -> Job {
        try await self.updateJob(
            id,
            definition: definition,
            isEnabled: isEnabled,
            nextFire: nextFire,
            expectedVersion: expectedVersion,
            by: .system(at: now)
        ).job
    }

    package func deleteJob(_ id: JobID, at now: Timestamp) async throws -> Job {
        try await self.deleteJob(id, by: .system(at: now)).job
    }
}

extension GroupStore {
    package func createGroup(
        name: String,
        description: String,
        tags: [String],
        at now: Timestamp
    ) async throws -> Group {
        try await self.createGroup(name: name, description: description, tags: tags, by: .system(at: now))
    }

    package func updateGroup(
        _ id: GroupID,
        name: String,
        description: String,
        tags: [String],
        at now: Timestamp
    ) async throws -> Group {
        try await self.updateGroup(id, name: name, description: description, tags: tags, by: .system(at: now))
    }

    package func deleteGroup(_ id: GroupID, at now: Timestamp = .distantPast) async throws {
        try await self.deleteGroup(id, by: .system(at: now))
    }

    package func addAgents(_ agents: [AgentID], to group: GroupID, at now: Timestamp = .distantPast) async throws {
        try await self.addAgents(agents, to: group, by: .system(at: now))
    }

    package func removeAgents(
        _ agents: [AgentID],
        from group: GroupID,
        at now: Timestamp = .distantPast
    ) async throws {
        try await self.removeAgents(agents, from: group, by: .system(at: now))
    }
}

extension AgentStore {
    package func createJoinToken(_ token: JoinToken) async throws {
        try await self.createJoinToken(token, by: .system(at: token.createdAt))
    }

    /// Of a host that names no groups itself.
    package func enrol(token id: String, agent: Agent, by change: Change) async throws {
        _ = try await self.enrol(token: id, agent: agent, naming: [], by: change)
    }

    /// The host itself is who enrols it.
    package func enrol(token id: String, agent: Agent, at now: Timestamp) async throws {
        let actor = Actor(.agent, id: agent.id.rawValue, name: agent.name)
        try await self.enrol(token: id, agent: agent, by: Change(by: actor, at: now))
    }

    package func deleteAgent(_ id: AgentID, at now: Timestamp = .distantPast) async throws {
        try await self.deleteAgent(id, by: .system(at: now))
    }
}

extension UserStore {
    package func createUser(
        username: String,
        passwordHash: String,
        role: Role,
        at now: Timestamp
    ) async throws -> User {
        try await self.createUser(username: username, passwordHash: passwordHash, role: role, by: .system(at: now))
    }

    /// With a role on everything.
    package func createUser(
        username: String,
        passwordHash: String,
        role: Role,
        by change: Change
    ) async throws -> User {
        try await self.createUser(
            username: username,
            passwordHash: passwordHash,
            grants: [Grant(role: role, scope: .all)],
            mustChangePassword: false,
            by: change
        )
    }

    package func setPasswordHash(_ hash: String, of user: UserID, at now: Timestamp = .distantPast) async throws {
        try await self.setPassword(hash, mustChange: false, of: user, keeping: nil, by: .system(at: now))
    }

    package func createSession(_ session: UserSession) async throws {
        try await self.createSession(session, by: .system(at: session.createdAt))
    }

    package func deleteSession(tokenHash: [UInt8], at now: Timestamp = .distantPast) async throws {
        try await self.deleteSession(tokenHash: tokenHash, by: .system(at: now))
    }
}

extension ExecutionStore {
    package func requestCancel(_ id: ExecutionID, at now: Timestamp) async throws -> Execution {
        try await self.requestCancel(id, force: false, by: .system(at: now))
    }

    package func requestCancel(_ id: ExecutionID, by change: Change) async throws -> Execution {
        try await self.requestCancel(id, force: false, by: change)
    }
}

extension ScheduleStore {
    /// Fires as if nobody had been away for long.
    package func fire(_ fires: [PlannedFire], online: Set<AgentID>, at now: Timestamp) async throws -> [FireOutcome] {
        try await self.fire(fires, online: online, recent: nil, at: now)
    }

    package func start(_ trigger: Trigger, at now: Timestamp) async throws -> StartedRun {
        try await self.start(trigger, by: .system(at: now))
    }
}
