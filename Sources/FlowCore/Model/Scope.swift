// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Where a permission holds: everywhere, or on some groups.
///
/// The built-in group of all hosts is in ``all`` only, because whoever may act on it acts on every host. Services take it
/// from the principal; stores turn it into a condition of the query, never into a filter over a page that was read.
package enum Scope: Hashable, Sendable {
    case all
    case groups(Set<GroupID>)

    package static let nothing = Scope.groups([])

    package var isEmpty: Bool { self == .nothing }

    package func contains(_ group: GroupID) -> Bool {
        switch self {
        case .all: true
        case .groups(let groups): group != Group.everyone && groups.contains(group)
        }
    }

    /// Whether any of the groups is inside; of none, only ``all`` says yes.
    package func touches(_ groups: some Sequence<GroupID>) -> Bool {
        self == .all || groups.contains { self.contains($0) }
    }

    /// Whether each of the groups is inside; of none, only ``all`` says yes.
    package func covers(_ groups: some Collection<GroupID>) -> Bool {
        self == .all || (!groups.isEmpty && groups.allSatisfy { self.contains($0) })
    }

    package func union(_ other: Scope) -> Scope {
        switch (self, other) {
        case (.all, _), (_, .all): .all
        case (.groups(let left), .groups(let right)): .groups(left.union(right))
        }
    }

    package func intersection(_ other: Scope) -> Scope {
        switch (self, other) {
        case (.all, let rest), (let rest, .all): rest
        case (.groups(let left), .groups(let right)): .groups(left.intersection(right))
        }
    }

    package func covers(_ other: Scope) -> Bool {
        switch (self, other) {
        case (.all, _): true
        case (.groups, .all): false
        case (.groups(let mine), .groups(let others)): others.isSubset(of: mine)
        }
    }
}

/// A role given to a user, and where it holds.
package struct Grant: Hashable, Sendable {
    package let id: Int64
    package let role: GrantedRole
    package let scope: Scope
    /// The provider whose groups it stands for, which takes it back, too; nil for one that people gave.
    package let source: String?

    package init(id: Int64 = 0, role: Role, scope: Scope) {
        self.init(id: id, role: GrantedRole(role), scope: scope)
    }

    package init(id: Int64 = 0, role: GrantedRole, scope: Scope, source: String? = nil) {
        self.id = id
        self.role = role
        self.scope = scope
        self.source = source
    }
}
