// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import Foundation
import Testing

@Suite("Requests for another person, stored (people.md 1.4)")
struct ApprovalStoreTests {
    /// `ada` asks, `olga` and `otto` may decide; made by the system, so nobody is anybody's hand.
    private struct Office {
        let world: World
        let store: any Store & ApprovalStore
        let ada: User
        let olga: User
        let otto: User

        func change(_ user: User, at seconds: Int64 = 0, _ pass: ApprovalPass? = nil) -> Change {
            var change = Change(
                by: .user(user.id, user.username),
                at: World.start.advanced(byMilliseconds: seconds * 1000)
            )
            change.approval = pass
            return change
        }

        func job(_ marks: [TwoPersonAction], _ name: String = "report") async throws -> Job {
            var definition = World.definition(name)
            definition.twoPerson = marks
            return try await self.store.createJob(
                uid: JobUID(uuid: UUID()),
                definition: definition,
                isEnabled: true,
                nextFire: nil,
                by: self.change(self.ada)
            )
        }

        /// Ada asks, some seconds after the start.
        func ask(
            _ action: Approval.Action,
            _ job: Job,
            payload: String = "{}",
            after seconds: Int64 = 0
        ) async throws -> Approval {
            let request = Approval(
                id: ApprovalID(uuid: UUID()),
                action: action,
                object: .job(job),
                version: job.version,
                groups: job.definition.groups,
                payload: payload,
                requester: self.ada.id,
                requesterName: "ada",
                reason: "it is time",
                createdAt: World.start.advanced(byMilliseconds: seconds * 1000)
            )
            return try await self.store.requestApproval(request, by: self.change(self.ada, at: seconds))
        }

        func pass(_ approval: Approval) -> ApprovalPass {
            ApprovalPass(id: approval.id, digest: approval.digest, comment: "fine")
        }

        func rename(_ job: Job, by change: Change) async throws -> ChangedJob {
            var definition = job.definition
            definition.description = "changed"
            return try await self.store.updateJob(
                job.id,
                definition: definition,
                isEnabled: true,
                nextFire: nil,
                hold: nil,
                expectedVersion: nil,
                by: change
            )
        }

        func trigger(_ job: Job, _ uid: String, by change: Change) async throws -> StartedRun {
            try await self.store.start(Trigger(job: job.id, uid: uid, source: "test", caller: "ada"), by: change)
        }
    }

    private func withOffice(_ kind: StoreKind, _ body: (Office) async throws -> Void) async throws {
        try await kind.withWorld { world in
            let store = try #require(world.store as? any Store & ApprovalStore)
            var users: [User] = []
            for (name, role) in [("ada", Role.developer), ("olga", .operator), ("otto", .operator)] {
                users.append(
                    try await store.createUser(
                        username: name,
                        passwordHash: "",
                        grants: [Grant(role: role, scope: .all)],
                        mustChangePassword: false,
                        by: .system(at: World.start)
                    )
                )
            }
            try await body(Office(world: world, store: store, ada: users[0], olga: users[1], otto: users[2]))
        }
    }

