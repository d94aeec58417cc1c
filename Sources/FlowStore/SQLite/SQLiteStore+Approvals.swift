// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension DatabaseStore: ApprovalStore {
    package func requestApproval(_ approval: Approval, by change: Change) async throws -> Approval {
        try await self.write("request_approval") { db in
            let table = ApprovalTable(db)
            if let open = try table.open(like: approval, at: change.at) { return open }
            try Self.expire(at: change.at, limit: 100, db)
            guard try table.openCount(by: approval.requester) < Approval.limitOfOne,
                try table.openCount(by: nil) < Approval.limit
            else { throw StoreFault.tooManyApprovals }
            try table.insert(approval)
            try EventTable(db).append(.person(PersonEvent(approval)), at: change.at)
            try Self.audit(change, .approvalRequest, approval, db)
            return approval
        }
    }

    package func approval(_ id: ApprovalID) async throws -> Approval? {
        try await self.read { db in try ApprovalTable(db).find(id) }
    }

    package func approvals(_ query: ApprovalQuery) async throws -> Page<Approval> {
        try await self.read { db in try ApprovalTable(db).page(query) }
    }

    package func rejectApproval(_ id: ApprovalID, comment: String?, by change: Change) async throws -> Approval {
        try await self.write("reject_approval") { db in
            let table = ApprovalTable(db)
            var approval = try table.require(id)
            try approval.checkDecision(try Self.facts(of: approval, change, db))
            try approval.decide(.reject, by: change, comment: comment)
            try table.update(approval, at: change.at)
            try Self.audit(change, .approvalReject, approval, db)
            return approval
        }
    }

    package func withdrawApproval(_ id: ApprovalID, by change: Change) async throws -> Approval {
        try await self.write("withdraw_approval") { db in
            let table = ApprovalTable(db)
            var approval = try table.require(id)
            guard change.actor.kind == .user, change.actor.id == String(approval.requester) else {
                throw CoreError(
                    .forbidden,
                    "Only '\(approval.requesterName)', who asked for it, withdraws it. You may reject it."
                )
            }
            try approval.move(.withdraw)
            try table.update(approval, at: change.at)
            try Self.audit(change, .approvalWithdraw, approval, db)
            return approval
        }
    }

    package func endApproval(
        _ id: ApprovalID,
        _ event: Approval.Event,
        because words: String,
        comment: String?,
        by change: Change
    ) async throws -> Approval {
        try await self.write("end_approval") { db in
            let table = ApprovalTable(db)
            var approval = try table.require(id)
            guard approval.state == .pending else { return approval }
            // Only whose yes would have counted ends it this way.
            try approval.checkDecision(try Self.facts(of: approval, change, db))
            if event == .fail {
                try approval.decide(.approve, by: change, comment: comment)
                try approval.move(.fail)
            } else {
                try approval.move(event)
            }
            approval.result = words
            try table.update(approval, at: change.at)
            try Self.audit(change, .approvalFail, approval, db)
            return approval
        }
    }

    package func expireApprovals(at now: Timestamp, limit: Int) async throws -> [Approval] {
        let isDue = try await self.read { db in try !ApprovalTable(db).due(at: now, limit: 1).isEmpty }
        guard isDue else { return [] }
        return try await self.write("expire_approvals") { db in try Self.expire(at: now, limit: limit, db) }
    }

    // MARK: Parts

    @discardableResult
    private static func expire(at now: Timestamp, limit: Int, _ db: Database) throws -> [Approval] {
        let table = ApprovalTable(db)
        var expired: [Approval] = []
        for var approval in try table.due(at: now, limit: limit) {
            try approval.move(.expire)
            try table.update(approval, at: now)
            try Self.audit(.system(at: now), .approvalExpire, approval, db)
            expired.append(approval)
        }
        return expired
    }

    /// Lets a change be, if one person may make it or its pass settles the request of another one; in the change's transaction.
    ///
    /// - Parameters:
    ///   - isNeeded: whether it takes two persons.
    ///   - version: of the object, as it is now.
    ///   - words: what is being done, for who is refused.
    ///   - result: what comes of it.
    /// - Throws: what the request's rules say; `forbidden` with code `two_person` where a person comes without a pass.
    static func permit(
        _ isNeeded: Bool,
        _ object: Approval.Object,
        version: Int64?,
        to words: Wording,
        result: String? = nil,
        by change: Change,
        _ db: Database
    ) throws {
        guard let pass = change.approval else {
            // Whoever broke the glass answers for it alone; the audit says so.
            if change.isEmergency { return }
            switch change.actor.kind {
            // What the server does by itself follows from what people approved; who is on its host has all of it anyway.
            case .system, .agent, .host: return
            case .user, .service, .anonymous:
                if isNeeded { throw StoreFault.takesTwo(object.name, to: words) }
                return
            }
        }
        let table = ApprovalTable(db)
        var approval = try table.require(pass.id)
        guard approval.object.kind == object.kind, approval.object.id == object.id else {
            throw StoreFault.otherDigest(approval)
        }
        try approval.checkApproval(try Self.facts(of: approval, change, db), digest: pass.digest, version: version)
        try approval.decide(.approve, by: change, comment: pass.comment)
        try approval.move(.apply)
        approval.result = result
        try table.update(approval, at: change.at)
        try Self.audit(change, .approvalApprove, approval, db)
    }

    private static func facts(of approval: Approval, _ change: Change, _ db: Database) throws -> ApprovalFacts {
        let users = UserTable(db)
        let decider = change.actor.kind == .user ? change.actor.id.flatMap { UserID($0) } : nil
        return ApprovalFacts(
            requester: try users.find(approval.requester),
            decider: try decider.flatMap { try users.find($0) },
            isToken: change.actor.tokenID != nil,
            areKin: try decider.map { try Self.areKin($0, approval.requester, at: change.at, db) } ?? false,
            at: change.at
        )
    }

    /// Whether a chain of accounts that one made of the other leads from one person to another.
    private static func areKin(_ one: UserID, _ other: UserID, at now: Timestamp, _ db: Database) throws -> Bool {
        let pairs = try AuditTable(db).kin(since: now.advanced(byMilliseconds: -Approval.kinshipWindow))
        return Approval.areKin(one, other, pairs)
    }

    private static func audit(_ change: Change, _ action: AuditAction, _ approval: Approval, _ db: Database) throws {
        try AuditTable(db).record(
            change,
            action,
            AuditObject("approval", approval.id.description, name: approval.object.name),
            groups: approval.groups,
            after: ApprovalAudit(approval)
        )
    }
}

/// Both names, and what it is about.
struct ApprovalAudit: Encodable {
    let action: String
    let object: String
    let version: Int64?
    let digest: String
    let requester: String
    let reason: String?
    let decider: String?
    let comment: String?
    let state: String
    let result: String?

    init(_ approval: Approval) {
        self.action = approval.action.rawValue
        self.object = "\(approval.object.kind) \(approval.object.id)"
        self.version = approval.version
        self.digest = approval.digest
        self.requester = approval.requesterName
        self.reason = approval.reason
        self.decider = approval.deciderName
        self.comment = approval.comment
        self.state = approval.state.rawValue
        self.result = approval.result
    }
}
