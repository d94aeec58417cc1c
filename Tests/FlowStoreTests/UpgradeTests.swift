// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowTesting
import Foundation
import GRDB
import Testing

@testable import FlowStore

@Suite("A database of an earlier version")
struct UpgradeTests {
    private static let agent = AgentID("agt_cd352f40fb07dcd9")!

    private func withUpgraded(_ body: (SQLiteStore) async throws -> Void) async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory + "/quartzflow.db"
            try StoredFixture.serverV0.copy(to: path)
            // Twice, so that what the upgrade wrote is read back as well.
            for _ in 0..<2 {
                let store = try SQLiteStore.open(path: path)
                let check = try await #require(store.sqlite).pool.read { db in
                    try String.fetchAll(db, sql: "PRAGMA integrity_check")
                }
                #expect(check == ["ok"])
                do { try await body(store) } catch {
                    try? await store.close()
                    throw error
                }
                try await store.close()
            }
        }
    }

    @Test("opens with everything that was in it")
    func keepsEverything() async throws {
        try await self.withUpgraded { store in
            let jobs = try await store.allJobs()
            #expect(jobs.count == 9 && jobs.count(where: \.isEnabled) == 8)
            let retried = try #require(jobs.first { $0.definition.name == "fails-and-retries" })
            #expect(retried.definition.policies.retry.count == 2)
            let history = try await store.executions(ExecutionQuery(page: PageRequest(number: 1, size: 100)))
            #expect(history.total == 39 && history.items.count == 39)
            let successes = history.items.filter { $0.status == .success }
            #expect(successes.count == 30)
            let log = try await store.log(try #require(successes.first).id, from: 0, limit: 1000)
            #expect(log.isComplete && !log.chunks.isEmpty)
            #expect(try await store.openCounts() == [.pending: 4, .running: 1])
            #expect(try await store.pendingOrders(of: Self.agent).count == 2)
            #expect(try await store.user(named: "admin") != nil)
            #expect(try await store.groups().count == 2)
        }
    }

    @Test("goes on connecting to hosts' own addresses where it has tasks that may; a new one does not (370)")
    func ownHost() async throws {
        try await self.withUpgraded { store in
            #expect(
                try await store.allJobs().contains { if case .http = $0.definition.payload { true } else { false } }
            )
            let setting = try await store.settings().values[.networkLoopback]
            #expect(setting?.value == .text(NetworkWord.allow.rawValue) && setting?.updatedBy == "upgrade")
        }
        try await TemporaryDirectory.with { directory in
            let store = try SQLiteStore.open(path: directory + "/new.db")
            #expect(try await store.settings().values.isEmpty)
            try await store.close()
        }
    }

    @Test("goes on where it stopped: the agent's next report counts, the next fire is planned, a job is changed")
    func goesOn() async throws {
        try await TemporaryDirectory.with { directory in
            let path = directory + "/quartzflow.db"
            try StoredFixture.serverV0.copy(to: path)
            let store = try SQLiteStore.open(path: path)
            let world = World(store: store)
            let agent = try #require(try await store.agent(Self.agent))
            let open = try await store.executions(ExecutionQuery(statuses: [.running])).items
            let running = try #require(open.first)
            let job = try #require(try await store.job(running.jobID))
            let next = agent.acknowledgedSequence + 1
            _ = try await world.hello(Self.agent, incarnation: agent.incarnation, lastSequence: next, at: World.start)
            let report = Report(
                sequence: next,
                executionID: running.id,
                runID: running.runID,
                jobUID: job.uid,
                jobID: job.id,
                jobName: job.definition.name,
                jobVersion: job.version,
                kind: running.kind,
                nominal: running.nominal,
                status: .success,
                attempt: running.attempt,
                startedAt: running.startedAt,
                finishedAt: running.nominal + 300,
                exitCode: 0
            )
            try await world.apply([report], of: Self.agent, incarnation: agent.incarnation)
            #expect(try await store.execution(running.id)?.status == .success)

            let jobs = try await store.allJobs()
            let each = try #require(jobs.first { $0.definition.name == "each-second" })
            // Its newest version is all there, those before are only what agents needed.
            let versions = try await store.versions(of: each.uid, in: .all, page: PageRequest()).items
            #expect(versions.first?.definition == each.definition && versions.first?.createdBy == nil)
            #expect(versions.dropFirst().allSatisfy { $0.definition == nil })
            let nominal = try #require(each.nextFire)
            let fired = try await world.fired(each, at: nominal, on: Self.agent)
            #expect(fired.status == .pending && fired.jobVersion == each.version)

            let changed = try await store.updateJob(
                each.id,
                definition: World.definition("each-second", command: "date"),
                isEnabled: true,
                nextFire: nominal + 10,
                expectedVersion: each.version,
                at: World.start
            )
            #expect(changed.version == each.version + 1)
            try await store.close()
        }
    }
}
