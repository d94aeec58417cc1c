// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

/// Two teams with a host each, one host in both, a job each and one that both share.
private struct Teams {
    let world: World
    let red: GroupID
    let blue: GroupID
    let redHost: AgentID
    let blueHost: AgentID
    let both: AgentID
    let redJob: Job
    let blueJob: Job
    let shared: Job

    init(_ world: World) async throws {
        self.world = world
        let store = world.store
        let early = Change.system(at: .distantPast)
        self.red = try await store.createGroup(name: "red", description: "", tags: [], by: early).id
        self.blue = try await store.createGroup(name: "blue", description: "", tags: [], by: early).id
        self.redHost = try await world.connectedAgent("r", groups: [self.red])
        self.blueHost = try await world.connectedAgent("b", groups: [self.blue])
        self.both = try await world.connectedAgent("rb", groups: [self.red, self.blue])
        self.redJob = try await world.job("red job", groups: [self.red])
        self.blueJob = try await world.job("blue job", groups: [self.blue])
        self.shared = try await world.job("shared job", groups: [self.red, self.blue])
        for job in [self.redJob, self.blueJob, self.shared] { _ = try await world.fire(job) }
    }

    func executions(_ scope: Scope, _ change: (inout ExecutionQuery) -> Void = { _ in }) async throws -> Set<String> {
        var query = ExecutionQuery(scope: scope)
        change(&query)
        let page = try await self.world.store.executions(query)
        #expect(page.total == page.items.count)
        return Set(page.items.map { "\($0.jobName) on \($0.agentID)" })
    }
}

