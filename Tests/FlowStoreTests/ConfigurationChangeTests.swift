// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import Testing

@Suite("Changes of configurations")
struct ConfigurationChangeTests {
    private static func changes(_ world: World, since version: Int64) async throws -> ConfigurationChanges {
        try #require(try await world.store.configurationChanges(since: version))
    }

    @Test("name each job once, as it is now, with the hosts it reaches", arguments: StoreKind.allCases)
    func jobs(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let group = try await world.store.createGroup(name: "web", description: "", tags: [], at: World.start)
            let member = try await world.agent("member", groups: [group.id])
            let other = try await world.agent("other")
            let before = try await world.store.configVersion()
            let everywhere = try await world.job("everywhere")
            let web = try await world.job("web", groups: [group.id])
            let edited = try await world.store.updateJob(
                web.id,
                definition: World.definition("web", groups: [group.id], command: "false"),
                isEnabled: true,
                nextFire: nil,
                expectedVersion: nil,
                at: World.start
            )
            let changes = try await Self.changes(world, since: before)
            #expect(changes.since == before && changes.moved.isEmpty)
            let current = try await world.store.configVersion()
            #expect(changes.version == current)
            let expected = [
                ConfigurationChanges.Job(
                    uid: everywhere.uid,
                    snapshot: JobSnapshot(everywhere),
                    agents: [member, other]
                ),
                ConfigurationChanges.Job(uid: web.uid, snapshot: JobSnapshot(edited), agents: [member]),
            ]
            #expect(changes.jobs == expected.sorted { $0.uid < $1.uid })
            _ = try await world.store.deleteJob(web.id, at: World.start)
            let deletion = try await Self.changes(world, since: changes.version)
            #expect(deletion.jobs == [ConfigurationChanges.Job(uid: web.uid, snapshot: nil, agents: [])])
            #expect(try await Self.changes(world, since: deletion.version).jobs.isEmpty)
        }
    }

    @Test("name the hosts whose groups changed", arguments: StoreKind.allCases)
    func hosts(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.agent("a")
            let group = try await world.store.createGroup(name: "web", description: "", tags: [], at: World.start)
            let before = try await world.store.configVersion()
            try await world.store.addAgents([agent], to: group.id, at: World.start)
            #expect(try await Self.changes(world, since: before).moved == [agent])
            let joined = try await world.store.configVersion()
            try await world.store.removeAgents([agent], from: group.id, at: World.start)
            #expect(try await Self.changes(world, since: joined).moved == [agent])
        }
    }

    @Test("are not known of the future, nor of what lies before the first that was kept", arguments: StoreKind.allCases)
    func bounds(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            _ = try await world.job()
            let version = try await world.store.configVersion()
            #expect(try await world.store.configurationChanges(since: version + 1) == nil, "of before a restore")
            #expect(try await world.store.configurationChanges(since: -1) == nil)
        }
    }
}
