// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@Suite("Lists by what jobs are")
struct TraitTests {
    /// Six jobs of three kinds; some say in a script, a parameter or a label's value what others have as a label or are.
    private static func fill(_ world: World) async throws -> [String: Job] {
        var jobs: [String: Job] = [:]
        let http = Payload.http(HTTPPayload(url: "http://example.com"))
        let builtin = Payload.plugin(PluginPayload(name: "p", parameters: ["team": "db"]))
        let quoted = #"echo '"payload":{"http":{}}, "labels":{"team":"db"}'"#
        let cases: [(String, Payload, [String: String])] = [
            ("plain", .shell(ShellPayload(command: "true")), [:]),
            ("quoting", .shell(ShellPayload(command: quoted)), ["a": "team"]),
            ("db", .shell(ShellPayload(command: "true")), ["team": "db", "zone": "50%_n\\or\"th"]),
            ("web", http, ["team": "web", "zone": "50%xn\\or\"th"]),
            ("db-http", http, ["team": "db", "A/b.c": "ä"]),
            ("plugged", builtin, ["other": "DB"]),
        ]
        for (name, payload, labels) in cases {
            var definition = World.definition(name)
            definition.payload = payload
            definition.labels = labels
            jobs[name] = try await world.store.createJob(
                uid: JobUID(uuid: UUID()),
                definition: definition,
                isEnabled: true,
                nextFire: World.start,
                by: "ada",
                at: World.start
            )
        }
        return jobs
    }

    private static let questions: [(JobTraits, Set<String>)] = [
        (JobTraits(kinds: ["http"]), ["web", "db-http"]),
        (JobTraits(kinds: ["http", "plugin"]), ["web", "db-http", "plugged"]),
        (JobTraits(kinds: ["sql"]), []),
        (JobTraits(labels: [.init(name: "team", value: "db")]), ["db", "db-http"]),
        (JobTraits(labels: [.init(name: "team")]), ["db", "db-http", "web"]),
        (JobTraits(labels: [.init(name: "TEAM", value: "db")]), []),
        (JobTraits(labels: [.init(name: "other", value: "db")]), []),
        (JobTraits(labels: [.init(name: "zone", value: "50%_n\\or\"th")]), ["db"]),
        (JobTraits(labels: [.init(name: "A/b.c", value: "ä")]), ["db-http"]),
        (JobTraits(kinds: ["http"], labels: [.init(name: "team", value: "db")]), ["db-http"]),
        (JobTraits(labels: [.init(name: "team", value: "db"), .init(name: "zone")]), ["db"]),
    ]

    @Test(
        "Jobs are found by their kind and labels, and by nothing that only looks like it",
        arguments: StoreKind.allCases
    )
    func jobs(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            _ = try await Self.fill(world)
            for (traits, expected) in Self.questions {
                var query = JobQuery()
                query.traits = traits
                let page = try await world.store.jobs(query)
                #expect(Set(page.items.map(\.definition.name)) == expected, "\(traits)")
                #expect(page.total == expected.count)
            }
        }
    }

    @Test(
        "Executions and runs are found by what their job is and by what started them",
        arguments: StoreKind.allCases
    )
    func history(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let jobs = try await Self.fill(world)
            for job in jobs.values { _ = try await world.fire(job) }
            for name in ["db", "web"] {
                let job = try #require(jobs[name])
                _ = try await world.store.start(TriggerTests.trigger(job, uid: name), at: World.start + 5)
            }
            let all = try await world.store.executions(ExecutionQuery(page: PageRequest(size: 500))).items
            #expect(all.count == 8)
            let narrowed: [([RunType], String?, [ExecutionStatus])] = [
                ([], nil, []), ([.manual], nil, []), ([.schedule], "db", []), ([.manual, .retry], nil, [.pending]),
                ([.webhook], nil, []), ([], "db", [.success]), ([.schedule], nil, [.pending, .failure]),
            ]
            for (traits, expected) in Self.questions {
                for (types, keyword, statuses) in narrowed {
                    var query = ExecutionQuery(statuses: statuses, keyword: keyword)
                    (query.traits, query.types) = (traits, types)
                    let found = all.filter { execution in
                        expected.contains(execution.jobName)
                            && (types.isEmpty || types.contains { $0.executionKind == execution.kind })
                            && (keyword == nil || execution.jobName.contains("db"))
                            && (statuses.isEmpty || statuses.contains(execution.status))
                    }
                    let page = try await world.store.executions(query)
                    #expect(page.items == found && page.total == found.count, "\(query)")
                    guard statuses.isEmpty else { continue }
                    var runs = RunQuery()
                    (runs.traits, runs.types, runs.keyword) = (traits, types, keyword)
                    // Runs of one moment are in an order of their own.
                    let ids = try await world.store.runs(runs).items.map(\.run.id)
                    #expect(Set(ids) == Set(found.map(\.runID)) && ids == ids.sorted(by: >), "\(runs)")
                }
            }
            var byHost = ExecutionQuery(agent: agent)
            byHost.types = [.manual]
            #expect(try await world.store.executions(byHost).total == 2)
            byHost = ExecutionQuery(job: jobs["web"]?.id)
            byHost.traits = JobTraits(kinds: ["shell"])
            #expect(try await world.store.executions(byHost).items.isEmpty)
        }
    }

    @Test("Executions and runs are found by a group that their job is bound to now", arguments: StoreKind.allCases)
    func group(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let web = try await world.store.createGroup(name: "web", description: "", tags: [], at: World.start).id
            let empty = try await world.store.createGroup(name: "empty", description: "", tags: [], at: World.start).id
            let agent = try await world.connectedAgent("a", groups: [web])
            for job in [try await world.job("in", groups: [web]), try await world.job("out")] {
                _ = try await world.fired(job, on: agent)
            }
            for (group, names) in [(web, ["in"]), (Group.everyone, ["out"]), (empty, []), (99, [])] {
                var query = ExecutionQuery()
                query.traits = JobTraits(group: group)
                #expect(try await world.store.executions(query).items.map(\.jobName) == names)
                var runs = RunQuery()
                runs.traits = query.traits
                #expect(try await world.store.runs(runs).items.map(\.run.jobName) == names)
                // With what the job is, too.
                query.traits.kinds = ["http"]
                #expect(try await world.store.executions(query).total == 0)
            }
        }
    }
}
