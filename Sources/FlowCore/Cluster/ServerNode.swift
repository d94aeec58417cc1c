// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Names one life of a server: a restart is another server.
package struct ServerID: Hashable, Comparable, Sendable, Codable, CustomStringConvertible {
    package let rawValue: String

    package init(_ rawValue: String) { self.rawValue = rawValue }

    package var description: String { self.rawValue }

    package static func < (lhs: ServerID, rhs: ServerID) -> Bool { lhs.rawValue < rhs.rawValue }
}

/// What the servers of a cluster know of one of them.
package struct ServerNode: Hashable, Sendable {
    package let id: ServerID
    /// The host's name.
    package var name: String
    /// Where agents reach it, as it was told itself.
    package var address: String
    package var version: String
    package var startedAt: Timestamp
    /// It hands its work over and is about to end.
    package var isDraining: Bool
    /// Somebody asked it to let others do its work, while it goes on answering.
    package var isAskedToRest: Bool
    /// Nothing was heard of it for ``LeaseCore/silence``: it may not be there any more.
    package var isSilent: Bool

    package init(
        id: ServerID,
        name: String,
        address: String,
        version: String,
        startedAt: Timestamp,
        isDraining: Bool = false,
        isAskedToRest: Bool = false,
        isSilent: Bool = false
    ) {
        self.id = id
        self.name = name
        self.address = address
        self.version = version
        self.startedAt = startedAt
        self.isDraining = isDraining
        self.isAskedToRest = isAskedToRest
        self.isSilent = isSilent
    }
}