    private func code(_ body: () async throws -> Void) async -> String? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? CoreError)?.details.first?.code ?? "\(error)"
        }
    }

    @Test("A request is in the event log once, however often it is asked for", arguments: StoreKind.allCases)
    func event(kind: StoreKind) async throws {
        try await self.withOffice(kind) { office in
            let events = try #require(office.store as? any EventStore)
            let job = try await office.job([.edit])
            let first = try await office.ask(.edit, job)
            #expect(try await office.ask(.edit, job, after: 5).id == first.id)
            let told = try await events.events(after: 0, limit: 100).compactMap { row -> PersonEvent? in
                if case .person(let event)? = row.event { event } else { nil }
            }
            #expect(told.map(\.id) == [first.id.description])
            #expect(told.first?.username == "ada" && told.first?.job == job.id)
            #expect(told.first?.groups == job.definition.groups)
            #expect(told.first?.text.contains("it is time") == true)
        }
    }

    @Test("One person alone is refused in the transaction, whatever way they come", arguments: StoreKind.allCases)
    func alone(kind: StoreKind) async throws {
        try await self.withOffice(kind) { office in
            _ = try await office.world.agent("web-1")
            let job = try await office.job([.edit, .run])
            let ada = office.change(office.ada)
            #expect(await self.code { _ = try await office.rename(job, by: ada) } == "two_person")
            #expect(await self.code { _ = try await office.store.deleteJob(job.id, by: ada) } == "two_person")
            #expect(await self.code { _ = try await office.trigger(job, "1", by: ada) } == "two_person")
            let backfills = try #require(office.store as? any BackfillStore)
            let backfill = Backfill(
                id: BackfillID(uuid: UUID()),
                job: job.id,
                jobUID: job.uid,
                jobName: "report",
                groups: job.definition.groups,
                range: BackfillRange(from: World.start.advanced(byMilliseconds: -3_600_000), until: World.start),
                pace: BackfillPace.standard,
                isForced: false,
                parameters: [:],
                caller: "ada",
                createdAt: World.start,
                total: 1
            )
            #expect(await self.code { _ = try await backfills.createBackfill(backfill, by: ada) } == "two_person")
            var token = ada
            token.actor.tokenID = 1
            #expect(await self.code { _ = try await office.rename(job, by: token) } == "two_person")
            #expect(try await office.store.job(job.id)?.version == 1)
            // On the server's own host there is a way out.
            let host = Change(by: Actor(.host, name: "root"), at: World.start)
            #expect(try await office.rename(job, by: host).job.version == 2)
        }
    }

    @Test("A pass settles its request with the change; the audit names both", arguments: StoreKind.allCases)
    func settles(kind: StoreKind) async throws {
        try await self.withOffice(kind) { office in
            let job = try await office.job([.edit])
            let asked = try await office.ask(.edit, job)
            #expect(try await office.ask(.edit, job).id == asked.id, "the same is asked for once")
            let changed = try await office.rename(job, by: office.change(office.olga, office.pass(asked)))
            #expect(changed.job.version == 2)
            let after = try #require(try await office.store.approval(asked.id))
            #expect(after.state == .applied && after.decider == office.olga.id && after.comment == "fine")
            let rows = try await office.store.audit(AuditQuery()).items
            let update = try #require(rows.first { $0.action == .jobUpdate })
            #expect(update.flags == ["two_person"] && update.change.actor.name == "olga")
            let approve = try #require(rows.first { $0.action == .approvalApprove })
            #expect(approve.diff?.contains("ada") == true && approve.diff?.contains("olga") == true)
            // It was good for once.
            let second = office.change(office.otto, office.pass(asked))
            #expect(await self.code { _ = try await office.rename(changed.job, by: second) } == "decided")
            #expect(try await office.store.job(job.id)?.version == 2)
        }
    }

    @Test("A refused pass changes nothing and leaves the request", arguments: StoreKind.allCases)
    func refused(kind: StoreKind) async throws {
        try await self.withOffice(kind) { office in
            let job = try await office.job([.edit])
            let other = try await office.job([.edit], "other")
            let asked = try await office.ask(.edit, job)
            let pass = office.pass(asked)
            func code(_ change: Change, _ target: Job) async -> String? {
                await self.code { _ = try await office.rename(target, by: change) }
            }
            #expect(await code(office.change(office.ada, pass), job) == "own_request")
            #expect(await code(office.change(office.olga, pass), other) == "digest")
            let wrong = ApprovalPass(id: asked.id, digest: "0", comment: nil)
            #expect(await code(office.change(office.olga, wrong), job) == "digest")
            #expect(await code(office.change(office.olga, at: 72 * 3600, pass), job) == "expired")
            #expect(try await office.store.approval(asked.id)?.state == .pending)
            #expect(try await office.store.job(job.id)?.version == 1)
            // Somebody on the host changed it since.
            _ = try await office.rename(job, by: Change(by: Actor(.host, name: "root"), at: World.start))
            #expect(await code(office.change(office.olga, pass), job) == "stale")
            let own = await self.code {
                _ = try await office.store.endApproval(
                    asked.id,
                    .fail,
                    because: "no",
                    comment: nil,
                    by: office.change(office.ada)
                )
            }
            #expect(own == "own_request", "whoever asked does not end it as approved")
            let ended = try await office.store.endApproval(
                asked.id,
                .outdate,
                because: "changed",
                comment: nil,
                by: office.change(office.olga)
            )
            #expect(ended.state == .stale && ended.result == "changed")
        }
    }

    @Test("Of two who approve at once, exactly one acts", arguments: StoreKind.allCases)
    func atOnce(kind: StoreKind) async throws {
        try await self.withOffice(kind) { office in
            _ = try await office.world.agent("web-1")
            let job = try await office.job([.run])
            let asked = try await office.ask(.run, job)
            let pass = office.pass(asked)
            // Other keys, so that it is the request alone that keeps the second one out.
            async let first = self.code {
                _ = try await office.trigger(job, "1", by: office.change(office.olga, pass))
            }
            async let second = self.code {
                _ = try await office.trigger(job, "2", by: office.change(office.otto, pass))
            }
            let codes = await [first, second]
            #expect(codes.count { $0 == nil } == 1 && codes.count { $0 == "decided" } == 1, "\(codes)")
            let after = try #require(try await office.store.approval(asked.id))
            #expect(after.state == .applied && after.result.flatMap { RunID($0) } != nil)
            #expect(try await office.store.runs(RunQuery()).total == 1)
        }
    }

    @Test("Whoever made the account of the other is no other person, for a week", arguments: StoreKind.allCases)
    func kin(kind: StoreKind) async throws {
        try await self.withOffice(kind) { office in
            let job = try await office.job([.edit])
            let puppet = try await office.store.createUser(
                username: "puppet",
                passwordHash: "",
                grants: [Grant(role: .operator, scope: .all)],
                mustChangePassword: false,
                by: office.change(office.ada)
            )
            let week: Int64 = 7 * 24 * 3600
            let asked = try await office.ask(.edit, job)
            let change = office.change(puppet, office.pass(asked))
            let approved = await self.code { _ = try await office.rename(job, by: change) }
            #expect(approved == "same_hand")
            let reject = office.change(puppet)
            let rejected = await self.code {
                _ = try await office.store.rejectApproval(asked.id, comment: nil, by: reject)
            }
            #expect(rejected == "same_hand")
            _ = try await office.store.withdrawApproval(asked.id, by: office.change(office.ada))
            let later = try await office.ask(.edit, job, after: week)
            let free = office.change(puppet, at: week + 1, office.pass(later))
            #expect(try await office.rename(job, by: free).job.version == 2)
        }
    }

    @Test("Rejected, withdrawn by its owner only, expired, forgotten", arguments: StoreKind.allCases)
    func ends(kind: StoreKind) async throws {
        try await self.withOffice(kind) { office in
            let job = try await office.job([.edit])
            let one = try await office.ask(.edit, job, payload: "1")
            let rejected = try await office.store.rejectApproval(one.id, comment: "no", by: office.change(office.olga))
            #expect(rejected.state == .rejected && rejected.comment == "no" && rejected.deciderName == "olga")
            let two = try await office.ask(.edit, job, payload: "2")
            await #expect(throws: CoreError.self) {
                _ = try await office.store.withdrawApproval(two.id, by: office.change(office.olga))
            }
            #expect(try await office.store.withdrawApproval(two.id, by: office.change(office.ada)).state == .withdrawn)
            let three = try await office.ask(.edit, job, payload: "3")
            #expect(try await office.store.expireApprovals(at: World.start, limit: 10).isEmpty)
            let expired = try await office.store.expireApprovals(at: three.expiresAt, limit: 10)
            #expect(expired.map(\.id) == [three.id] && expired.first?.state == .expired)
            let open = try await office.ask(.edit, job, payload: "4")
            let late = three.expiresAt.advanced(byMilliseconds: 1000)
            #expect(try await office.store.forget(.approvals, before: late, limit: 100).count == 3)
            #expect(try await office.store.approval(open.id)?.state == .pending)
        }
    }

    @Test("Lists keep to what one may see; open requests are bounded", arguments: StoreKind.allCases)
    func lists(kind: StoreKind) async throws {
        try await self.withOffice(kind) { office in
            let job = try await office.job([.edit])
            for number in 0..<Approval.limitOfOne { _ = try await office.ask(.edit, job, payload: "\(number)") }
            await #expect(throws: StoreFault.tooManyApprovals) {
                _ = try await office.ask(.edit, job, payload: "more")
            }
            func total(
                _ viewer: User,
                _ scope: Scope,
                _ edit: (inout ApprovalQuery) -> Void = { _ in }
            ) async throws -> Int {
                var query = ApprovalQuery(viewer: viewer.id, scope: scope)
                edit(&query)
                return try await office.store.approvals(query).total
            }
            #expect(try await total(office.ada, .nothing) == Approval.limitOfOne)
            #expect(try await total(office.olga, .nothing) == 0)
            #expect(try await total(office.olga, .all) == Approval.limitOfOne)
            #expect(try await total(office.ada, .all) { $0.decider = office.ada.id } == 0)
            #expect(try await total(office.olga, .all) { $0.states = [.applied, .stale] } == 0)
            #expect(try await total(office.olga, .all) { $0.object = ("job", String(job.id)) } == Approval.limitOfOne)
        }
    }
}
