// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Who changes something, when, and in which request.
///
/// Goes into every call of a store that changes what people care about; the store writes the audit row from it in the
/// same transaction, so that there is no change without its row and no row without its change.
package struct Change: Hashable, Sendable {
    package var actor: Actor
    package var at: Timestamp
    package var origin: Origin
    /// What the person gave as the reason.
    package var reason: String?
    /// The request of another person that this carries out; the store settles it in the same transaction.
    package var approval: ApprovalPass?
    /// Whoever makes it has taken all rights for a while: nobody else has to agree.
    package var isEmergency = false

    package init(by actor: Actor, at: Timestamp, origin: Origin = Origin(via: .wire), reason: String? = nil) {
        self.actor = actor
        self.at = at
        self.origin = origin
        self.reason = reason
    }

    /// A change that the server makes on its own.
    package static func system(at now: Timestamp) -> Change { Change(by: .system, at: now) }
}

/// Who acts.
package struct Actor: Hashable, Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case user, service, system, agent
        /// Somebody at the server's own host, by a command.
        case host
        /// Somebody whose name is not proven: a failed sign-in.
        case anonymous
    }

    package let kind: Kind
    package let id: String?
    package let name: String
    /// The API token that was used, if any.
    package var tokenID: Int64?

    package init(_ kind: Kind, id: String? = nil, name: String, tokenID: Int64? = nil) {
        self.kind = kind
        self.id = id
        self.name = name
        self.tokenID = tokenID
    }

    package static let system = Actor(.system, name: "system")

    package static func user(_ id: UserID, _ name: String, tokenID: Int64? = nil) -> Actor {
        Actor(.user, id: String(id), name: name, tokenID: tokenID)
    }
}

/// Where a request came from.
package struct Origin: Hashable, Sendable {
    package enum Via: String, Sendable, CaseIterable {
        case console, api, cli, host, wire
    }

    package var via: Via
    /// The peer's address without port.
    package var address: String?
    /// The id that the request has in the log too.
    package var request: String?
    /// What the program called itself; for the list of sessions, not for the audit.
    package var userAgent: String?
    /// Why, as far as whoever asks has said so; for those who have to approve it.
    package var reason: String?

    package init(via: Via, address: String? = nil, request: String? = nil, userAgent: String? = nil) {
        self.via = via
        self.address = address
        self.request = request
        self.userAgent = userAgent
    }
}