@Suite("What a scope shows")
struct ScopeTests {
    @Test("Jobs and their total are those bound to a group of the scope", arguments: StoreKind.allCases)
    func jobs(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let teams = try await Teams(world)
            let page = try await world.store.jobs(JobQuery(scope: .groups([teams.red])))
            #expect(page.items.map(\.definition.name) == ["red job", "shared job"])
            #expect(page.total == 2)
            #expect(try await world.store.jobs(JobQuery(scope: .nothing)).total == 0)
            // The group of all hosts is in the scope of everything only.
            _ = try await world.job("everywhere")
            #expect(try await world.store.jobs(JobQuery(scope: .groups([Group.everyone]))).total == 0)
        }
    }

    @Test("Executions are those whose job and host had a group of the scope in common", arguments: StoreKind.allCases)
    func executions(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let teams = try await Teams(world)
            let red: Set = ["red job on r", "red job on rb", "shared job on r", "shared job on rb"]
            #expect(try await teams.executions(.groups([teams.red])) == red)
            #expect(try await teams.executions(.all).count == 7)
            #expect(try await teams.executions(.nothing).isEmpty)
            // Each way through the indexes has the same filter.
            let filters: [((inout ExecutionQuery) -> Void, Set<String>)] = [
                ({ $0.job = teams.shared.id }, ["shared job on r", "shared job on rb"]),
                ({ $0.agent = teams.both }, ["red job on rb", "shared job on rb"]),
                ({ $0.statuses = [.pending] }, red),
                ({ $0.statuses = [.pending, .success] }, red),
                ({ $0.keyword = "shared" }, ["shared job on r", "shared job on rb"]),
                ({ $0.job = teams.blueJob.id }, []),
                ({ $0.agent = teams.blueHost }, []),
            ]
            for (index, (filter, expected)) in filters.enumerated() {
                #expect(try await teams.executions(.groups([teams.red]), filter) == expected, "filter \(index)")
            }
        }
    }

    @Test("Single records and runs outside the scope are not there", arguments: StoreKind.allCases)
    func records(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let teams = try await Teams(world)
            let scope = Scope.groups([teams.red])
            let all = try await world.store.executions(ExecutionQuery()).items
            for execution in all {
                let isVisible = execution.agentID != teams.blueHost && execution.jobName != "blue job"
                #expect((try await world.store.execution(execution.id, in: scope) != nil) == isVisible)
            }
            #expect(try await world.store.visible(all.map(\.id), in: scope).count == 4)
            let runs = try await world.store.runs(RunQuery(scope: scope))
            #expect(runs.total == 2 && Set(runs.items.map(\.run.jobName)) == ["red job", "shared job"])
            let shared = try #require(runs.items.first { $0.run.jobName == "shared job" })
            #expect(shared.tally.total == 2, "the third is on a host of the other team")
            let blue = try #require(all.first { $0.jobName == "blue job" })
            #expect(try await world.store.run(blue.runID, in: scope) == nil)
        }
    }

    @Test(
        "History stays with the groups it had: a moved host, an unbound and a deleted job change nothing",
        arguments: StoreKind.allCases
    )
    func frozen(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let teams = try await Teams(world)
            let store = world.store
            let later = Change.system(at: World.start + 60)
            try await store.removeAgents([teams.redHost], from: teams.red, by: later)
            try await store.addAgents([teams.redHost], to: teams.blue, by: later)
            let edited = try await store.updateJob(
                teams.shared.id,
                definition: World.definition("shared job", groups: [teams.blue]),
                isEnabled: true,
                nextFire: World.start + 120,
                expectedVersion: nil,
                by: later
            )
            _ = try await store.deleteJob(teams.redJob.id, by: later)
            let red: Set = ["red job on r", "red job on rb", "shared job on r", "shared job on rb"]
            let visible = Set(
                try await store.executions(ExecutionQuery(scope: .groups([teams.red]))).items
                    .filter { $0.nominal == World.start }.map { "\($0.jobName) on \($0.agentID)" }
            )
            #expect(visible == red)
            // What comes after belongs to the new groups.
            _ = try await store.fire(
                [World.plan(edited.job, at: World.start + 120, next: nil)],
                online: [],
                at: World.start + 120
            )
            let after = try await teams.executions(.groups([teams.red])) { $0.from = World.start + 100 }
            #expect(after.isEmpty)
            let moved = try await teams.executions(.groups([teams.blue])) { $0.from = World.start + 100 }
            #expect(moved.contains("shared job on r"))
            // A group that is gone has no readers but those who see everything.
            try await store.removeAgents([teams.both], from: teams.red, by: later)
            try await store.deleteGroup(teams.red, by: later)
            #expect(try await teams.executions(.groups([teams.red])).isEmpty)
        }
    }

    @Test("Statistics, gauges and last executions count what is visible", arguments: StoreKind.allCases)
    func counts(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let teams = try await Teams(world)
            let scope = Scope.groups([teams.red])
            #expect(try await world.store.openCounts(in: scope)[.pending] == 4)
            try await world.apply(
                [
                    World.report(1, teams.redJob, on: teams.redHost, .success),
                    World.report(2, teams.shared, on: teams.redHost, .failure, ran: 300),
                ],
                of: teams.redHost
            )
            try await world.apply([World.report(1, teams.shared, on: teams.blueHost, .success)], of: teams.blueHost)
            let since = World.start + -3600
            let mine = try await world.store.statistics(job: nil, since: since, in: scope)
            #expect(mine.counts == [.success: 1, .failure: 1])
            #expect(mine.totalDurationMilliseconds == 400 && mine.timedCount == 2)
            let all = try await world.store.statistics(job: nil, since: since)
            #expect(all.counts == [.success: 2, .failure: 1])
            let shared = try await world.store.statistics(job: teams.shared.id, since: since, in: scope)
            #expect(shared.counts == [.failure: 1])
            #expect(try await world.store.statistics(job: teams.blueJob.id, since: since, in: scope).counts.isEmpty)
            let last = try await world.store.lastExecutions(of: [teams.shared.id], in: scope)
            #expect(last[teams.shared.id]?.agentID == teams.redHost)
            let hours = try await world.store.hourlyCounts(
                job: nil,
                from: since,
                until: World.start + 3600,
                in: scope
            )
            #expect(hours.reduce(0) { $0 + $1.count } == 2)
            let sums = try await world.store.statisticsByJob(from: since, until: World.start + 3600, in: scope)
            #expect(sums[teams.redJob.id]?.counts == [.success: 1])
            #expect(sums[teams.shared.id]?.counts == [.failure: 1])
            #expect(sums.count == 2)
        }
    }

    @Test("The audit shows the rows of the scope's groups", arguments: StoreKind.allCases)
    func audit(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let teams = try await Teams(world)
            let rows = try await world.store.audit(
                AuditQuery(page: PageRequest(size: 100), scope: .groups([teams.blue]))
            )
            let names = Set(rows.items.compactMap { $0.object?.name })
            #expect(names.isSuperset(of: ["blue", "blue job", "shared job", "b", "rb"]))
            #expect(names.isDisjoint(with: ["red", "red job", "r"]))
            #expect(rows.total == rows.items.count)
        }
    }

    @Test("Grants are kept, lose deleted groups, and the last administrator stays", arguments: StoreKind.allCases)
    func grants(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let store = world.store
            let change = Change.system(at: World.start)
            let group = try await store.createGroup(name: "red", description: "", tags: [], by: change).id
            let ada = try await store.createUser(username: "ada", passwordHash: "h", role: .admin, by: change)
            let bo = try await store.createUser(
                username: "bo",
                passwordHash: "h",
                grants: [Grant(role: .developer, scope: .groups([group]))],
                mustChangePassword: false,
                by: change
            )
            #expect(try await store.user(bo.id)?.grants == bo.grants)
            #expect(bo.role == .developer)
            let message = await expectError(.conflict) {
                try await store.removeGrant(ada.grants[0].id, from: ada.id, by: change)
            }
            #expect(message.contains("administrator"))
            let made = try await store.addGrant(Grant(role: .admin, scope: .all), to: bo.id, by: change)
            try await store.removeGrant(ada.grants[0].id, from: ada.id, by: change)
            await expectError(.conflict) { try await store.removeGrant(made.id, from: bo.id, by: change) }
            await expectError(.notFound) {
                _ = try await store.addGrant(Grant(role: .viewer, scope: .groups([999])), to: bo.id, by: change)
            }
            try await store.deleteGroup(group, by: change)
            #expect(try await store.user(bo.id)?.grants.first?.scope == .nothing)
            let rows = try await store.audit(AuditQuery(objectKind: "user", objectID: "\(bo.id)"))
            #expect(rows.items.first?.action == .grantAdd)
            #expect(rows.items.first?.diff?.contains(#"{"path":"/role","new":"admin"}"#) == true)
        }
    }
}
