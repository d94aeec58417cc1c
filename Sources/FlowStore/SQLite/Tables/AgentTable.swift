// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Statements on agents and join tokens.
struct AgentTable {
    let db: Database
    init(_ db: Database) { self.db = db }

    func find(_ id: AgentID) throws -> Agent? {
        try self.db.first("SELECT \(AgentRecord.columns) FROM agent WHERE id = ?", [.agent(id)]) {
            try AgentRecord.decode($0)
        }
    }

    /// What a host is called; its id when it is gone.
    func name(of id: AgentID) throws -> String { try self.find(id)?.name ?? id.rawValue }

    func all() throws -> [Agent] {
        try self.db.all("SELECT \(AgentRecord.columns) FROM agent ORDER BY id") { try AgentRecord.decode($0) }
    }

    /// The first few that are called so.
    func named(_ name: String) throws -> [AgentID] {
        try self.db.all("SELECT id FROM agent WHERE name = ? ORDER BY id LIMIT 10", [.text(name)]) { try $0.agent(0) }
    }

    func insert(_ agent: Agent) throws {
        try self.db.run(
            """
            INSERT INTO agent (\(AgentRecord.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            try AgentRecord.values(agent)
        )
    }

    func delete(_ id: AgentID) throws -> Bool {
        try self.db.run("DELETE FROM agent WHERE id = ?", [.agent(id)]) == 1
    }

    /// Members of a group, by id.
    func members(of group: GroupID) throws -> [Agent] {
        try self.db.all(
            """
            SELECT \(AgentRecord.columns(of: "a")) FROM group_member AS m JOIN agent AS a ON a.id = m.agent
            WHERE m.group_id = ? ORDER BY a.id
            """,
            [.integer(group)]
        ) { try AgentRecord.decode($0) }
    }

    /// Agents that may run jobs of any of these groups, by id.
    func agents(inAnyOf groups: [GroupID]) throws -> [AgentID] {
        try self.agents(inAnyOf: try JSONColumn.encode(groups))
    }

    /// The same, with the groups' ids as a JSON array.
    func agents(inAnyOf groups: String) throws -> [AgentID] {
        try self.db.all(
            """
            SELECT DISTINCT m.agent FROM group_member AS m JOIN agent AS a ON a.id = m.agent
            WHERE m.group_id IN (SELECT value FROM json_each(?)) AND a.is_revoked = 0 ORDER BY m.agent
            """,
            [.text(groups)]
        ) { try $0.agent(0) }
    }

    /// The same, as they are stored.
    func records(inAnyOf groups: [GroupID]) throws -> [Agent] {
        try self.db.all(
            """
            SELECT \(AgentRecord.columns) FROM agent
            WHERE is_revoked = 0 AND id IN
                (SELECT agent FROM group_member WHERE group_id IN (SELECT value FROM json_each(?)))
            ORDER BY id
            """,
            [.text(try JSONColumn.encode(groups))]
        ) { try AgentRecord.decode($0) }
    }

    /// Where the agent's reports stand (R5).
    func progress(of id: AgentID) throws -> ReportProgress? {
        try self.db.first("SELECT incarnation, acked_seq FROM agent WHERE id = ?", [.agent(id)]) {
            ReportProgress(incarnation: $0.text(0), acknowledged: $0.integer(1))
        }
    }

    /// Keeps the rows of agents for this transaction (``Database/hold(_:_:)``).
    func hold(_ ids: [AgentID]) throws {
        try self.db.hold(
            "SELECT id FROM agent WHERE id IN (SELECT CAST(value AS TEXT) FROM json_each(?)) ORDER BY id",
            [.text(try JSONColumn.encode(ids))]
        )
    }

    /// The same of many, without those that are not enrolled.
    func progress(of ids: [AgentID]) throws -> [AgentID: ReportProgress] {
        let found = try self.db.firstEach(
            "SELECT incarnation, acked_seq FROM agent WHERE id = ?",
            ids.map { [.agent($0)] }
        ) { ReportProgress(incarnation: $0.text(0), acknowledged: $0.integer(1)) }
        return Dictionary(keys: ids, values: found)
    }

    func setAcknowledged(_ sequences: [AgentID: Int64]) throws {
        try self.db.runEach(
            "UPDATE agent SET acked_seq = ?, lost_after = NULL WHERE id = ?",
            sequences.sorted { $0.key < $1.key }.map { [.integer($0.value), .agent($0.key)] }
        )
    }

    /// What a hello says; raises the epoch.
    ///
    /// A gap stays known until a report after it was applied: the session that found it may end before the agent hears of it.
    ///
    /// - Returns: the new epoch, and the last report before the gap.
    func openSession(
        _ hello: Hello,
        address: String,
        position: ReportPosition,
        at now: Timestamp
    ) throws -> (epoch: Int64, lostAfter: Int64?) {
        try self.db.run(
            """
            UPDATE agent SET hostname = ?, address = ?, version = ?, operating_system = ?, host_labels = ?, incarnation = ?,
                acked_seq = ?, config_version = ?, last_seen = ?, session_at = ?, epoch = epoch + 1
            WHERE id = ?
            """,
            [
                .text(hello.hostname), .text(address), .text(hello.version), .text(hello.operatingSystem),
                .text(try JSONColumn.encode(hello.labels)), .text(hello.incarnation), .integer(position.acknowledged),
                .integer(hello.configVersion), .time(now), .time(now),
                .agent(hello.agent),
            ]
        )
        try self.db.run(
            // What another ledger lacked says nothing of this one.
            position.ledger == .new
                ? "UPDATE agent SET lost_after = ?1 WHERE id = ?2"
                : "UPDATE agent SET lost_after = coalesce(min(lost_after, ?1), lost_after, ?1) WHERE id = ?2",
            [position.lostAfter.map { .integer($0) } ?? .null, .agent(hello.agent)]
        )
        let stored = try self.db.first("SELECT epoch, lost_after FROM agent WHERE id = ?", [.agent(hello.agent)]) {
            (epoch: $0.integer(0), lostAfter: $0.optionalInteger(1))
        }
        return stored ?? (0, nil)
    }

    func stageCertificate(_ fingerprint: String, expiresAt: Timestamp, of id: AgentID) throws -> Bool {
        try self.db.run(
            "UPDATE agent SET next_fingerprint = ?, next_expires_at = ? WHERE id = ? AND is_revoked = 0",
            [.text(fingerprint), .time(expiresAt), .agent(id)]
        ) == 1
    }

    /// Puts the staged certificate, or one that ends later than the present one, in its place.
    func useCertificate(_ fingerprint: String, expiresAt: Timestamp, of id: AgentID) throws -> Bool {
        try self.db.run(
            """
            UPDATE agent SET fingerprint = ?, certificate_expires_at = ?, next_fingerprint = NULL, next_expires_at = NULL
            WHERE id = ? AND is_revoked = 0 AND (next_fingerprint = ? OR certificate_expires_at < ?)
            """,
            [.text(fingerprint), .time(expiresAt), .agent(id), .text(fingerprint), .time(expiresAt)]
        ) == 1
    }

    func setCertificateEnd(_ end: Timestamp, of id: AgentID, fingerprint: String) throws {
        try self.db.run(
            "UPDATE agent SET certificate_expires_at = ? WHERE id = ? AND fingerprint = ?",
            [.time(end), .agent(id), .text(fingerprint)]
        )
    }

    func setLabels(_ labels: [String: String], of id: AgentID) throws {
        try self.db.run(
            "UPDATE agent SET labels = ? WHERE id = ?",
            [.text(try JSONColumn.encode(labels)), .agent(id)]
        )
    }

    /// Whether a session was opened after a time.
    func hasSession(_ id: AgentID, after time: Timestamp) throws -> Bool {
        try self.db.first("SELECT 1 FROM agent WHERE id = ? AND session_at > ?", [.agent(id), .time(time)]) { _ in true
        }
            ?? false
    }

    func setConfigVersion(_ version: Int64, of id: AgentID) throws {
        try self.db.run("UPDATE agent SET config_version = ? WHERE id = ?", [.integer(version), .agent(id)])
    }

    func setLastSeen(_ time: Timestamp, of id: AgentID) throws {
        // Sessions report out of order when an agent changes servers.
        try self.db.run(
            "UPDATE agent SET last_seen = ?1 WHERE id = ?2 AND (last_seen IS NULL OR last_seen < ?1)",
            [.time(time), .agent(id)]
        )
    }

    /// Uid and version of each job that reaches the agent, by uid.
    func scope(of id: AgentID) throws -> [(uid: JobUID, version: Int64)] {
        try self.db.all(
            """
            SELECT uid, version FROM job WHERE id IN (
                SELECT job_group.job_id FROM group_member JOIN job_group ON job_group.group_id = group_member.group_id
                WHERE group_member.agent = ?
            ) ORDER BY uid
            """,
            [.agent(id)]
        ) { (uid: try $0.id(0), version: $0.integer(1)) }
    }

    func insertToken(_ token: JoinToken) throws {
        try self.db.run(
            "INSERT INTO join_token (\(AgentRecord.tokenColumns)) VALUES (?, ?, ?, ?, ?, ?)",
            try AgentRecord.values(token)
        )
    }

    func token(_ id: String) throws -> JoinToken? {
        try self.db.first("SELECT \(AgentRecord.tokenColumns) FROM join_token WHERE id = ?", [.text(id)]) {
            try AgentRecord.decodeToken($0)
        }
    }

    /// - Returns: false when the token is unknown, expired or was used.
    func useToken(_ id: String, by agent: AgentID, at now: Timestamp) throws -> Bool {
        try self.db.run(
            "UPDATE join_token SET used_by = ? WHERE id = ? AND used_by IS NULL AND expires_at > ?",
            [.agent(agent), .text(id), .time(now)]
        ) == 1
    }
}
