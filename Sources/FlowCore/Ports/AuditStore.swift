// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The record of who did what.
///
/// Rows of changes are written by the calls that change; here are rows that stand for themselves, reading, and sealing.
package protocol AuditStore: Sendable {
    /// Writes a row of its own: a refused attempt, a sensitive read.
    func recordAudit(_ entry: AuditEntry) async throws
    func audit(_ query: AuditQuery) async throws -> Page<AuditEntry>
    /// The same rows without their count.
    func auditRows(_ query: AuditQuery) async throws -> [AuditEntry]

    /// Rows without a seal, oldest first.
    func unsealedAudit(limit: Int) async throws -> [AuditEntry]
    func auditHead(of chain: String) async throws -> AuditHead?
    /// Seals rows by id, in order, and moves the chain's head with them.
    ///
    /// - Throws: `conflict` when the head is not `expected` any more.
    func sealAudit(_ seals: [(id: Int64, seal: AuditEntry.Seal)], after expected: AuditHead?) async throws
    /// Sealed rows of a chain behind a sequence number, in order.
    func sealedAudit(of chain: String, after sequence: Int64, limit: Int) async throws -> [AuditEntry]
    func auditChains() async throws -> [AuditChainState]
}

/// A chain's first and last points.
package struct AuditChainState: Hashable, Sendable {
    package let head: AuditHead
    /// The last row that retention took; nil while all are there.
    package let anchor: AuditHead?

    package init(head: AuditHead, anchor: AuditHead?) {
        self.head = head
        self.anchor = anchor
    }
}

/// Filter of the audit, newest first.
package struct AuditQuery: Sendable {
    package var page: PageRequest
    package var since: Timestamp?
    package var until: Timestamp?
    /// The actor's exact name.
    package var actor: String?
    package var action: AuditAction?
    package var objectKind: String?
    package var objectID: String?
    package var outcome: AuditEntry.Outcome?
    /// Only rows with a smaller number.
    package var below: Int64?
    /// Rows that concern a group of this.
    package var scope: Scope

    package init(
        page: PageRequest = PageRequest(),
        since: Timestamp? = nil,
        until: Timestamp? = nil,
        actor: String? = nil,
        action: AuditAction? = nil,
        objectKind: String? = nil,
        objectID: String? = nil,
        outcome: AuditEntry.Outcome? = nil,
        below: Int64? = nil,
        scope: Scope = .all
    ) {
        self.page = page
        self.since = since
        self.until = until
        self.actor = actor
        self.action = action
        self.objectKind = objectKind
        self.objectID = objectID
        self.outcome = outcome
        self.below = below
        self.scope = scope
    }
}
