// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import Foundation

/// Identifies a request for the approval of another person.
package struct ApprovalID: FlowIdentifier {
    package let uuid: UUID
    package init(uuid: UUID) { self.uuid = uuid }
}

extension ApprovalID: JSONConvertible {
    package var json: JSON { .string(self.description) }
}

/// What somebody wants to do that takes another person's approval.
package struct Approval: Hashable, Sendable {
    package enum State: String, Sendable, CaseIterable {
        case pending
        /// Somebody has said yes, and it is being done; no request stays so, as both are one transaction.
        case approved
        case applied
        /// It was approved and could not be done.
        case failed
        case rejected, withdrawn, expired
        /// What it is about was changed, or who asked may not do it any more.
        case stale

        package var isOpen: Bool { self == .pending || self == .approved }
    }

    /// What happens to a request.
    package enum Event: String, Sendable, CaseIterable {
        case approve, apply, fail, reject, withdraw, expire, outdate
    }

    /// What is asked for; bounded, as it becomes a filter.
    package enum Action: String, Codable, Sendable, CaseIterable {
        case edit, delete
        case enable, disable
        case run, backfill, stop, grant, settings

        /// How long it waits for an answer; milliseconds.
        package var patience: Int64 {
            switch self {
            case .edit, .delete, .enable, .disable, .grant, .settings: 72 * 3_600_000
            case .run, .backfill: 3_600_000
            case .stop: 10 * 60_000
            }
        }

        /// What both persons need, beside `approvals:decide` of the second one.
        package var permissions: [Permission] {
            switch self {
            case .edit, .delete: [.jobsWrite, .jobsRun]
            case .enable, .disable, .run, .backfill: [.jobsRun]
            case .stop: [.executionsCancel, .executionsKill]
            case .grant: [.usersWrite]
            case .settings: [.settingsWrite]
            }
        }

        /// Whether a permission on any of the groups is enough, as for an execution.
        package var takesAnyGroup: Bool { self == .stop }
    }

    /// What it is about.
    package struct Object: Hashable, Sendable {
        package let kind: String
        package let id: String
        package let name: String

        package init(kind: String, id: String, name: String) {
            self.kind = kind
            self.id = id
            self.name = name
        }

        package static func job(_ job: Job) -> Object {
            Object(kind: "job", id: String(job.id), name: job.definition.name)
        }
    }

    package let id: ApprovalID
    package let action: Action
    package let object: Object
    /// What was there when it was asked for; nil where nothing has versions.
    package let version: Int64?
    /// Those that are concerned; none = the whole installation.
    package let groups: [GroupID]
    /// ``ApprovalPayload`` as it is stored.
    package let payload: String
    /// ``digest(action:object:version:payload:)`` of it.
    package let digest: String
    /// What it is recognised by when it is repeated and has something secret in it; nil = by ``digest`` alone.
    package var likeness: String?
    package let requester: UserID
    package let requesterName: String
    package let reason: String?
    package let createdAt: Timestamp
    package let expiresAt: Timestamp
    package var state: State
    package var decider: UserID?
    package var deciderName: String?
    package var comment: String?
    package var decidedAt: Timestamp?
    /// What came of it: the run that began, or why it came to nothing.
    package var result: String?

    package init(
        id: ApprovalID,
        action: Action,
        object: Object,
        version: Int64?,
        groups: [GroupID],
        payload: String,
        requester: UserID,
        requesterName: String,
        reason: String?,
        createdAt: Timestamp
    ) {
        self.id = id
        self.action = action
        self.object = object
        self.version = version
        self.groups = groups.sorted()
        self.payload = payload
        self.digest = Self.digest(action: action, object: object, version: version, payload: payload)
        self.requester = requester
        self.requesterName = requesterName
        self.reason = reason
        self.createdAt = createdAt
        self.expiresAt = createdAt.advanced(byMilliseconds: action.patience)
        self.state = .pending
    }

    /// Open requests of one person, and of all.
    package static let limitOfOne = 50
    package static let limit = 1000
    /// Bytes of what is asked for.
    package static let payloadLimit = 512 * 1024
    /// How long an account counts as the hand of whoever made it, or set its password; milliseconds.
    package static let kinshipWindow: Int64 = 7 * 24 * 3_600_000
    /// Bytes of reason and comment.
    package static let textLimit = 1024
}

/// What shows that somebody approved exactly this request; goes along with the change, to be checked in its transaction.
package struct ApprovalPass: Hashable, Sendable {
    package let id: ApprovalID
    /// What the second person saw.
    package let digest: String
    package let comment: String?

    package init(id: ApprovalID, digest: String, comment: String?) {
        self.id = id
        self.digest = digest
        self.comment = comment
    }
}
