// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Something that a person did or asked for, and that others are told of.
package struct PersonEvent: Hashable, Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        /// A request waits for another person.
        case approvalWaiting = "approval_waiting"
        /// Somebody took all rights for a while.
        case glassBroken = "break_glass"
    }

    package let kind: Kind
    /// Names the request, or the session.
    package let id: String
    package let username: String
    package let job: JobID?
    /// Those that are concerned; none = the whole installation.
    package let groups: [GroupID]
    /// Who wants what, in a line.
    package let text: String

    package init(
        _ kind: Kind,
        id: String,
        username: String,
        job: JobID? = nil,
        groups: [GroupID] = [],
        text: String
    ) {
        self.kind = kind
        self.id = id
        self.username = username
        self.job = job
        self.groups = groups
        self.text = text
    }

    /// What those who may decide are told of a request: not what it says in detail, which they look at themselves.
    package init(_ approval: Approval) {
        let reason = approval.reason.map { ": " + $0 } ?? ""
        self.init(
            .approvalWaiting,
            id: approval.id.description,
            username: approval.requesterName,
            job: approval.object.kind == "job" ? JobID(approval.object.id) : nil,
            groups: approval.groups,
            text: "\(approval.requesterName) asks for '\(approval.action.rawValue)' of \(approval.object.kind) "
                + "'\(approval.object.name)', until \(approval.expiresAt)\(reason)"
        )
    }
}
