// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// ``Agent`` and ``JoinToken`` as rows.
enum AgentRecord {
    static let columnNames = [
        "id", "name", "hostname", "address", "version", "operating_system", "fingerprint", "incarnation", "acked_seq",
        "config_version", "last_seen", "is_revoked", "created_at", "certificate_expires_at", "next_fingerprint",
        "host_labels", "labels",
    ]

    static let columns = Self.columnNames.joined(separator: ", ")

    static func columns(of alias: String) -> String {
        Self.columnNames.map { "\(alias).\($0)" }.joined(separator: ", ")
    }

    static func decode(_ row: some RecordRow) throws -> Agent {
        Agent(
            id: try row.agent(0),
            name: row.text(1),
            hostname: row.text(2),
            address: row.text(3),
            version: row.text(4),
            operatingSystem: row.text(5),
            hostLabels: try Self.labels(row.text(15)),
            labels: try Self.labels(row.text(16)),
            certificateFingerprint: row.text(6),
            certificateExpiresAt: row.optionalTime(13),
            nextCertificateFingerprint: row.isNull(14) ? nil : row.text(14),
            incarnation: row.text(7),
            acknowledgedSequence: row.integer(8),
            configVersion: row.integer(9),
            lastSeen: row.optionalTime(10),
            isRevoked: row.flag(11),
            createdAt: row.time(12)
        )
    }

    /// Most hosts have none.
    private static func labels(_ text: String) throws -> [String: String] {
        text == "{}" ? [:] : try JSONColumn.decode(text)
    }

    static func values(_ agent: Agent) throws -> [RecordValue] {
        [
            .agent(agent.id), .text(agent.name), .text(agent.hostname), .text(agent.address), .text(agent.version),
            .text(agent.operatingSystem), .text(agent.certificateFingerprint), .text(agent.incarnation),
            .integer(agent.acknowledgedSequence), .integer(agent.configVersion), .time(agent.lastSeen),
            .flag(agent.isRevoked), .time(agent.createdAt), .time(agent.certificateExpiresAt),
            .text(agent.nextCertificateFingerprint), .text(try JSONColumn.encode(agent.hostLabels)),
            .text(try JSONColumn.encode(agent.labels)),
        ]
    }

    static let tokenColumns = "id, secret_hash, groups, expires_at, used_by, created_at"

    static func decodeToken(_ row: some RecordRow) throws -> JoinToken {
        JoinToken(
            id: row.text(0),
            secretHash: row.bytes(1),
            groups: try JSONColumn.decode(row.text(2)),
            expiresAt: row.time(3),
            usedBy: row.isNull(4) ? nil : try row.agent(4),
            createdAt: row.time(5)
        )
    }

    static func values(_ token: JoinToken) throws -> [RecordValue] {
        [
            .text(token.id), .bytes(token.secretHash), .text(try JSONColumn.encode(token.groups)),
            .time(token.expiresAt),
            .text(token.usedBy?.rawValue), .time(token.createdAt),
        ]
    }
}
