// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@Suite("Groups by rule in the store (S1-FR-3.2)")
struct GroupRuleStoreTests {
    private static let change = Change(by: Actor(.user, id: "1", name: "ada"), at: World.start)

    private func enrol(_ name: String, at address: String, labels: [String: String] = [:], in world: World) async throws
    {
        let token = JoinToken(
            id: "t-" + name,
            secretHash: [],
            groups: [],
            expiresAt: World.start + 60,
            createdAt: World.start
        )
        try await world.store.createJoinToken(token)
        let id = try #require(AgentID(name))
        let agent = Agent(id: id, name: name, hostname: name + ".example", hostLabels: labels, createdAt: World.start)
        let change = Change(
            by: Actor(.agent, id: name, name: name),
            at: World.start,
            origin: Origin(via: .wire, address: address)
        )
        try await world.store.enrol(token: token.id, agent: agent, by: change)
    }

    @Test("A host that joins comes into the groups whose rules it fits", arguments: StoreKind.allCases)
    func joins(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let web = try await world.store.createGroup(name: "web", description: "", tags: [], at: World.start)
            let eu = try await world.store.createGroup(name: "eu", description: "", tags: [], at: World.start)
            let rules = [
                GroupRule(group: web.id, hostnames: [try #require(HostPattern("web-*"))]),
                GroupRule(
                    group: eu.id,
                    addresses: [try #require(AddressRange("192.0.2.0/24"))],
                    labels: ["region": "eu"]
                ),
            ]
            try await world.store.setGroupRules(rules, by: Self.change)
            #expect(try await world.store.groupRules() == rules)
            try await self.enrol("web-1", at: "192.0.2.9", labels: ["region": "eu"], in: world)
            try await self.enrol("web-2", at: "192.0.2.9", in: world)
            try await self.enrol("db-1", at: "198.51.100.1", labels: ["region": "eu"], in: world)
            for (name, groups) in [("web-1", ["all", "web", "eu"]), ("web-2", ["all", "web"]), ("db-1", ["all"])] {
                let id = try #require(AgentID(name))
                #expect(try await world.store.groups(of: id).map(\.name) == groups)
            }
        }
    }

    @Test(
        "A group that a rule fills stays; a rule for no group is refused and nothing changes",
        arguments: StoreKind.allCases
    )
    func refusals(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let web = try await world.store.createGroup(name: "web", description: "", tags: [], at: World.start)
            let rule = GroupRule(group: web.id)
            try await world.store.setGroupRules([rule], by: Self.change)
            await expectError(.inUse) { try await world.store.deleteGroup(web.id) }
            await expectError(.notFound) {
                try await world.store.setGroupRules([rule, GroupRule(group: 99)], by: Self.change)
            }
            await expectError(.forbidden) {
                try await world.store.setGroupRules([GroupRule(group: Group.everyone)], by: Self.change)
            }
            #expect(try await world.store.groupRules() == [rule])
            try await world.store.setGroupRules([], by: Self.change)
            try await world.store.deleteGroup(web.id)
        }
    }

    @Test(
        "Labels of people stay over sessions, those of the host are the last session's",
        arguments: StoreKind.allCases
    )
    func labels(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            try await self.enrol("a", at: "192.0.2.9", labels: ["region": "eu", "rack": "7"], in: world)
            let id = try #require(AgentID("a"))
            try await world.store.setLabels(["region": "us", "team": "pay"], of: id, by: Self.change)
            #expect(try await world.store.agent(id)?.allLabels == ["region": "us", "rack": "7", "team": "pay"])
            _ = try await world.hello(id)
            #expect(try await world.store.agent(id)?.allLabels == ["region": "us", "team": "pay"])
            let ghost = try #require(AgentID("ghost"))
            await expectError(.notFound) { try await world.store.setLabels([:], of: ghost, by: Self.change) }
        }
    }
}
