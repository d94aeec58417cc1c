// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@Suite("Audit rows")
struct AuditTests {
    private static let change = Change(
        by: .user(7, "anna"),
        at: World.start + 5,
        origin: Origin(via: .console, address: "192.0.2.10", request: "req-1"),
        reason: "ticket 9"
    )

    /// The newest row, which has to be one of the test's change.
    private static func last(_ world: World) async throws -> AuditEntry {
        let page = try await world.store.audit(AuditQuery(page: PageRequest(size: 1)))
        let entry = try #require(page.items.first)
        #expect(entry.change == Self.change)
        return entry
    }

    @Test("Every change of a job leaves a row that names who, when and what", arguments: StoreKind.allCases)
    func jobs(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let store = world.store
            var job = try await store.createJob(
                uid: JobUID(uuid: UUID()),
                definition: World.definition("nightly"),
                isEnabled: true,
                nextFire: nil,
                by: Self.change
            )
            #expect(job.createdBy == "anna" && job.createdAt == Self.change.at)
            var row = try await Self.last(world)
            #expect(row.action == .jobCreate)
            #expect(row.object == AuditObject("job", String(job.id), name: "nightly"))
            #expect(row.groups == [1])
            #expect(row.diff?.contains(#"{"path":"/payload/shell/command","new":"true"}"#) == true)

            job = try await store.updateJob(
                job.id,
                definition: World.definition("nightly", command: "false"),
                isEnabled: true,
                nextFire: nil,
                expectedVersion: nil,
                by: Self.change
            ).job
            row = try await Self.last(world)
            #expect(row.action == .jobUpdate)
            #expect(row.diff == #"[{"path":"/payload/shell/command","old":"true","new":"false"}]"#)

            for isEnabled in [false, true] {
                job = try await store.updateJob(
                    job.id,
                    definition: job.definition,
                    isEnabled: isEnabled,
                    nextFire: nil,
                    expectedVersion: nil,
                    by: Self.change
                ).job
                row = try await Self.last(world)
                #expect(row.action == (isEnabled ? .jobEnable : .jobDisable))
            }
            _ = try await store.deleteJob(job.id, by: Self.change)
            row = try await Self.last(world)
            #expect(row.action == .jobDelete)
            #expect(row.diff?.contains(#"{"path":"/name","old":"nightly"}"#) == true)
        }
    }

    @Test("A refused change leaves no row", arguments: StoreKind.allCases)
    func refused(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let job = try await world.job("one")
            _ = try await world.job("two")
            let count = try await world.store.audit(AuditQuery()).total
            await expectError(.nameTaken) {
                _ = try await world.store.updateJob(
                    job.id,
                    definition: World.definition("two"),
                    isEnabled: true,
                    nextFire: nil,
                    expectedVersion: nil,
                    by: Self.change
                )
            }
            await expectError(.forbidden) { try await world.store.deleteGroup(Group.everyone, by: Self.change) }
            #expect(try await world.store.audit(AuditQuery()).total == count)
        }
    }

    @Test("Every change of groups and hosts leaves a row", arguments: StoreKind.allCases)
    func groupsAndHosts(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let store = world.store
            let agent = try await world.agent("web-1")
            let group = try await store.createGroup(name: "web", description: "", tags: [], by: Self.change)
            var row = try await Self.last(world)
            #expect(row.action == .groupCreate && row.object == AuditObject("group", "\(group.id)", name: "web"))
            _ = try await store.updateGroup(group.id, name: "www", description: "", tags: ["x"], by: Self.change)
            row = try await Self.last(world)
            #expect(row.action == .groupUpdate)
            let renamed =
                #"[{"path":"/name","old":"web","new":"www"},"#
                + #"{"path":"/tags","old":[]},{"path":"/tags/0","new":"x"}]"#
            #expect(row.diff == renamed)
            try await store.addAgents([agent], to: group.id, by: Self.change)
            row = try await Self.last(world)
            #expect(row.action == .groupAdd && row.diff == #"[{"path":"/clients/0","new":"web-1"}]"#)
            try await store.removeAgents([agent], from: group.id, by: Self.change)
            row = try await Self.last(world)
            #expect(row.action == .groupRemove && row.diff == #"[{"path":"/clients/0","old":"web-1"}]"#)
            try await store.deleteGroup(group.id, by: Self.change)
            #expect(try await Self.last(world).action == .groupDelete)
            try await store.deleteAgent(agent, by: Self.change)
            row = try await Self.last(world)
            #expect(row.action == .agentDelete && row.object == AuditObject("client", "web-1", name: "web-1"))
        }
    }

    @Test("A join token's row has no secret, and an enrolment names the host", arguments: StoreKind.allCases)
    func enrolment(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let token = JoinToken(
                id: "t1",
                secretHash: [1, 2, 3],
                groups: [],
                expiresAt: World.start + 60,
                createdAt: World.start
            )
            try await world.store.createJoinToken(token, by: Self.change)
            var row = try await Self.last(world)
            #expect(row.action == .joinTokenCreate && row.object?.id == "t1")
            #expect(row.diff?.contains("secret") == false)
            let agent = Agent(id: try #require(AgentID("web-1")), name: "web-1", createdAt: World.start)
            try await world.store.enrol(token: "t1", agent: agent, by: Self.change)
            row = try await Self.last(world)
            #expect(row.action == .agentEnrol && row.object?.id == "web-1")
            #expect(row.diff?.contains(#"{"path":"/joined","new":"t1"}"#) == true)
        }
    }

    @Test("Accounts and sessions leave rows without hashes", arguments: StoreKind.allCases)
    func users(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let store = world.store
            let user = try await store.createUser(
                username: "bo",
                passwordHash: "$scrypt$one",
                role: .viewer,
                by: Self.change
            )
            var row = try await Self.last(world)
            #expect(row.action == .userCreate && row.object == AuditObject("user", "\(user.id)", name: "bo"))
            try await store.setPassword(
                "$scrypt$two",
                mustChange: false,
                of: user.id,
                keeping: nil,
                by: Self.change
            )
            row = try await Self.last(world)
            #expect(row.action == .userPassword && row.diff == nil)
            let session = UserSession(
                tokenHash: [1],
                userID: user.id,
                createdAt: World.start,
                expiresAt: World.start + 60
            )
            try await store.createSession(session, by: Self.change)
            #expect(try await Self.last(world).action == .signIn)
            try await store.deleteSession(tokenHash: [1], by: Self.change)
            #expect(try await Self.last(world).action == .signOut)
            for entry in try await store.audit(AuditQuery()).items {
                #expect(entry.diff?.contains("scrypt") != true)
            }
        }
    }

    @Test("Running, repeating and stopping leave rows; fires do not", arguments: StoreKind.allCases)
    func runs(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("web-1")
            let job = try await world.job()
            let count = try await world.store.audit(AuditQuery()).total
            _ = try await world.fire(job)
            #expect(try await world.store.audit(AuditQuery()).total == count)
            let trigger = Trigger(
                job: job.id,
                uid: "k",
                source: "api",
                caller: "anna",
                parameters: ["DAY": "1", "API_TOKEN": "hush"]
            )
            let started = try await world.store.start(trigger, by: Self.change)
            var row = try await Self.last(world)
            #expect(row.action == .jobRun && row.object?.id == "\(job.id)")
            #expect(row.diff?.contains(#"{"path":"/parameters/DAY","new":"1"}"#) == true)
            #expect(row.diff?.contains("hush") == false)
            // Repeated: nothing new happened.
            _ = try await world.store.start(trigger, by: Self.change)
            #expect(try await world.store.audit(AuditQuery()).total == count + 1)
            let execution = try #require(started.executions.first)
            _ = try await world.store.requestCancel(execution.id, by: Self.change)
            row = try await Self.last(world)
            #expect(row.action == .executionCancel && row.object?.id == execution.id.description)
            let retry = Trigger(
                job: job.id,
                uid: "r",
                type: .retry,
                source: "api",
                caller: "anna",
                targets: [agent],
                retryOf: execution.id
            )
            _ = try await world.store.start(retry, by: Self.change)
            row = try await Self.last(world)
            #expect(row.action == .executionRetry && row.object?.id == execution.id.description)
        }
    }

    @Test("The audit is filtered by time, actor, action, object and outcome", arguments: StoreKind.allCases)
    func filters(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let store = world.store
            for second in 0..<4 {
                let change = Change(
                    by: .user(Int64(second % 2), second % 2 == 0 ? "ada" : "bo"),
                    at: World.start + Int64(second)
                )
                _ = try await store.createGroup(name: "g\(second)", description: "", tags: [], by: change)
            }
            try await store.recordAudit(
                AuditEntry(
                    change: Change(by: .user(1, "bo"), at: World.start + 9),
                    action: .groupDelete,
                    object: AuditObject("group", "2"),
                    outcome: .denied
                )
            )
            func names(_ query: AuditQuery) async throws -> [String?] {
                try await store.audit(query).items.map { $0.object?.name }
            }
            #expect(try await names(AuditQuery(actor: "ada")) == ["g2", "g0"])
            #expect(try await names(AuditQuery(since: World.start + 1, until: World.start + 3)) == ["g2", "g1"])
            #expect(try await store.audit(AuditQuery(action: .groupDelete)).total == 1)
            #expect(try await store.audit(AuditQuery(objectKind: "group", objectID: "2")).total == 2)
            #expect(try await store.audit(AuditQuery(outcome: .denied)).items.first?.change.actor.name == "bo")
            let page = try await store.audit(AuditQuery(page: PageRequest(number: 2, size: 2)))
            #expect(page.total == 5 && page.items.map { $0.object?.name } == ["g2", "g1"])
        }
    }

    @Test("Seals are given once, in order, and pruning leaves an anchor", arguments: StoreKind.allCases)
    func sealing(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let store = world.store
            let chain = AuditChain(master: [UInt8](repeating: 7, count: 32))
            for second in 0..<4 {
                let change = Change.system(at: World.start + Int64(second))
                _ = try await store.createGroup(name: "g\(second)", description: "", tags: [], by: change)
            }
            let rows = try await store.unsealedAudit(limit: 3)
            #expect(rows.map { $0.object?.name } == ["g0", "g1", "g2"])
            let seals = chain.seal(rows, chain: "server", after: nil)
            try await store.sealAudit(zip(rows, seals).map { ($0.id, $1) }, after: nil)
            await expectError(.conflict) {
                try await store.sealAudit(zip(rows, seals).map { ($0.id, $1) }, after: nil)
            }
            let head = try await store.auditHead(of: "server")
            #expect(head == AuditHead(chain: "server", sequence: 3, hash: seals[2].hash))
            #expect(try await store.unsealedAudit(limit: 10).count == 1)
            #expect(try await store.sealedAudit(of: "server", after: 1, limit: 10).map(\.seal) == [seals[1], seals[2]])
            #expect(try await store.forget(.audit, before: World.start + 2, limit: 100).count == 2)
            let state = try #require(try await store.auditChains().first)
            #expect(state.anchor == AuditHead(chain: "server", sequence: 2, hash: seals[1].hash))
            #expect(state.head == head)
            // What has no seal yet stays, however old.
            #expect(try await store.forget(.audit, before: World.start + 900, limit: 100).count == 1)
            #expect(try await store.unsealedAudit(limit: 10).count == 1)
        }
    }
}
