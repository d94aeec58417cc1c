// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@Suite("Requests for another person (people.md 1.4)")
struct ApprovalTests {
    private static let now = Timestamp(milliseconds: 1_795_255_200_000)

    private static func approval(
        _ action: Approval.Action = .edit,
        version: Int64? = 3,
        groups: [GroupID] = [2],
        payload: String = "{}"
    ) -> Approval {
        Approval(
            id: ApprovalID(uuid: UUID()),
            action: action,
            object: Approval.Object(kind: "job", id: "7", name: "report"),
            version: version,
            groups: groups,
            payload: payload,
            requester: 1,
            requesterName: "ada",
            reason: nil,
            createdAt: Self.now
        )
    }

    private static func user(
        _ id: UserID,
        _ role: Role = .operator,
        on scope: Scope = .groups([2]),
        _ state: User.State = .active
    ) -> User {
        User(
            id: id,
            username: "user-\(id)",
            passwordHash: "",
            grants: [Grant(role: role, scope: scope)],
            state: state,
            createdAt: Self.now
        )
    }

    @Test("Each state takes the events of its own, and no other")
    func states() {
        let moves: [Approval.State: [Approval.Event: Approval.State]] = [
            .pending: [
                .approve: .approved, .reject: .rejected, .withdraw: .withdrawn, .expire: .expired, .outdate: .stale,
            ],
            .approved: [.apply: .applied, .fail: .failed],
        ]
        for state in Approval.State.allCases {
            for event in Approval.Event.allCases {
                #expect(state.after(event) == moves[state]?[event], "\(state) \(event)")
            }
        }
    }

    @Test("An edit waits three days, a run an hour, a stop ten minutes")
    func patience() {
        let minutes = Approval.Action.allCases.map { ($0, $0.patience / 60_000) }
        for (action, patience) in minutes {
            let expected: Int64 =
                switch action {
                case .stop: 10
                case .run, .backfill: 60
                case .edit, .delete, .enable, .disable, .grant, .settings: 72 * 60
                }
            #expect(patience == expected, "\(action)")
        }
    }

    /// Who comes, and the code of the refusal; nil = it is done.
    private struct Case: Sendable {
        let name: String
        var decider: User? = ApprovalTests.user(2)
        var requester: User? = ApprovalTests.user(1, .developer)
        var isToken = false
        var areKin = false
        var digest: String?
        var version: Int64 = 3
        var seconds: Int64 = 10
        let code: String?
    }

    private static let cases: [Case] = [
        Case(name: "another person", code: nil),
        Case(name: "on everything", decider: user(2, .admin, on: .all), code: nil),
        Case(name: "whoever asked", decider: user(1, .admin, on: .all), code: "own_request"),
        Case(name: "a token", isToken: true, code: "session_required"),
        Case(name: "the same hand", areKin: true, code: "same_hand"),
        Case(name: "a developer decides nothing", decider: user(2, .developer), code: "permission"),
        Case(name: "other groups", decider: user(2, on: .groups([3])), code: "permission"),
        Case(name: "disabled", decider: user(2, .operator, on: .all, .disabled), code: "account"),
        Case(name: "nobody", decider: nil, code: "account"),
        Case(name: "too late", seconds: 72 * 3600, code: "expired"),
        Case(name: "just in time", seconds: 72 * 3600 - 1, code: nil),
        Case(name: "something else was seen", digest: String(repeating: "0", count: 64), code: "digest"),
        Case(name: "another version by now", version: 4, code: "stale"),
        Case(name: "whoever asked may not any more", requester: user(1, .viewer), code: "stale"),
        Case(name: "whoever asked lost the group", requester: user(1, .developer, on: .groups([3])), code: "stale"),
        Case(name: "whoever asked is disabled", requester: user(1, .developer, on: .all, .disabled), code: "stale"),
        Case(name: "whoever asked is gone", requester: nil, code: "stale"),
    ]

    @Test("Who may approve what, and when")
    func approving() {
        for one in Self.cases {
            let approval = Self.approval()
            let facts = ApprovalFacts(
                requester: one.requester,
                decider: one.decider,
                isToken: one.isToken,
                areKin: one.areKin,
                at: Self.now.advanced(byMilliseconds: one.seconds * 1000)
            )
            var code: String?
            do {
                try approval.checkApproval(facts, digest: one.digest ?? approval.digest, version: one.version)
            } catch { code = error.details.first?.code }
            #expect(code == one.code, "\(one.name)")
        }
    }

