// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@Suite("Jobs")
struct JobTests {
    @Test("What is planned is what jobs say that are on and will fire", arguments: StoreKind.allCases)
    func plans(kind: StoreKind) async throws {
        try await kind.withWorld { world in
            for number in 0..<3 { _ = try await world.job("job \(number)") }
            _ = try await world.job("off", isEnabled: false)
            _ = try await world.job("by hand", nextFire: nil)
            let plans = try await world.store.jobPlans()
            #expect(plans.count == 3)
            #expect(plans == (try await world.store.allJobs()).compactMap { JobPlan($0) })
        }
    }

    @Test("A job is found as it was stored, by id, uid and name", arguments: StoreKind.allCases)
    func stores(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            var definition = World.definition("nightly", description: "räumt auf")
            definition.payload = .http(
                HTTPPayload(url: "http://example.com/a?b=c", headers: ["a": "b"], body: "x", expectedStatus: [204])
            )
            definition.policies.retry = RetryPolicy(count: 3)
            definition.labels = ["team": "db"]
            let job = try await world.store.createJob(
                uid: JobUID(uuid: UUID()),
                definition: definition,
                isEnabled: true,
                nextFire: World.start,
                by: "ada",
                at: World.start
            )
            #expect(job.version == 1 && job.definition == definition && job.createdBy == "ada")
            #expect(try await world.store.job(job.id) == job)
            #expect(try await world.store.job(uid: job.uid) == job)
            #expect(try await world.store.job(named: "nightly") == job)
            #expect(try await world.store.allJobs() == [job])
            #expect(try await world.store.job(job.id + 1) == nil)
        }
    }

    @Test("Of the jobs that are asked for, those with rules of their own are found", arguments: StoreKind.allCases)
    func withRules(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            func job(_ name: String, _ rules: [NotifyRule]?, _ command: String = "true") async throws -> Job {
                var definition = World.definition(name)
                definition.notify = rules
                definition.payload = .shell(ShellPayload(command: command))
                return try await world.store.createJob(
                    uid: JobUID(uuid: UUID()),
                    definition: definition,
                    isEnabled: true,
                    nextFire: World.start,
                    by: "ada",
                    at: World.start
                )
            }
            let rule = NotifyRule(name: "r", triggers: [.timeout], channels: [])
            let first = try await job("first", [rule])
            let none = try await job("none", nil)
            let empty = try await job("empty", [])
            let talks = try await job("talks", nil, "echo '\"notify\":'")
            let other = try await job("not asked for", [rule])
            let last = try await job("last", [rule, rule])
            let ids = [last, talks, empty, none, first, first].map(\.id) + [other.id + 1000]
            #expect(try await world.store.jobs(withRulesAmong: ids) == [first, last])
            #expect(try await world.store.jobs(withRulesAmong: []) == [])
            #expect(try await world.store.jobs(among: ids) == [first, none, empty, talks, last])
            #expect(try await world.store.jobs(among: []) == [])
        }
    }

    @Test("Names are unique, and the refusal says no more than that", arguments: StoreKind.allCases)
    func uniqueNames(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let first = try await world.job("a")
            let second = try await world.job("b")
            let message = await expectError(.nameTaken) { _ = try await world.job("a") }
            #expect(message == "A job named 'a' exists already. Choose another name.")
            await expectError(.nameTaken) { _ = try await Self.edit(second, name: "a", world) }
            #expect(try await Self.edit(second, name: "b", world).version == 2, "its own name is not taken")
            _ = try await world.store.deleteJob(first.id, at: World.start)
            let again = try await world.job("a")
            #expect(again.id > second.id, "a deleted job's number is not given away")
        }
    }

    static func edit(_ job: Job, name: String, expected: Int64? = nil, _ world: World) async throws -> Job {
        try await world.store.updateJob(
            job.id,
            definition: World.definition(name),
            isEnabled: false,
            nextFire: nil,
            expectedVersion: expected,
            at: World.start + 1
        )
    }

    @Test("What a job said before is kept, with whose it was", arguments: StoreKind.allCases)
    func oldVersions(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let job = try await world.job("a")
            _ = try await Self.edit(job, name: "b", world)
            let page = try await world.store.versions(of: job.uid, in: .all, page: PageRequest(size: 1))
            #expect(page.total == 2 && page.items.map(\.number) == [2])
            let first = try #require(try await world.store.version(1, of: job.uid))
            #expect(first.definition == job.definition && first.isEnabled && first.createdBy == "ada")
            let second = try #require(page.items.first)
            #expect(second.definition?.name == "b" && !second.isEnabled && second.createdAt == World.start + 1)
            #expect(try await world.store.version(3, of: job.uid) == nil)
            let other = try await world.job("c")
            #expect(try await world.store.version(2, of: other.uid) == nil)
        }
    }

    @Test("Versions are of those whose groups they were bound to, also in the total", arguments: StoreKind.allCases)
    func scopedVersions(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let job = try await world.job("a")
            var groups: [GroupID] = []
            for name in ["red", "blue"] {
                let group = try await world.store.createGroup(name: name, description: "", tags: [], at: World.start)
                groups.append(group.id)
                _ = try await world.store.updateJob(
                    job.id,
                    definition: World.definition("a", groups: [group.id]),
                    isEnabled: false,
                    nextFire: nil,
                    expectedVersion: nil,
                    at: World.start + 1
                )
            }
            for (scope, expected) in [
                (Scope.all, [3, 2, 1]), (.groups([groups[0]]), [2]), (.groups(Set(groups)), [3, 2]),
                (.groups([42]), []),
            ] as [(Scope, [Int64])] {
                let page = try await world.store.versions(of: job.uid, in: scope, page: PageRequest(size: 1))
                #expect(page.total == expected.count && page.items.map(\.number) == Array(expected.prefix(1)))
            }
        }
    }

    @Test(
        "A change makes a new version, and is refused on top of one its author did not see",
        arguments: StoreKind.allCases
    )
    func versions(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let job = try await world.job("a")
            let edited = try await Self.edit(job, name: "b", expected: 1, world)
            #expect(edited.version == 2 && !edited.isEnabled && edited.nextFire == nil)
            #expect(edited.uid == job.uid && edited.createdAt == job.createdAt && edited.updatedAt == World.start + 1)
            #expect(try await world.store.job(job.id) == edited)
            let message = await expectError(.conflict) { _ = try await Self.edit(job, name: "c", expected: 1, world) }
            #expect(message.contains("'b'") && message.contains("version 2") && message.contains("version 1"))
            await expectError(.notFound) {
                _ = try await world.store.updateJob(
                    99,
                    definition: World.definition("x"),
                    isEnabled: true,
                    nextFire: nil,
                    expectedVersion: nil,
                    at: World.start
                )
            }
        }
    }

    @Test("A job can only be bound to groups that exist", arguments: StoreKind.allCases)
    func groupsExist(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            await expectError(.notFound) { _ = try await world.job("a", groups: [1, 42]) }
            let jobs = try await world.store.allJobs()
            #expect(jobs.isEmpty)
        }
    }

    @Test(
        "Deleting a job keeps its history and gives up its pending executions, provisionally",
        arguments: StoreKind.allCases
    )
    func deleting(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            let other = try await world.job("other")
            try await world.apply([World.report(1, job, on: agent, .success)], of: agent)
            _ = try await world.fire(job, online: [agent])
            _ = try await world.fire(job, at: World.start + 1, online: [agent])
            _ = try await world.fire(other, online: [agent])
            let before = try await world.store.configVersion()
            #expect(try await world.store.deleteJob(job.id, at: World.start + 2).uid == job.uid)
            #expect(try await world.store.configVersion() == before + 1)
            #expect(try await world.store.job(job.id) == nil)
            let history = try await world.store.executions(ExecutionQuery(job: job.id)).items
            #expect(history.map(\.status) == [.skipped, .success] && history[0].reason == .disabled)
            #expect(history[0].isProvisional)
            #expect(try await world.store.pendingOrders(of: agent).map(\.job.uid) == [other.uid])
            let late = World.report(2, job, on: agent, at: World.start + 1, .success)
            try await world.apply([late], of: agent)
            #expect(try await world.execution(late.executionID).status == .success)
            #expect(try await world.statistics(job).counts == [.success: 2])
            await expectError(.notFound) { _ = try await world.store.deleteJob(job.id, at: World.start) }
        }
    }

    @Test(
        "Lists filter by state, group and keyword, sort, and page without repeating or leaving out",
        arguments: StoreKind.allCases
    )
    func lists(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let group = try await world.store.createGroup(name: "web", description: "", tags: [], at: World.start)
            for index in 0..<25 as Range<Int64> {
                _ = try await world.job(
                    "job-\(24 - index)",
                    groups: index.isMultiple(of: 5) ? [group.id] : [Group.everyone],
                    isEnabled: index != 3,
                    nextFire: index == 3 ? nil : World.start + (index % 4)
                )
            }
            for sort in JobQuery.Sort.allCases {
                for isDescending in [false, true] {
                    var seen: [JobID] = []
                    for number in 1...3 {
                        let query = JobQuery(
                            page: PageRequest(number: number, size: 10),
                            sort: sort,
                            isDescending: isDescending
                        )
                        let page = try await world.store.jobs(query)
                        #expect(page.total == 25 && page.isTotalExact)
                        seen += page.items.map(\.id)
                    }
                    #expect(seen.count == 25 && Set(seen).count == 25, "\(sort)")
                }
            }
            let byFire = try await world.store.jobs(JobQuery(page: PageRequest(size: 30), sort: .nextFire)).items
            #expect(byFire.last?.nextFire == nil && byFire.first?.nextFire == World.start)
            #expect(try await world.store.jobs(JobQuery(isEnabled: false)).items.map(\.definition.name) == ["job-21"])
            #expect(try await world.store.jobs(JobQuery(group: group.id)).total == 5)
            #expect(
                try await world.store.jobs(JobQuery(keyword: "JOB-2")).total == 6,
                "2 and 20 to 24; case is nothing"
            )
        }
    }

    @Test(
        "A keyword is text, not a pattern, and is looked for in name, description and payload",
        arguments: StoreKind.allCases
    )
    func keywords(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            let definitions = [
                World.definition("100% sure"), World.definition("b", description: "under_score"),
                World.definition("c", command: "echo \"a\\b\""), World.definition("备份", command: "line 1\nline 2"),
            ]
            for definition in definitions {
                _ = try await store.createJob(
                    uid: JobUID(uuid: UUID()),
                    definition: definition,
                    isEnabled: true,
                    nextFire: nil,
                    by: "",
                    at: World.start
                )
            }
            let cases: [(String, [String])] = [
                ("0%", ["100% sure"]), ("%", ["100% sure"]), ("_", ["b"]), ("a\\b", ["c"]), ("\"a", ["c"]),
                ("备", ["备份"]),
                ("1\nline", ["备份"]), ("' OR 1=1", []),
            ]
            for (keyword, names) in cases {
                let found = try await store.jobs(JobQuery(keyword: keyword)).items.map(\.definition.name)
                #expect(found == names, "\(keyword)")
            }
        }
    }

    @Test("A job's last execution is the newest that is not still planned ahead", arguments: StoreKind.allCases)
    func lastExecutions(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.agent("a")
            let job = try await world.job()
            let idle = try await world.job("idle")
            let first = try await world.fired(job, at: World.start, on: agent)
            #expect(try await world.store.lastExecutions(of: [job.id, idle.id, 99]).isEmpty)
            _ = try await world.hello(agent)
            _ = try await world.apply([World.report(1, job, on: agent, .success)], of: agent)
            _ = try await world.fired(job, at: World.start + 1, on: agent)
            let last = try await world.store.lastExecutions(of: [job.id, idle.id, 99])
            #expect(last.mapValues(\.id) == [job.id: first.id])
        }
    }
}
