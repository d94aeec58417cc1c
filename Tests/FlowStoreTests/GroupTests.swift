// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@Suite("Groups and memberships")
struct GroupTests {
    @Test(
        "The built-in group holds every agent, can't be changed, and loses an agent only when it is deleted",
        arguments: StoreKind.allCases
    )
    func everyone(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let before = try await world.store.group(Group.everyone)
            #expect(before?.name == "all" && before?.isBuiltIn == true)
            let agent = try await world.agent("a")
            #expect(try await world.store.agents(in: Group.everyone).map(\.id) == [agent])
            await expectError(.forbidden) {
                _ = try await world.store.updateGroup(1, name: "x", description: "", tags: [], at: World.start)
            }
            await expectError(.forbidden) { try await world.store.deleteGroup(1) }
            await expectError(.forbidden) { try await world.store.removeAgents([agent], from: 1) }
            try await world.store.addAgents([agent], to: 1)
            try await world.store.deleteAgent(agent)
            #expect(try await world.store.agents(in: Group.everyone).isEmpty)
        }
    }

    @Test("A group is found as it was stored, and its name is unique", arguments: StoreKind.allCases)
    func stores(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let group = try await world.store.createGroup(
                name: "web",
                description: "d",
                tags: ["x", "y"],
                at: World.start
            )
            #expect(try await world.store.group(group.id) == group)
            #expect(try await world.store.group(named: "web") == group)
            #expect(group.tags == ["x", "y"] && group.createdAt == World.start)
            let message = await expectError(.nameTaken) {
                _ = try await world.store.createGroup(name: "web", description: "", tags: [], at: World.start)
            }
            #expect(message.contains("'web'"))
            let other = try await world.store.createGroup(name: "db", description: "", tags: [], at: World.start)
            await expectError(.nameTaken) {
                _ = try await world.store.updateGroup(other.id, name: "web", description: "", tags: [], at: World.start)
            }
            let edited = try await world.store.updateGroup(
                group.id,
                name: "www",
                description: "e",
                tags: [],
                at: World.start + 1
            )
            #expect(try await world.store.group(group.id) == edited)
            #expect(edited.createdAt == World.start && edited.updatedAt == World.start + 1)
        }
    }

    @Test("A group with jobs can't be deleted, and the refusal names them (S1-FR-3.1)", arguments: StoreKind.allCases)
    func inUse(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let group = try await world.store.createGroup(name: "web", description: "", tags: [], at: World.start)
            let job = try await world.job("nightly", groups: [group.id])
            let message = await expectError(.inUse) { try await world.store.deleteGroup(group.id) }
            #expect(message.contains("'nightly' (task \(job.id))"))
            _ = try await world.store.updateJob(
                job.id,
                definition: World.definition("nightly"),
                isEnabled: true,
                nextFire: nil,
                expectedVersion: nil,
                at: World.start
            )
            try await world.store.deleteGroup(group.id)
            #expect(try await world.store.group(group.id) == nil)
            await expectError(.notFound) { try await world.store.deleteGroup(group.id) }
        }
    }

    @Test("Memberships add and remove agents, twice without harm", arguments: StoreKind.allCases)
    func memberships(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let group = try await world.store.createGroup(name: "web", description: "", tags: [], at: World.start)
            let a = try await world.agent("a")
            let b = try await world.agent("b")
            try await world.store.addAgents([a, b], to: group.id)
            try await world.store.addAgents([a], to: group.id)
            let job = try await world.job(groups: [group.id])
            let summary = try await world.store.groups().first { $0.group.id == group.id }
            #expect(summary?.agents == [a, b] && summary?.jobCount == 1)
            #expect(try await world.store.groups(of: a).map(\.name) == ["all", "web"])
            #expect(try await world.store.agents(inAnyOf: [group.id, Group.everyone]) == [a, b])
            #expect(try await world.store.configuration(of: a).jobs == [JobSnapshot(job)])
            try await world.store.removeAgents([a], from: group.id)
            #expect(try await world.store.agents(in: group.id).map(\.id) == [b])
            #expect(try await world.store.configuration(of: a).jobs.isEmpty)
            await expectError(.notFound) {
                try await world.store.addAgents([a, try #require(AgentID("ghost"))], to: group.id)
            }
            #expect(try await world.store.agents(in: group.id).map(\.id) == [b], "refused as a whole")
        }
    }

    @Test(
        "Each change of jobs, groups or memberships raises the configuration version once",
        arguments: StoreKind.allCases
    )
    func configVersion(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            var version = try await world.store.configVersion()
            func expectRaised(_ what: String, by steps: Int64 = 1) async throws {
                let now = try await world.store.configVersion()
                #expect(now == version + steps, "\(what)")
                version = now
            }
            let a = try await world.agent("a")
            try await expectRaised("enrol")
            let group = try await world.store.createGroup(name: "web", description: "", tags: [], at: World.start)
            try await expectRaised("create group")
            try await world.store.addAgents([a], to: group.id)
            try await expectRaised("add agents")
            let job = try await world.job(groups: [group.id])
            try await expectRaised("create job")
            _ = try await JobTests.edit(job, name: "x", world)
            try await expectRaised("update job")
            _ = try await world.store.deleteJob(job.id, at: World.start)
            try await expectRaised("delete job")
            try await world.store.removeAgents([a], from: group.id)
            try await expectRaised("remove agents")
            try await world.store.deleteGroup(group.id)
            try await expectRaised("delete group")
            _ = try await world.hello(a)
            try await world.store.record(SessionNotes(configVersions: [a: version]))
            try await expectRaised("a session and its acknowledgement", by: 0)
            #expect(try await world.store.agent(a)?.configVersion == version)
            await expectError(.notFound) { _ = try await world.store.deleteJob(job.id, at: World.start) }
            try await expectRaised("a refused change", by: 0)
        }
    }
}
