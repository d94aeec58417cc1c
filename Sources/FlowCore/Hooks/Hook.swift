// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import Foundation

/// Identifies a webhook; it stands in the address that calls it, and is no secret.
package struct HookID: FlowIdentifier {
    package let uuid: UUID
    package init(uuid: UUID) { self.uuid = uuid }
}

extension HookID: JSONConvertible {
    package var json: JSON { .string(self.description) }
}

/// How a caller proves that it may call (T1).
package enum HookFormat: String, Codable, Sendable, CaseIterable {
    /// `X-Hub-Signature-256`, as GitHub, Gitea and others send it.
    case github
    /// Standard Webhooks: `webhook-id`, `webhook-timestamp`, `webhook-signature`.
    case standard
    /// `Stripe-Signature`.
    case stripe
    /// The secret itself in the address, for callers that sign nothing.
    case token
    /// Nobody calls it: a message on its topic starts it (T4).
    case message
    /// Nobody calls it: a host that joins starts it, on that host (T4).
    case hostJoined = "host_joined"
    /// Nobody calls it: a file that appears on a host starts it, on that host (T4).
    case file

    /// Whether it is an address that others call.
    package var isCalled: Bool { self != .message && !self.startsOnOneHost }
    /// Whether a host starts it, on that host.
    package var startsOnOneHost: Bool { self == .hostJoined || self == .file }
}

/// A webhook as somebody wants it: who may call, and what its run is told.
package struct HookDraft: Hashable, Sendable {
    /// Unique among those of its job.
    package var name: String
    package var format: HookFormat
    /// Who may call; empty = whoever has the secret.
    package var addresses: [AddressRange]
    package var mapping: [HookMapping]
    /// All of them have to hold, or nothing is started.
    package var conditions: [HookCondition]
    package var isEnabled: Bool
    /// What messages have to be about; only with ``HookFormat/message``.
    package var topic: String?
    /// Which files are waited for; only with ``HookFormat/file``.
    package var file: FileTrigger?

    package init(
        name: String,
        format: HookFormat,
        topic: String? = nil,
        file: FileTrigger? = nil,
        addresses: [AddressRange] = [],
        mapping: [HookMapping] = [],
        conditions: [HookCondition] = [],
        isEnabled: Bool = true
    ) {
        self.name = name
        self.topic = topic
        self.file = file
        self.format = format
        self.addresses = addresses
        self.mapping = mapping
        self.conditions = conditions
        self.isEnabled = isEnabled
    }
}

/// A webhook of a job: an address that starts it (`docs/webhooks.md`).
package struct Hook: Hashable, Sendable {
    package let id: HookID
    package let job: JobID
    package var draft: HookDraft
    /// Sealed, bound to the id.
    package var secret: String
    /// The one before, sealed; callers may still use it until ``olderUntil``.
    package var older: String?
    package var olderUntil: Timestamp?
    /// As whom it starts: who saved it last.
    package var owner: UserID
    package let createdAt: Timestamp
    package var updatedAt: Timestamp

    package init(
        id: HookID,
        job: JobID,
        draft: HookDraft,
        secret: String,
        older: String? = nil,
        olderUntil: Timestamp? = nil,
        owner: UserID,
        createdAt: Timestamp,
        updatedAt: Timestamp
    ) {
        self.id = id
        self.job = job
        self.draft = draft
        self.secret = secret
        self.older = older
        self.olderUntil = olderUntil
        self.owner = owner
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    /// Webhooks of one job.
    package static let limit = 20
    /// How long the secret before stays good; milliseconds.
    package static let overlap: Int64 = 86_400_000
    /// How long a call that comes again is known as the same one; milliseconds (T2).
    package static let repeatWindow: Int64 = 86_400_000
    /// Webhooks that one topic starts.
    package static let listenerLimit = 100
    /// A host that has joined has so long to come into its groups; milliseconds.
    package static let joinDelay: Int64 = 5000
    /// Calls of one webhook that are kept, besides their age.
    package static let deliveryLimit = 10_000

    /// What its secrets are sealed for; no secret of a task can have such a name.
    package static func sealName(of id: HookID) -> String { "hook:\(id)" }
    package static let sealVersion: Int64 = 1

    /// Where its runs come from, for people and the task centre.
    package var source: String { "hook:\(self.draft.name)/\(self.draft.format.rawValue)" }
}
