// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Requests that wait for another person, and what came of them.
///
/// A change that carries a pass (``Change/approval``) settles its request in its own transaction, with everything checked again:
/// of several who approve at once, one acts.
package protocol ApprovalStore: Sendable {
    /// Keeps a request.
    ///
    /// - Returns: the open one of the same person with the same digest, if there is one.
    /// - Throws: `tooManyRequests` at ``Approval/limitOfOne`` or ``Approval/limit``.
    func requestApproval(_ approval: Approval, by change: Change) async throws -> Approval

    func approval(_ id: ApprovalID) async throws -> Approval?
    /// Newest first.
    func approvals(_ query: ApprovalQuery) async throws -> Page<Approval>

    /// Turns a request down, with the same checks as for approving.
    func rejectApproval(_ id: ApprovalID, comment: String?, by change: Change) async throws -> Approval
    /// - Throws: `forbidden` for anybody but who asked.
    func withdrawApproval(_ id: ApprovalID, by change: Change) async throws -> Approval

    /// Writes down that a request which somebody approved came to nothing.
    ///
    /// - Parameter event: ``Approval/Event/fail`` or ``Approval/Event/outdate``. One that is over meanwhile stays as it is.
    /// - Throws: as approving does, for who may not decide.
    func endApproval(
        _ id: ApprovalID,
        _ event: Approval.Event,
        because words: String,
        comment: String?,
        by change: Change
    ) async throws -> Approval

    /// Ends what nobody answered in time, the oldest first.
    func expireApprovals(at now: Timestamp, limit: Int) async throws -> [Approval]
}

/// Which requests.
package struct ApprovalQuery: Sendable {
    package var page: PageRequest
    package var states: Set<Approval.State>
    /// Only those of this person.
    package var requester: UserID?
    /// Only those that this person did not make and that touch ``scope``.
    package var decider: UserID?
    /// Whoever asks sees their own, and those of this scope.
    package var viewer: UserID
    package var scope: Scope
    /// Only those about this: kind and id.
    package var object: (kind: String, id: String)?

    package init(
        page: PageRequest = PageRequest(),
        states: Set<Approval.State> = [],
        requester: UserID? = nil,
        decider: UserID? = nil,
        viewer: UserID,
        scope: Scope
    ) {
        self.page = page
        self.states = states
        self.requester = requester
        self.decider = decider
        self.viewer = viewer
        self.scope = scope
    }
}

extension StoreFault {
    package static func noApproval(_ id: ApprovalID) -> CoreError {
        CoreError(.notFound, "There is no request \(id). It may be older than the history that is kept.")
    }

    package static func approvalOver(_ approval: Approval) -> CoreError {
        CoreError(
            .conflict,
            "This request is over: it is \(approval.state.rawValue). Look at it again.",
            details: [.init(path: "state", code: "decided", message: approval.state.rawValue)]
        )
    }

    package static func approvalExpired(_ approval: Approval) -> CoreError {
        CoreError(
            .conflict,
            "Nobody answered this request before \(approval.expiresAt), so it has expired. It has to be asked for again.",
            details: [.init(path: "state", code: "expired", message: "expired")]
        )
    }

    package static func otherDigest(_ approval: Approval) -> CoreError {
        CoreError(
            .conflict,
            "What you approve is not what was asked for: the digests differ. Look at the request again.",
            details: [.init(path: "digest", code: "digest", message: approval.digest)]
        )
    }

    package static func staleApproval(_ words: Wording) -> CoreError {
        CoreError(.conflict, words, details: [.init(path: "approval", code: "stale", message: words)])
    }

    package static var tooManyApprovals: CoreError {
        CoreError(.tooManyRequests, "Too many requests wait for another person. Withdraw some, or have them answered.")
    }

    /// What one person tried to do that takes two, on a way on which nothing asks the second one.
    package static func takesTwo(_ name: String, to action: Wording) -> CoreError {
        let words: Wording = "'\(name)' takes two persons to \(action), and this way has no place for the second one."
        return CoreError(.forbidden, words, details: [.init(path: "two_person", code: "two_person", message: words)])
    }
}