    @Test("Without groups it is about the installation; a stop is for whoever may stop on any of the groups")
    func groups() {
        func refusal(_ approval: Approval, _ scope: Scope) -> String? {
            let facts = ApprovalFacts(
                requester: Self.user(1, .admin, on: .all),
                decider: Self.user(2, .admin, on: scope),
                isToken: false,
                areKin: false,
                at: Self.now
            )
            do { try approval.checkApproval(facts, digest: approval.digest, version: approval.version) } catch {
                return error.details.first?.code
            }
            return nil
        }
        #expect(refusal(Self.approval(.settings, groups: []), .groups([2])) == "permission")
        #expect(refusal(Self.approval(.settings, groups: []), .all) == nil)
        #expect(refusal(Self.approval(.edit, groups: [2, 3]), .groups([2])) == "permission")
        #expect(refusal(Self.approval(.stop, groups: [2, 3]), .groups([2])) == nil)
    }

    @Test("The digest covers everything that is asked for")
    func digest() {
        let one = Self.approval()
        #expect(one.digest.utf8.count == 64 && one.digest == Self.approval().digest)
        let others = [
            Self.approval(.run), Self.approval(version: 4), Self.approval(version: nil), Self.approval(payload: "{ }"),
        ]
        #expect(Set(others.map(\.digest) + [one.digest]).count == 5)
    }

    @Test("Accounts that one hand made are one person, over any number of steps")
    func kin() {
        let pairs: [(UserID, UserID)] = [(1, 2), (3, 2), (3, 4), (7, 8)]
        #expect(Approval.areKin(1, 2, pairs) && Approval.areKin(2, 1, pairs) && Approval.areKin(1, 4, pairs))
        #expect(!Approval.areKin(1, 7, pairs) && !Approval.areKin(5, 6, pairs) && !Approval.areKin(8, 4, pairs))
    }

    @Test("Which changes of a marked job take two persons")
    func changes() {
        func job(_ marks: [TwoPersonAction]?, isEnabled: Bool = true) -> Job {
            Job(
                id: 7,
                uid: JobUID(uuid: UUID()),
                version: 3,
                definition: JobDefinition(
                    name: "report",
                    payload: .shell(ShellPayload(command: "true")),
                    schedule: .manual,
                    groups: [2],
                    twoPerson: marks
                ),
                isEnabled: isEnabled,
                nextFire: nil,
                createdBy: "ada",
                createdAt: Self.now,
                updatedAt: Self.now
            )
        }
        func needed(_ job: Job, enabled: Bool? = nil, _ edit: (inout JobDefinition) -> Void = { _ in }) -> Bool {
            var definition = job.definition
            edit(&definition)
            return TwoPersonRule.isNeeded(
                over: job,
                definition: definition,
                isEnabled: enabled ?? job.isEnabled,
                hold: nil
            )
        }
        let free = job(nil)
        #expect(!needed(free, enabled: false) { $0.twoPerson = [.edit, .run] })
        let edited = job([.edit])
        #expect(needed(edited) { $0.twoPerson = nil })
        #expect(needed(edited) { $0.description = "x" })
        #expect(needed(edited, enabled: false) && !needed(edited))
        // What would start it, and its mark; not its words.
        let run = job([.run])
        #expect(needed(run) { $0.twoPerson = nil })
        #expect(needed(run) { $0.schedule = .every(periodMilliseconds: 1000, anchor: Self.now) })
        #expect(!needed(run) { $0.description = "x" } && !needed(run, enabled: false))
        #expect(needed(job([.run], isEnabled: false), enabled: true))
        #expect(TwoPersonRule.isNeeded(toDelete: run) && !TwoPersonRule.isNeeded(toDelete: free))
        // A job that only its schedule and two persons start takes no webhook and no parent.
        #expect(StartRight.obstacle(owner: Self.user(1), job: run)?.english.contains("two persons") == true)
        let why = StartRight.obstacle(owner: Self.user(1), workflow: "w", job: run)
        #expect(why?.english.contains("two persons") == true)
        #expect(StartRight.obstacle(owner: Self.user(1), job: edited) == nil)
        #expect(ForceStopRule.marked.isNeeded(toStop: edited) && !ForceStopRule.marked.isNeeded(toStop: free))
        #expect(ForceStopRule.all.isNeeded(toStop: nil) && !ForceStopRule.off.isNeeded(toStop: run))
    }
}
