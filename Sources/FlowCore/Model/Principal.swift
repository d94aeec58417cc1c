// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Who is asking, and what they may do where.
package struct Principal: Hashable, Sendable {
    package let userID: UserID
    package let username: String
    package let grants: [Grant]
    /// Of the API token that was used, if any: no permission goes beyond them.
    package var token: TokenLimits?
    /// Where the request came from.
    package var origin: Origin
    /// The request of another person that is being carried out.
    package var approval: ApprovalPass?
    /// All rights for a while; they are among ``grants``.
    package var glass: BrokenGlass?

    package init(
        userID: UserID,
        username: String,
        grants: [Grant],
        token: TokenLimits? = nil,
        origin: Origin = Origin(via: .api)
    ) {
        self.userID = userID
        self.username = username
        self.grants = grants
        self.token = token
        self.origin = origin
    }

    package init(userID: UserID, username: String, role: Role, origin: Origin = Origin(via: .api)) {
        self.init(userID: userID, username: username, grants: [Grant(role: role, scope: .all)], origin: origin)
    }

    package init(_ user: User, token: TokenLimits? = nil, origin: Origin = Origin(via: .api)) {
        self.init(userID: user.id, username: user.username, grants: user.grants, token: token, origin: origin)
    }

    package var actor: Actor { .user(self.userID, self.username, tokenID: self.token?.id) }

    /// A change that this principal makes.
    package func change(at now: Timestamp, reason: String? = nil) -> Change {
        var change = Change(
            by: self.actor,
            at: now,
            origin: self.origin,
            reason: reason ?? (self.approval == nil ? nil : self.origin.reason)
        )
        change.approval = self.approval
        if let glass {
            change.isEmergency = true
            change.reason = reason ?? self.origin.reason ?? glass.mark
        }
        return change
    }

    /// Whether what takes two persons takes another one for this one.
    package var needsSecond: Bool { self.approval == nil && self.glass == nil }

    // MARK: Rights

    /// Where a permission holds: the union over the grants whose role has it.
    package func scope(of permission: Permission) -> Scope {
        var scope = self.grants.filter { $0.role.permissions.contains(permission) }
            .reduce(Scope.nothing) { $0.union($1.scope) }
        if let token { scope = token.permissions.contains(permission) ? scope.intersection(token.scope) : .nothing }
        return permission.isGlobal && scope != .all ? .nothing : scope
    }

    package var permissions: Set<Permission> { Set(Permission.allCases.filter { !self.scope(of: $0).isEmpty }) }

    /// - Returns: where the permission holds.
    /// - Throws: ``CoreError`` `forbidden`, naming the permission, when it holds nowhere.
    @discardableResult
    package func require(_ permission: Permission) throws(CoreError) -> Scope {
        let scope = self.scope(of: permission)
        guard !scope.isEmpty else {
            let who: Wording = self.token == nil ? "User '\(self.username)'" : "This token of user '\(self.username)'"
            throw CoreError(
                .forbidden,
                "\(who) lacks the permission '\(permission.rawValue)'. Ask an administrator."
            )
        }
        return scope
    }

    /// Checks that a permission holds on all groups of something; what has none needs it on everything.
    ///
    /// - Parameter visible: of the groups that are missing, only these are named.
    package func require(
        _ permission: Permission,
        onAll groups: [GroupID],
        visible: Scope
    ) throws(CoreError) {
        let scope = try self.require(permission)
        guard !scope.covers(groups) else { return }
        let missing = Set(groups.filter { !scope.contains($0) }).sorted()
        let shown = missing.filter { visible.contains($0) }
        var details = shown.map {
            CoreError.Detail(path: "group_ids", code: "missing_group", message: "group \($0)")
        }
        if shown.count < missing.count {
            details.append(CoreError.Detail(path: "group_ids", code: "missing_group", message: "others"))
        }
        let names = shown.isEmpty ? "" : ": " + shown.map { String($0) }.joined(separator: ", ")
        throw CoreError(
            .forbidden,
            "User '\(self.username)' lacks the permission '\(permission.rawValue)' on some of the groups this "
                + "concerns\(names). Ask an administrator.",
            details: details
        )
    }

    /// Checks that a permission holds everywhere.
    package func requireEverywhere(_ permission: Permission) throws(CoreError) {
        try self.require(permission, onAll: [], visible: .nothing)
    }
}
