// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Roles with their scope as the API shows them.
enum GrantPresenter {
    static func grant(_ grant: Grant) -> JSON {
        .object([
            .init("id", grant.id), .init("role", grant.role.name), .init("scope", Self.scope(grant.scope)),
            .init("source", grant.source),
        ])
    }

    /// `"all"` or a list of group ids.
    static func scope(_ scope: Scope) -> JSON {
        switch scope {
        case .all: .string("all")
        case .groups(let groups): .array(groups.sorted().map { .integer($0) })
        }
    }

    /// Where each permission holds, for a console that shows what can be done.
    static func scopes(of principal: Principal) -> JSON {
        .object(
            principal.permissions.sorted { $0.rawValue < $1.rawValue }.map {
                JSON.Member($0.rawValue, Self.scope(principal.scope(of: $0)))
            }
        )
    }
}
