// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Requests for the approval of another person, as both persons handle them.
package struct ApprovalService: Sendable {
    let store: any ApprovalStore
    let jobs: JobService
    let executions: ExecutionService
    let runs: RunService
    let users: UserService
    let workflows: WorkflowService?
    let settings: SettingService?
    let backfills: BackfillService?
    let clock: any WallClock

    /// Which of the requests that one may see.
    package enum View: String, Sendable, CaseIterable {
        case all, mine
        /// Those of others, that one may decide on.
        case decide
    }

    // MARK: Reading

    /// One's own, and those that concern groups on which one decides.
    package func list(
        _ view: View,
        states: Set<Approval.State>,
        page: PageRequest,
        as principal: Principal
    ) async throws -> Page<Approval> {
        try await self.expire()
        var query = ApprovalQuery(
            page: page,
            states: states,
            viewer: principal.userID,
            scope: principal.scope(of: .approvalsDecide)
        )
        switch view {
        case .all: break
        case .mine: query.requester = principal.userID
        case .decide:
            try principal.require(.approvalsDecide)
            query.decider = principal.userID
        }
        return try await self.store.approvals(query)
    }

    /// One that may not be seen is answered like one that is not there.
    package func get(_ id: ApprovalID, as principal: Principal) async throws -> Approval {
        try await self.expire()
        guard let approval = try await self.store.approval(id),
            approval.requester == principal.userID
                || principal.scope(of: .approvalsDecide).touches(approval.groups)
        else { throw StoreFault.noApproval(id) }
        return approval
    }

    /// What is asked for, and what the job says at present and said then; for whoever may read the job.
    package func content(of approval: Approval, as principal: Principal) async throws -> ApprovalContent {
        let payload = try ApprovalDesk.decode(approval)
        guard approval.object.kind == "job", let id = JobID(approval.object.id), case .edit = payload,
            let job = try await self.jobs.store.job(id),
            principal.scope(of: .jobsRead).touches(job.definition.groups)
        else { return ApprovalContent(payload: payload, before: nil, currentVersion: nil) }
        let number = approval.version ?? job.version
        var before: ApprovalContent.Version?
        if number == job.version {
            before = .init(definition: job.definition, isEnabled: job.isEnabled)
        } else if let then = try await self.jobs.store.version(number, of: job.uid), let definition = then.definition {
            before = .init(definition: definition, isEnabled: then.isEnabled)
        }
        return ApprovalContent(payload: payload, before: before, currentVersion: job.version)
    }

    private func expire() async throws {
        let expired = try await self.store.expireApprovals(at: self.clock.now, limit: 200)
        if !expired.isEmpty { self.announce() }
    }

    /// Whoever watches requests looks again.
    private func announce() { self.jobs.bus.publish(.approvalsChanged) }

    // MARK: Deciding

    /// Does what was asked for, as the second person.
    ///
    /// - Parameter digest: of what that person saw.
    /// - Returns: the request as it is then: applied, failed when it could not be done, stale when it is about something else by
    ///   now.
    /// - Throws: where the person may not decide, or it can't be tried now; the request waits on.
    package func approve(
        _ id: ApprovalID,
        digest: String,
        comment: String?,
        as principal: Principal
    ) async throws -> Approval {
        let approval = try await self.decidable(id, comment: comment, as: principal)
        guard ExactText(digest) == ExactText(approval.digest) else { throw StoreFault.otherDigest(approval) }
        var acting = principal
        acting.approval = ApprovalPass(id: id, digest: digest, comment: comment)
        acting.origin.reason = Self.reason(of: approval)
        // Whatever becomes of it; a look too many does no harm.
        defer { self.announce() }
        do {
            try await self.carryOut(try ApprovalDesk.decode(approval), of: approval, as: acting)
            let after = try await self.get(id, as: principal)
            if after.state != .pending {
                // A start that is repeated finds its run: somebody else was faster.
                guard after.decider == principal.userID else { throw StoreFault.approvalOver(after) }
                return after
            }
            // It was done already, without this request: nothing settled it.
            throw StoreFault.staleApproval("There was nothing left to do.")
        } catch let error as CoreError {
            guard let event = Self.end(after: error) else { throw error }
            return try await self.store.endApproval(
                id,
                event,
                because: error.message,
                comment: comment,
                by: principal.change(at: self.clock.now)
            )
        }
    }

    package func reject(_ id: ApprovalID, comment: String?, as principal: Principal) async throws -> Approval {
        _ = try await self.decidable(id, comment: comment, as: principal)
        defer { self.announce() }
        return try await self.store.rejectApproval(
            id,
            comment: comment,
            by: principal.change(at: self.clock.now, reason: comment)
        )
    }

    package func withdraw(_ id: ApprovalID, as principal: Principal) async throws -> Approval {
        _ = try await self.get(id, as: principal)
        defer { self.announce() }
        return try await self.store.withdrawApproval(id, by: principal.change(at: self.clock.now))
    }

    private func decidable(_ id: ApprovalID, comment: String?, as principal: Principal) async throws -> Approval {
        try principal.require(.approvalsDecide)
        guard comment.map({ $0.utf8.count <= Approval.textLimit && !$0.utf8.contains(0) }) ?? true else {
            throw CoreError(
                .invalid,
                "A comment has at most \(Approval.textLimit) bytes.",
                details: [.init(path: "comment", code: "length", message: "at most \(Approval.textLimit) bytes")]
            )
        }
        let approval = try await self.get(id, as: principal)
        guard approval.state == .pending else { throw StoreFault.approvalOver(approval) }
        return approval
    }

    private static func reason(of approval: Approval) -> String {
        let words = "asked for by \(approval.requesterName), request \(approval.id)"
        return approval.reason.map { "\(words): \($0)" } ?? words
    }

    /// What a failure makes of a request; nil = it waits on.
    private static func end(after error: CoreError) -> Approval.Event? {
        if error.isStaleApproval { return .outdate }
        // What the request's own rules said is the person's, not the request's.
        if error.details.contains(where: { ["decided", "expired", "digest"].contains($0.code) }) { return nil }
        switch error.code {
        case .invalid, .notFound, .nameTaken, .conflict, .inUse, .keyReused, .payloadTooLarge: return .fail
        case .unauthenticated, .forbidden, .tooManyRequests, .unavailable, .internal: return nil
        }
    }
}

/// What a request is about, in full.
package struct ApprovalContent: Sendable {
    package struct Version: Sendable {
        package let definition: JobDefinition
        package let isEnabled: Bool
    }

    package let payload: ApprovalPayload
    /// What an edit replaces; nil for anything else, and for what is no longer kept.
    package let before: Version?
    package let currentVersion: Int64?
}
