// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A file of a data directory that a back-up holds, by its path there and in the archive.
package enum BackupPart: String, CaseIterable, Sendable {
    case authorityKey = "ca/ca-key.pem"
    case authorityCertificate = "ca/ca.pem"
    /// The one that follows, while it takes over.
    case nextAuthority = "ca/next.json"
    case serverKey = "ca/server-key.pem"
    case serverCertificate = "ca/server.pem"
    case resetSecret = "quic-reset-secret"
    /// Read before the database, which then goes at least as far.
    case auditHeads = "audit-heads"
    /// Only when asked for: whoever has it and the database reads every secret.
    case masterKey = "secrets.key"
    case database = "quartzflow.db"

    /// Without these a server would be another installation.
    static let required: Set<BackupPart> = [.database, .authorityKey, .authorityCertificate]
}
