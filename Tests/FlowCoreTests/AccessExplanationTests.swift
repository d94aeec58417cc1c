// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@Suite("Why somebody may do something (people.md 8)")
struct AccessExplanationTests {
    private static func principal(_ grants: [(Role, Scope)], token: TokenLimits? = nil) -> Principal {
        Principal(
            userID: 1,
            username: "ada",
            grants: grants.map { Grant(role: $0.0, scope: $0.1) },
            token: token
        )
    }

    private static func object(_ kind: AccessExplanation.Object.Kind, _ groups: [GroupID]) -> AccessExplanation.Object {
        AccessExplanation.Object(kind: kind, id: "7", name: "seven", groups: groups)
    }

    @Test("It answers as the scopes do that services check, for each permission, object and pair of grants")
    func agrees() {
        let scopes: [Scope] = [.all, .groups([2]), .groups([3]), .groups([2, 3])]
        for (first, second) in [(Role.viewer, Role.developer), (.operator, .viewer), (.admin, .viewer)] {
            for one in scopes {
                for other in scopes {
                    let principal = Self.principal([(first, one), (second, other)])
                    for permission in Permission.allCases {
                        for groups in [[2], [2, 3], [], [Group.everyone]] as [[GroupID]] {
                            let scope = principal.scope(of: permission)
                            let task = AccessExplanation(permission, of: principal, on: Self.object(.task, groups))
                            let covers = scope.covers(groups)
                            let isAllowed =
                                switch task.reach {
                                case .any: scope.touches(groups)
                                case .everywhere: scope == .all
                                default: covers
                                }
                            #expect(task.isAllowed == isAllowed, "\(permission) \(groups) \(principal.grants)")
                            #expect((task.obstacle == nil) == isAllowed)
                            #expect(task.grounds.count == 2)
                            if task.grounds.contains(where: \.suffices) { #expect(isAllowed) }
                            let run = AccessExplanation(permission, of: principal, on: Self.object(.run, groups))
                            if !permission.isGlobal { #expect(run.isAllowed == scope.touches(groups)) }
                        }
                        let anywhere = AccessExplanation(permission, of: principal)
                        #expect(anywhere.isAllowed == principal.permissions.contains(permission))
                    }
                }
            }
        }
    }

    @Test("What is missing is said: no role, the wrong groups, a disabled account, a token that may less")
    func obstacles() {
        let red = Self.principal([(.operator, .groups([2]))])
        let both = Self.object(.task, [2, 3])
        let elsewhere = AccessExplanation(.jobsRun, of: red, on: both)
        #expect(elsewhere.obstacle == .elsewhere && elsewhere.missing == [3] && elsewhere.reach == .all)
        #expect(elsewhere.grounds.first?.covers == [2] && elsewhere.grounds.first?.suffices == false)
        #expect(AccessExplanation(.jobsRead, of: red, on: both).isAllowed)
        let missing = AccessExplanation(.auditExport, of: red, on: both)
        #expect(missing.obstacle == .missing && missing.roles == [.admin])
        #expect(missing.text.english.contains("'audit:export'"))
        #expect(AccessExplanation(.usersRead, of: red).obstacle == .elsewhere, "it counts on everything only")
        #expect(AccessExplanation(.jobsRun, of: red, isActive: false).obstacle == .accountDisabled)
        let limits = TokenLimits(id: 1, permissions: [.jobsRead], scope: .all)
        let token = Self.principal([(.admin, .all)], token: limits)
        #expect(AccessExplanation(.jobsRun, of: token, on: both).obstacle == .token)
        #expect(AccessExplanation(.jobsRead, of: token, on: both).isAllowed)
        // Two grants together cover what none does alone.
        let pair = Self.principal([(.developer, .groups([2])), (.developer, .groups([3]))])
        let together = AccessExplanation(.jobsRun, of: pair, on: both)
        #expect(together.isAllowed && !together.grounds.contains(where: \.suffices))
    }
}
