// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import GRDB
import Synchronization

extension SQLiteStore {
    /// More changes than this at once are read whole.
    private static let changeLimit = 1000

    package func createJoinToken(_ token: JoinToken, by change: Change) async throws {
        try await self.write("create_join_token") { db in
            for group in token.groups { _ = try GroupTable(db).require(group) }
            try AgentTable(db).insertToken(token)
            try AuditTable(db).record(
                change,
                .joinTokenCreate,
                AuditObject("join_token", token.id),
                groups: token.groups,
                after: JoinTokenAudit(token)
            )
        }
    }

    package func joinToken(id: String) async throws -> JoinToken? {
        try await self.read { db in try AgentTable(db).token(id) }
    }

    package func enrol(
        token id: String,
        agent: Agent,
        naming names: [String],
        by change: Change
    ) async throws -> [String] {
        try await self.writeTogether("enrol") { db in
            let agents = AgentTable(db)
            let groups = GroupTable(db)
            // 1. The token is used up before anything else is asked, in one statement: of two, one finds it unused.
            guard try agents.useToken(id, by: agent.id, at: change.at), let token = try agents.token(id) else {
                throw StoreFault.badToken
            }
            // 2. A refusal from here on rolls the use back.
            guard try agents.find(agent.id) == nil else { throw StoreFault.agentExists(agent.id) }
            try agents.insert(agent)
            // 3. Groups that were deleted since the token was made are left out.
            try groups.add(agent.id, to: Group.everyone, at: change.at)
            let traits = HostTraits(
                hostname: agent.hostname,
                address: change.origin.address ?? agent.address,
                labels: agent.allLabels
            )
            let ruled = GroupRule.groups(for: traits, by: try ConfigTable(db).groupRules())
            var joined: [GroupID] = []
            let own = token.groups(named: names, of: names.isEmpty ? [] : try groups.all())
            for group in own.joined + ruled where try groups.find(group) != nil {
                if try groups.add(agent.id, to: group, at: change.at) { joined.append(group) }
            }
            try ConfigTable(db).raiseVersion(agents: [agent.id])
            try AuditTable(db).record(
                change,
                .agentEnrol,
                AuditObject(agent),
                groups: joined,
                after: AgentAudit(agent, groups: joined, joinToken: id)
            )
            self.targets.withLock { $0.membershipsChanged() }
            return own.refused
        }
    }

    package func agent(_ id: AgentID) async throws -> Agent? {
        try await self.readFew { db in try AgentTable(db).find(id) }
    }

    package func stageCertificate(_ fingerprint: String, expiresAt: Timestamp, of agent: AgentID) async throws {
        try await self.write("stage_certificate") { db in
            guard try AgentTable(db).stageCertificate(fingerprint, expiresAt: expiresAt, of: agent) else {
                throw StoreFault.noAgent(agent)
            }
        }
    }

    package func useCertificate(
        _ fingerprint: String,
        expiresAt: Timestamp,
        of agent: AgentID
    ) async throws -> Bool {
        try await self.write("use_certificate") { db in
            try AgentTable(db).useCertificate(fingerprint, expiresAt: expiresAt, of: agent)
        }
    }

    package func recordCertificateEnd(_ end: Timestamp, of agent: AgentID, fingerprint: String) async throws {
        try await self.write("record_certificate") { db in
            try AgentTable(db).setCertificateEnd(end, of: agent, fingerprint: fingerprint)
        }
    }

    package func agents() async throws -> [Agent] { try await self.read { db in try AgentTable(db).all() } }

    package func agents(named name: String) async throws -> [AgentID] {
        try await self.read { db in try AgentTable(db).named(name) }
    }

    package func setLabels(_ labels: [String: String], of id: AgentID, by change: Change) async throws {
        try await self.write("set_labels") { db in
            guard let agent = try AgentTable(db).find(id) else { throw StoreFault.noAgent(id) }
            try AgentTable(db).setLabels(labels, of: id)
            try AuditTable(db).record(
                change,
                .agentLabels,
                AuditObject(agent),
                groups: try GroupTable(db).groups(of: id).map(\.id),
                before: agent.labels,
                after: labels
            )
        }
    }

