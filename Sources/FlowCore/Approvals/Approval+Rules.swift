// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto

extension Approval.State {
    /// What becomes of a request; nil = that can't happen to it any more.
    package func after(_ event: Approval.Event) -> Approval.State? {
        switch (self, event) {
        case (.pending, .approve): .approved
        case (.pending, .reject): .rejected
        case (.pending, .withdraw): .withdrawn
        case (.pending, .expire): .expired
        case (.pending, .outdate): .stale
        case (.approved, .apply): .applied
        case (.approved, .fail): .failed
        default: nil
        }
    }
}

/// What the deciding transaction knows.
package struct ApprovalFacts: Sendable {
    package let requester: User?
    /// Whoever wants to decide.
    package let decider: User?
    package let isToken: Bool
    /// Whether one of the two made the other's account, or set its password, lately.
    package let areKin: Bool
    package let at: Timestamp

    package init(requester: User?, decider: User?, isToken: Bool, areKin: Bool, at: Timestamp) {
        self.requester = requester
        self.decider = decider
        self.isToken = isToken
        self.areKin = areKin
        self.at = at
    }
}

extension Approval {
    /// SHA-256 over all that is asked for, in hexadecimal digits.
    package static func digest(action: Action, object: Object, version: Int64?, payload: String) -> String {
        let fields = [
            "qf-approval-1", action.rawValue, object.kind, object.id, version.map { String($0) } ?? "-", payload,
        ]
        var bytes: [UInt8] = []
        // Lengths in front: no two requests are the same bytes.
        for field in fields { bytes += Array("\(field.utf8.count):".utf8) + Array(field.utf8) + [UInt8(ascii: ",")] }
        return SHA256.hash(data: bytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// Moves on, or says why that can't be.
    package mutating func move(_ event: Event) throws(CoreError) {
        guard let next = self.state.after(event) else { throw StoreFault.approvalOver(self) }
        self.state = next
    }

    package mutating func decide(_ event: Event, by change: Change, comment: String?) throws(CoreError) {
        try self.move(event)
        self.decider = change.actor.id.flatMap { UserID($0) }
        self.deciderName = change.actor.name
        self.comment = comment
        self.decidedAt = change.at
    }

    /// Whether somebody may say yes or no.
    ///
    /// - Throws: `conflict` for a request that waits no longer, `forbidden` for who may not decide it.
    package func checkDecision(_ facts: ApprovalFacts) throws(CoreError) {
        guard self.state == .pending else { throw StoreFault.approvalOver(self) }
        guard facts.at < self.expiresAt else { throw StoreFault.approvalExpired(self) }
        guard let decider = facts.decider, decider.state == .active else {
            throw Self.refusal("account", "Whoever decides needs an account that is active.")
        }
        guard !facts.isToken else {
            throw Self.refusal("session_required", "No token decides on a request. Sign in for it.")
        }
        guard decider.id != self.requester else {
            throw Self.refusal(
                "own_request",
                "You asked for this yourself: another person has to decide. You can withdraw it."
            )
        }
        guard !facts.areKin else {
            throw Self.refusal(
                "same_hand",
                "One of you made the other's account, set its password or enabled it within the last seven days, so the two count "
                    + "as one person. Ask somebody else."
            )
        }
        guard self.covers(decider, .approvalsDecide) else {
            throw Self.refusal("permission", "You lack 'approvals:decide' on the groups this is about.")
        }
    }

    /// Whether it may be done now, as it was asked for.
    ///
    /// - Parameters:
    ///   - digest: of what the second person saw.
    ///   - version: of what it is about, as it is now.
    /// - Throws: as ``checkDecision(_:)``; `conflict` with code `stale` when it is about something else by now.
    package func checkApproval(_ facts: ApprovalFacts, digest: String, version: Int64?) throws(CoreError) {
        try self.checkDecision(facts)
        guard ExactText(digest) == ExactText(self.digest) else { throw StoreFault.otherDigest(self) }
        if let decider = facts.decider {
            for permission in self.action.permissions where !self.covers(decider, permission) {
                throw Self.refusal(
                    "permission",
                    "You may not do this yourself, so you can't approve it: you lack '\(permission.rawValue)' there."
                )
            }
        }
        guard let requester = facts.requester, requester.state == .active,
            self.action.permissions.allSatisfy({ self.covers(requester, $0) })
        else {
            throw StoreFault.staleApproval("'\(self.requesterName)', who asked for it, may not do it any more.")
        }
        guard self.version == version else {
            throw StoreFault.staleApproval(
                "'\(self.object.name)' was changed since: version \(self.version ?? 0) was meant, \(version ?? 0) is stored."
            )
        }
    }

    /// Whether a chain of accounts, each made by the one before or by the same hand, leads from one to the other.
    package static func areKin(_ one: UserID, _ other: UserID, _ pairs: [(UserID, UserID)]) -> Bool {
        var known: Set<UserID> = [one]
        while true {
            let more = pairs.filter { known.contains($0.0) != known.contains($0.1) }
            guard !more.isEmpty else { return known.contains(other) }
            for pair in more { known.formUnion([pair.0, pair.1]) }
        }
    }

    private func covers(_ user: User, _ permission: Permission) -> Bool {
        let scope = Principal(user).scope(of: permission)
        return self.action.takesAnyGroup ? scope.touches(self.groups) : scope.covers(self.groups)
    }

    private static func refusal(_ code: String, _ words: Wording) -> CoreError {
        CoreError(.forbidden, words, details: [.init(path: "approval", code: code, message: words)])
    }
}
