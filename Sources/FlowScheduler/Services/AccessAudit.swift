// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import Synchronization

/// Writes into the audit what changes nothing: reads of what is sensitive, and changes that were refused.
///
/// A read's row is durable before its answer begins; a read whose row can't be written is not answered. Reads by the same credential
/// of the same thing are one row in ten minutes, refusals one in a minute: what people and pages repeat must not fill the audit.
package final class AccessAudit: Sendable {
    private let store: any AuditStore
    private let clock: any WallClock
    private let reads = Mutex(ReadGate())
    private let refusals = Mutex(RefusalGate(limit: 2000, ofUser: 20))

    /// Bytes of what was asked for, and of why it was refused, that a row keeps.
    private static let textLimit = 300

    package init(store: any AuditStore, clock: any WallClock) {
        self.store = store
        self.clock = clock
    }

    /// - Parameters:
    ///   - groups: of the object; asked for only where a row is written.
    /// - Throws: what the store throws.
    func note(
        read action: AuditAction,
        of object: AuditObject,
        groups: () async throws -> [GroupID] = { [] },
        as principal: Principal
    ) async throws {
        let now = self.clock.now
        let key = ReadGate.Key(
            user: principal.userID,
            token: principal.token?.id,
            emergency: principal.glass?.until,
            action: action,
            object: ExactText(object.id)
        )
        guard self.reads.withLock({ $0.isNew(key, now: now) }) else { return }
        // Two at the same moment make a row each; none is answered for a row that another one may fail to write.
        try await self.write(action, object, groups: try await groups(), as: principal, at: now)
        self.reads.withLock { $0.mark(key, now: now) }
    }

    /// A file that somebody takes: each is a row.
    func note(
        export action: AuditAction,
        of object: AuditObject,
        groups: [GroupID] = [],
        as principal: Principal
    ) async throws {
        try await self.write(action, object, groups: groups, as: principal, at: self.clock.now)
    }

    /// A change that somebody may not make.
    ///
    /// - Parameters:
    ///   - request: method and path.
    ///   - route: the name of the route.
    package func note(refusalOf request: String, route: String, why: String, as principal: Principal) async {
        let now = self.clock.now
        let request = request.shortened(toBytes: Self.textLimit)
        let isNew = self.refusals.withLock {
            $0.admits(user: ExactText("\(principal.userID)"), address: request, now: now)
        }
        guard isNew else { return }
        let change = principal.change(at: now, reason: why.shortened(toBytes: Self.textLimit))
        // The answer is the same whether it could be written or not.
        try? await self.store.recordAudit(
            AuditEntry(
                change: change,
                action: .requestDenied,
                object: AuditObject("request", request, name: route),
                outcome: .denied,
                flags: Self.flags(of: change)
            )
        )
    }

    private func write(
        _ action: AuditAction,
        _ object: AuditObject,
        groups: [GroupID],
        as principal: Principal,
        at now: Timestamp
    ) async throws {
        let change = principal.change(at: now)
        try await self.store.recordAudit(
            AuditEntry(
                change: change,
                action: action,
                object: object,
                groups: Array(Set(groups)),
                flags: Self.flags(of: change)
            )
        )
    }

    private static func flags(of change: Change) -> [String] { change.isEmergency ? ["break_glass"] : [] }
}

/// Which reads get a row: the first of its kind in ten minutes.
struct ReadGate: Sendable {
    struct Key: Hashable, Sendable {
        let user: UserID
        let token: Int64?
        /// When all rights that were taken for a while end: each such while has rows of its own.
        let emergency: Timestamp?
        let action: AuditAction
        let object: ExactText
    }

    /// Milliseconds.
    static let pause: Int64 = 600_000
    /// Reads that are remembered; beyond it all are forgotten, and get rows again.
    static let limit = 10_000
    private var seen: [Key: Timestamp] = [:]

    func isNew(_ key: Key, now: Timestamp) -> Bool {
        guard let last = self.seen[key] else { return true }
        return now.milliseconds(since: last) >= Self.pause || last > now
    }

    mutating func mark(_ key: Key, now: Timestamp) {
        if self.seen.count >= Self.limit {
            self.seen = self.seen.filter { now.milliseconds(since: $0.value) < Self.pause }
            if self.seen.count >= Self.limit { self.seen = [:] }
        }
        self.seen[key] = now
    }
}