    package func deleteAgent(_ id: AgentID, by change: Change) async throws -> [Execution] {
        // Nobody is left to report the agent's open executions, so they are closed here, provisionally as ever.
        try await self.write("delete_agent") { db in
            guard let agent = try AgentTable(db).find(id) else { throw StoreFault.noAgent(id) }
            let now = agent.lastSeen ?? agent.createdAt
            let executions = ExecutionTable(db)
            let ended =
                try self.infer(.agentDeleted, for: try executions.open(.pending, of: id), at: now, db)
                + self.infer(.agentDeletedWhileRunning, for: try executions.open(.running, of: id), at: now, db)
                + self.closeOwed(of: id, at: change.at, db)
            try OrderTable(db, self.snapshots).deleteAll(for: id)
            try executions.forgetForcedCancels(of: id)
            let groups = try GroupTable(db).groups(of: id).map(\.id)
            try SpanTable(db).end(agent: id, at: change.at)
            try NotifyStateTable(db).forgetHost(id)
            try HostStatisticsTable(db).forgetPosition(of: id)
            _ = try AgentTable(db).delete(id)
            // What was lost on it stays lost.
            try SettlementTable(db).settle(lostOn: id, at: change.at)
            try AuditTable(db).record(
                change,
                .agentDelete,
                AuditObject(agent),
                groups: groups,
                before: AgentAudit(agent, groups: groups)
            )
            try ConfigTable(db).raiseVersion()
            self.targets.withLock { $0.membershipsChanged() }
            return ended
        }
    }

    package func configuration(of agent: AgentID) async throws -> AgentConfiguration {
        try await self.read { db in
            let jobs = try AgentTable(db).scope(of: agent).compactMap { entry in
                try self.snapshots.snapshot(entry.uid, version: entry.version, db)
            }
            let contents = jobs.map { (uid: $0.uid, content: self.snapshots.contentHash($0)) }
            return AgentConfiguration(
                version: try ConfigTable(db).version(),
                jobs: jobs,
                contentDigest: ConfigDigest.of(contents: contents)
            )
        }
    }

    package func configurationChanges(since version: Int64) async throws -> ConfigurationChanges? {
        try await self.read { db in
            guard let changes = try ConfigTable(db).changes(since: version, limit: Self.changeLimit) else { return nil }
            var jobs: [ConfigurationChanges.Job] = []
            // Jobs that change together mostly run on the same groups.
            var members: [[GroupID]: Set<AgentID>] = [:]
            for uid in changes.jobs.sorted() {
                guard let job = try JobTable(db).binding(of: uid) else {
                    jobs.append(ConfigurationChanges.Job(uid: uid, snapshot: nil, agents: []))
                    continue
                }
                let agents = try members[job.groups] ?? Set(AgentTable(db).agents(inAnyOf: job.groups))
                members[job.groups] = agents
                let snapshot = try self.snapshots.snapshot(uid, version: job.version, db)
                jobs.append(ConfigurationChanges.Job(uid: uid, snapshot: snapshot, agents: agents))
            }
            return ConfigurationChanges(since: version, version: changes.version, jobs: jobs, moved: changes.agents)
        }
    }

    package func agents(inAnyOf groups: [GroupID]) async throws -> [AgentID] {
        try await self.read { db in try AgentTable(db).agents(inAnyOf: groups) }
    }

    package func configVersion() async throws -> Int64 { try await self.read { db in try ConfigTable(db).version() } }

    package func setting(_ key: String) async throws -> String? {
        try await self.read { db in try ConfigTable(db).setting(key) }
    }

    package func setSetting(_ key: String, to value: String) async throws {
        try await self.write("set_setting") { db in try ConfigTable(db).setSetting(key, to: value) }
    }
}
