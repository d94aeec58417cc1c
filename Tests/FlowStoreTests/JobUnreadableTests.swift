// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@testable import FlowStore

@Suite("Tasks that only a newer server can read (decision 441)")
struct JobUnreadableTests {
    /// Makes what is stored of a job something that no server here knows.
    private static func age(_ job: Job, in store: any Store) async throws {
        let store = try #require(store as? DatabaseStore)
        try await store.write("newer") { db in
            for (table, column) in [("job", "definition"), ("job_version", "definition"), ("job_version", "snapshot")] {
                try db.run(
                    "UPDATE \(table) SET \(column) = replace(\(column), '\"shell\"', '\"teleport\"') WHERE uid = ?",
                    [.id(job.uid)]
                )
            }
        }
    }

    private static func text(of job: Job, in store: any Store) async throws -> String? {
        try await (store as? DatabaseStore)?.read { db in
            try db.first("SELECT definition FROM job WHERE id = ?", [.integer(job.id)]) { $0.text(0) }
        }
    }

    @Test("It is shown by name and groups, and stops no list, plan, report or host", arguments: StoreKind.allCases)
    func stopsNothing(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let host = try await world.connectedAgent("host")
            let version = try await world.store.configVersion()
            let newer = try await world.job("newer")
            let plain = try await world.job("plain")
            try await Self.age(newer, in: world.store)
            #expect(try await world.store.allJobs().map(\.isUnreadable) == [true, false])
            let page = try await world.store.jobs(JobQuery())
            #expect(page.items.map(\.definition.name) == ["newer", "plain"] && page.total == 2)
            let shown = try #require(try await world.store.job(newer.id))
            #expect(shown.isUnreadable && shown.definition.groups == [Group.everyone] && shown.isEnabled)
            #expect(try await world.store.job(named: "newer")?.id == newer.id)
            #expect(try await world.store.job(uid: newer.uid)?.isUnreadable == true)
            #expect(try await world.store.jobs(among: [newer.id, plain.id]).count == 2)
            #expect(try await world.store.version(1, of: newer.uid)?.definition == nil)
            // Hosts are told of the others.
            #expect(try await world.store.configuration(of: host).jobs.map(\.uid) == [plain.uid])
            let changes = try #require(try await world.store.configurationChanges(since: version))
            #expect(changes.jobs.first { $0.uid == newer.uid }?.snapshot == nil)
            #expect(changes.jobs.first { $0.uid == plain.uid }?.snapshot != nil)
            // A fire of it is given back, and those beside it go on.
            let fires = [newer, plain].map { World.plan($0, at: World.start, next: World.start + 1) }
            let outcomes = try await world.store.fire(fires, online: [host], at: World.start)
            guard case .superseded(nil, 1) = outcomes[0], case .fired(_, let executions, _) = outcomes[1] else {
                Issue.record("\(outcomes)")
                return
            }
            #expect(executions.map(\.agentID) == [host])
            let next = try await world.store.job(newer.id)?.nextFire
            #expect(next == World.start, "it waits for a server that can read it")
        }
    }

    @Test("Of a schedule that can't be read no plan is made, and the others have theirs", arguments: StoreKind.allCases)
    func plans(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let newer = try await world.job("newer")
            let plain = try await world.job("plain")
            let store = try #require(world.store as? DatabaseStore)
            try await store.write("newer") { db in
                _ = try db.run(
                    """
                    UPDATE job SET definition = replace(definition, '"type":"manual"', '"type":"lunar"') WHERE id = ?
                    """,
                    [.integer(newer.id)]
                )
            }
            #expect(try await world.store.job(newer.id)?.isUnreadable == true)
            #expect(try await world.store.jobPlans().map(\.uid) == [plain.uid])
        }
    }

    @Test("It is not started and not changed, and says why; it can be deleted", arguments: StoreKind.allCases)
    func refuses(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            _ = try await world.connectedAgent("host")
            let newer = try await world.job("newer")
            try await Self.age(newer, in: world.store)
            let before = try #require(try await Self.text(of: newer, in: world.store))
            let ada = Change(by: .user(1, "ada"), at: World.start)
            let why = await expectError(.conflict) {
                _ = try await world.store.start(TriggerTests.trigger(newer), by: ada)
            }
            #expect(why.contains("can't read what the task 'newer' says: a newer one wrote it"), "\(why)")
            await expectError(.conflict) {
                _ = try await world.store.updateJob(
                    newer.id,
                    definition: World.definition("newer"),
                    isEnabled: false,
                    nextFire: nil,
                    hold: nil,
                    expectedVersion: nil,
                    by: ada
                )
            }
            await expectError(.nameTaken) { _ = try await world.job("newer") }
            #expect(try await Self.text(of: newer, in: world.store) == before)
            _ = try await world.store.deleteJob(newer.id, by: ada)
            #expect(try await world.store.job(newer.id) == nil)
        }
    }

    @Test("One that two persons delete is deleted by no single one", arguments: StoreKind.allCases)
    func keepsItsMark(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            var definition = World.definition("marked")
            definition.twoPerson = [.run]
            let marked = try await world.store.createJob(
                uid: JobUID(uuid: UUID()),
                definition: definition,
                isEnabled: true,
                nextFire: nil,
                by: "ada",
                at: World.start
            )
            try await Self.age(marked, in: world.store)
            let ada = Change(by: .user(1, "ada"), at: World.start)
            await #expect(throws: CoreError.self) { _ = try await world.store.deleteJob(marked.id, by: ada) }
            #expect(try await world.store.job(marked.id)?.isUnreadable == true)
        }
    }
}
