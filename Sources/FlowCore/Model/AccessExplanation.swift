// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Why somebody may do something, or what they lack (`GET /access/explain`).
///
/// The answer is the one that services give: it is made of the same scopes, and says besides which grant it comes from.
package struct AccessExplanation: Sendable {
    /// On how many of the groups of an object a permission has to hold.
    package enum Reach: String, Sendable, CaseIterable {
        /// Asked without an object: on any group there is.
        case somewhere
        /// On one of the object's groups: reading, and what is about single executions.
        case any
        /// On all of the object's groups: who changes or runs it runs code on all its hosts.
        case all
        /// On everything: what it opens has no groups.
        case everywhere
    }

    /// Why not; nil where it is allowed.
    package enum Obstacle: String, Sendable, CaseIterable {
        case accountDisabled = "account_disabled"
        /// No role of theirs has the permission.
        case missing
        /// It is there, but not on what this is about.
        case elsewhere
        /// The API token that asks is made for less than its owner may.
        case token
    }

    /// What it is asked about.
    package struct Object: Hashable, Sendable {
        package enum Kind: String, Sendable, CaseIterable {
            case task, workflow, group, client, execution, run
        }

        package let kind: Kind
        package let id: String
        package let name: String
        /// None = only what holds on everything reaches it.
        package let groups: [GroupID]

        package init(kind: Kind, id: String, name: String, groups: [GroupID]) {
            self.kind = kind
            self.id = id
            self.name = name
            self.groups = groups.sorted()
        }
    }

    /// What a grant adds.
    package struct Ground: Hashable, Sendable {
        package let grant: Grant
        package let hasPermission: Bool
        /// Of the object's groups, those that it holds on; ascending.
        package let covers: [GroupID]
        /// Alone it would be enough.
        package let suffices: Bool
    }

    package let permission: Permission
    package let username: String
    package let object: Object?
    package let reach: Reach
    package let isAllowed: Bool
    package let obstacle: Obstacle?
    package let grounds: [Ground]
    /// Groups of the object that it does not hold on, as far as that matters; ascending.
    package let missing: [GroupID]
    /// Built-in roles that have the permission.
    package let roles: [Role]

    /// - Parameter principal: of the person that is asked about, with the token where they ask with one.
    package init(_ permission: Permission, of principal: Principal, isActive: Bool = true, on object: Object? = nil) {
        self.permission = permission
        self.username = principal.username
        self.object = object
        let reach = Self.reach(of: permission, on: object?.kind)
        self.reach = reach
        let groups = object?.groups ?? []
        self.grounds = principal.grants.map { grant in
            let has = grant.role.permissions.contains(permission)
            return Ground(
                grant: grant,
                hasPermission: has,
                covers: has ? groups.filter { grant.scope.contains($0) } : [],
                suffices: has && Self.suffices(grant.scope, reach, groups)
            )
        }
        let scope = principal.scope(of: permission)
        let isInside = Self.suffices(scope, reach, groups)
        self.isAllowed = isActive && isInside
        self.missing = isInside || object == nil ? [] : groups.filter { !scope.contains($0) }
        self.roles = Role.allCases.filter { $0.permissions.contains(permission) }
        if self.isAllowed {
            self.obstacle = nil
        } else if !isActive {
            self.obstacle = .accountDisabled
        } else if !self.grounds.contains(where: \.hasPermission) {
            self.obstacle = .missing
        } else {
            var owner = principal
            owner.token = nil
            let wouldBe = Self.suffices(owner.scope(of: permission), reach, groups)
            self.obstacle = wouldBe ? .token : .elsewhere
        }
    }

    private static func suffices(_ scope: Scope, _ reach: Reach, _ groups: [GroupID]) -> Bool {
        switch reach {
        case .somewhere: !scope.isEmpty
        case .any: scope.touches(groups)
        case .all: scope.covers(groups)
        case .everywhere: scope == .all
        }
    }

    /// The rule of `docs/people.md`: reading takes any of the groups, changing and running all of them.
    package static func reach(of permission: Permission, on kind: Object.Kind?) -> Reach {
        if permission.isGlobal { return .everywhere }
        switch (kind, permission) {
        case (nil, _): return .somewhere
        case (.execution, _), (.run, _): return .any
        case (_, .jobsRead), (_, .executionsRead), (_, .logsRead), (_, .groupsRead), (_, .agentsRead),
            (_, .notifyRead), (_, .auditRead):
            return .any
        default: return .all
        }
    }

    /// In one sentence.
    package var text: Wording {
        let (what, who) = (self.permission.rawValue, self.username)
        switch self.obstacle {
        case nil:
            let sufficient = self.grounds.first(where: \.suffices)
            let role =
                sufficient?.grant.role.name
                ?? self.grounds.filter(\.hasPermission).map(\.grant.role.name)
                .joined(separator: ", ")
            return Wording(
                english: "'\(who)' may: '\(what)' comes from the role '\(role)'.",
                chinese: "“\(who)”可以：权限“\(what)”来自角色“\(role)”。"
            )
        case .accountDisabled:
            return Wording(english: "The account '\(who)' is disabled.", chinese: "账号“\(who)”已停用。")
        case .missing:
            let roles = self.roles.map(\.rawValue).joined(separator: ", ")
            return Wording(
                english: "'\(who)' may not: no role of theirs has '\(what)'. Built-in roles that have it: \(roles).",
                chinese: "“\(who)”不可以：其角色都没有权限“\(what)”。有此权限的内置角色：\(roles)。"
            )
        case .elsewhere:
            return self.reach == .everywhere
                ? Wording(
                    english: "'\(who)' may not: '\(what)' counts only where it is granted on everything.",
                    chinese: "“\(who)”不可以：权限“\(what)”只有授予全部范围时才有效。"
                )
                : Wording(
                    english: "'\(who)' may not: they have '\(what)', but not on all that this concerns.",
                    chinese: "“\(who)”不可以：虽有权限“\(what)”，但未覆盖所涉及的全部分组。"
                )
        case .token:
            return Wording(
                english: "'\(who)' may, but the API token that asks is not made for '\(what)' there.",
                chinese: "“\(who)”本人可以，但所用的 API 令牌在此没有权限“\(what)”。"
            )
        }
    }
}
