// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowStore
import HTTPTypes
import Testing

@testable import FlowAPI

@Suite("Tasks that wait for others over REST")
struct DependencyTests {
    /// A task with nothing but its parents to start it.
    private static func body(_ name: String, _ changes: [String: JSON] = [:]) -> [String: JSON] {
        var body = taskBody(["name": .string(name)].merging(changes) { $1 })
        if changes["cron_expr"] == nil { body["cron_expr"] = nil }
        if changes["dependencies"] == nil, changes["task_dependencies"] == nil {
            body["schedule_type"] = .string("manual")
        }
        return body
    }

    private static func task(_ caller: Caller, _ name: String, _ changes: [String: JSON] = [:]) async throws -> Int64 {
        let made = try await caller.post("/tasks", Self.body(name, changes))
        #expect(made.status == 201, "\(made.text)")
        return try #require(made.data["id"]?.int)
    }

    private static func edge(_ task: Int64, _ more: [String: JSON] = [:]) -> JSON {
        more.merging(["task_id": .integer(task)]) { $1 }.json
    }

    private static func reader(_ server: TestServer) async throws -> DependencyReader {
        let reader = DependencyReader(
            store: server.store,
            gateway: server.gateway,
            bus: server.bus,
            clock: server.clock
        )
        // From here on.
        try await reader.catchUp()
        return reader
    }

    /// Runs a task by hand and lets its hosts say how it ended.
    private static func run(
        _ task: Int64,
        _ server: TestServer,
        _ caller: Caller,
        sequence: Int64,
        outputs: [String: String] = [:]
    ) async throws {
        let started = try await caller.post("/tasks/\(task)/trigger")
        let run = try #require(started.data["run_id"]?.text.flatMap { RunID($0) })
        for execution in try await server.store.executions(ExecutionQuery(run: run)).items {
            let report = Report(
                sequence: sequence,
                executionID: execution.id,
                runID: run,
                jobUID: execution.jobUID,
                jobID: task,
                jobName: execution.jobName,
                jobVersion: execution.jobVersion,
                kind: .manual,
                nominal: execution.nominal,
                status: .success,
                attempt: 1,
                startedAt: execution.nominal,
                finishedAt: execution.nominal,
                outputs: outputs
            )
            let batch = ReportBatch(agent: execution.agentID, incarnation: "one", reports: [report])
            _ = try await server.store.apply([batch], at: server.clock.now)
        }
    }

    private static func connect(_ server: TestServer) async throws {
        let agent = try await server.agent("host")
        let hello = Hello(
            agent: agent,
            incarnation: "one",
            bootID: "boot",
            lastSequence: 0,
            configVersion: 1,
            configDigest: "",
            floor: .distantPast,
            version: "1.0",
            hostname: "host",
            operatingSystem: "Linux",
            sentAt: 0,
            acknowledgedSequence: nil,
            outboxBase: nil
        )
        _ = try await server.store.openSession(hello, address: "192.0.2.1", at: TestServer.start)
    }

    @Test("S2's numbers mean success of all, and what a task waits for is given back as it came")
    func shown() async throws {
        try await TestServer.with { _, caller in
            let (one, two) = (try await Self.task(caller, "one"), try await Self.task(caller, "two"))
            let child = try await Self.task(
                caller,
                "child",
                ["task_dependencies": .array([.integer(two), .integer(one)])]
            )
            var task = try await caller.get("/tasks/\(child)").data
            #expect(task["dependencies"]?.items.map { $0["task_id"] } == [.integer(one), .integer(two)])
            #expect(task["dependencies"]?.items.first?["on"] == .string("success"))
            #expect(task["join"] == .string("all") && task["max_age_seconds"] == .integer(86_400))
            // Nothing else starts it, and one run waits while another is under way (D6).
            #expect(task["schedule_type"] == .string("manual") && task["overlap"] == .string("queue_one"))
            #expect(task["schedule_text"]?["en"] == .string("after 2 other tasks"))
            let edges: JSON = .array([
                Self.edge(one, ["on": .string("failure")]), Self.edge(two, ["hosts": ["ratio": JSON.number(0.8)].json]),
            ])
            let put = try await caller.put(
                "/tasks/\(child)/dependencies",
                ["dependencies": edges, "join": .string("any"), "max_age_seconds": .integer(3600)]
            )
            #expect(put.status == 200, "\(put.text)")
            task = try await caller.get("/tasks/\(child)").data
            #expect(
                task["dependencies"]?.items.map { $0["hosts"] } == [.string("any"), ["ratio": JSON.number(0.8)].json]
            )
            #expect(task["join"] == .string("any") && task["version"] == .integer(2))
            // A client that does not know of them keeps them; an empty list takes them away.
            _ = try await caller.put("/tasks/\(child)", Self.body("child", ["timeout": .integer(60)]))
            #expect(try await caller.get("/tasks/\(child)").data["dependencies"]?.items.count == 2)
            let dependents = try await caller.get("/tasks/\(one)/dependents").data
            #expect(dependents["items"]?.items.map { $0["task_id"] } == [.integer(child)])
            _ = try await caller.put("/tasks/\(child)/dependencies", ["dependencies": .array([])])
            #expect(try await caller.get("/tasks/\(child)").data["join"] == .null)
            let log = try await caller.get("/audit?action=job.update").data
            #expect(log["items"]?.items.count == 3)
        }
    }

    @Test(
        "What can't be meant, or is not there yet, is refused with its field",
        arguments: [
            ("dependencies[0].task_id", #"{"dependencies":[{"on":"success"}]}"#),
            ("dependencies[0].on", #"{"dependencies":[{"task_id":1,"on":"maybe"}]}"#),
            ("dependencies[0].hosts", #"{"dependencies":[{"task_id":1,"hosts":"most"}]}"#),
            ("dependencies[0].hosts.ratio", #"{"dependencies":[{"task_id":1,"hosts":{"ratio":1.5}}]}"#),
            ("dependencies[0].parameters", #"{"dependencies":[{"task_id":1,"parameters":{"a":1}}]}"#),
            ("dependencies[0].parameters.a b", #"{"dependencies":[{"task_id":1,"parameters":{"a b":"x"}}]}"#),
            ("dependencies[0].parameters.a", #"{"dependencies":[{"task_id":1,"parameters":{"a":"{{x}}"}}]}"#),
            ("dependencies[0].parameters.a", #"{"dependencies":[{"task_id":1,"parameters":{"a":"x","A":"y"}}]}"#),
            (
                "dependencies[0].parameters.missing_parents",
                #"{"dependencies":[{"task_id":1,"parameters":{"missing_parents":"x"}}]}"#
            ),
            ("dependencies[0].nonsense", #"{"dependencies":[{"task_id":1,"nonsense":1}]}"#),
            ("task_dependencies", #"{"dependencies":[],"task_dependencies":[1]}"#),
            ("join", #"{"dependencies":[{"task_id":1}],"join":"some"}"#),
            ("match", #"{"dependencies":[{"task_id":1}],"match":"data_time"}"#),
            ("match", #"{"dependencies":[{"task_id":1}],"match":"pair","join":"any"}"#),
            ("deadline.at", #"{"dependencies":[{"task_id":1}],"deadline":{"at":"8"}}"#),
            ("deadline.at", #"{"dependencies":[{"task_id":1}],"deadline":{}}"#),
            ("deadline.timezone", #"{"dependencies":[{"task_id":1}],"deadline":{"at":"08:00","timezone":"Moon"}}"#),
            ("deadline.after_seconds", #"{"dependencies":[{"task_id":1}],"deadline":{"after_seconds":1}}"#),
            (
                "deadline.on_deadline",
                #"{"dependencies":[{"task_id":1}],"deadline":{"at":"08:00","on_deadline":"shout"}}"#
            ),
            ("deadline", #"{"dependencies":[{"task_id":1}],"join":"any","deadline":{"at":"08:00"}}"#),
            ("dependency_mode", #"{"dependencies":[{"task_id":1}],"dependency_mode":"gate"}"#),
            ("dependencies", #"{}"#),
            ("dependencies", #"{"dependencies":[{"task_id":4711}]}"#),
            ("dependencies", #"{"dependencies":[{"task_id":1},{"task_id":1}]}"#),
            ("max_age_seconds", #"{"dependencies":[{"task_id":1}],"max_age_seconds":59}"#),
        ]
    )
    func faults(_ path: String, _ body: String) async throws {
        try await TestServer.with { _, caller in
            _ = try await Self.task(caller, "one")
            let child = try await Self.task(caller, "child")
            let answer = try await caller.call(.put, "/tasks/\(child)/dependencies", body: body)
            #expect(answer.status == 400 || answer.status == 422, "\(answer.text)")
            #expect(answer.faults.contains { $0.hasPrefix(path) }, "\(answer.faults)")
            #expect(try await caller.get("/tasks/\(child)").data["version"] == .integer(1))
        }
    }

    @Test("A task with a schedule too has to say what its parents do beside it (D14)")
    func mode() async throws {
        try await TestServer.with { _, caller in
            let one = try await Self.task(caller, "one")
            var body = Self.body(
                "child",
                ["cron_expr": .string("0 2 * * *"), "dependencies": .array([Self.edge(one)])]
            )
            let refused = try await caller.post("/tasks", body)
            #expect(refused.status == 422 && refused.faults.contains { $0.hasPrefix("dependency_mode") })
            body["dependency_mode"] = .string("start")
            let made = try await caller.post("/tasks", body)
            #expect(made.status == 201 && made.data["dependency_mode"] == .string("start"))
        }
    }

    @Test("Tasks that would wait for each other are refused with the path by name (D11)")
    func cycles() async throws {
        try await TestServer.with { _, caller in
            let one = try await Self.task(caller, "one")
            let two = try await Self.task(caller, "two", ["task_dependencies": .array([.integer(one)])])
            let answer = try await caller.put(
                "/tasks/\(one)/dependencies",
                ["task_dependencies": .array([.integer(two)])]
            )
            #expect(answer.status == 422)
            #expect(answer.text.contains("one → two → one"))
        }
    }

    @Test("Ends of parents start the child with orders, and what it waits for is told on the way")
    func starts() async throws {
        try await TestServer.with { server, caller in
            try await Self.connect(server)
            let (one, two) = (try await Self.task(caller, "one"), try await Self.task(caller, "two"))
            let child = try await Self.task(
                caller,
                "child",
                ["task_dependencies": .array([.integer(one), .integer(two)])]
            )
            let reader = try await Self.reader(server)
            try await Self.run(one, server, caller, sequence: 1)
            #expect(try await reader.catchUp().isEmpty)
            var state = try await caller.get("/tasks/\(child)/dependencies").data
            #expect(state["edges"]?.items.map { $0["state"] } == [.string("met"), .string("waiting")])
            #expect(state["met"] == .integer(1) && state["ready"] == .bool(true) && state["owner"] == .string("ada"))
            #expect(state["text"]?["en"] == .string("1 of 2 parents have come; waits for 'two'."))
            let why = try await caller.get("/tasks/\(child)/explain?at=2026-11-21T10:00:00Z").data
            #expect(why["dependencies"]?["met"] == .integer(1))
            try await Self.run(two, server, caller, sequence: 2)
            let started = try #require(try await reader.catchUp().first)
            let run = try await caller.get("/runs/\(started.run.id)").data
            #expect(run["type"] == .string("dependency") && run["source"] == .string("dep:one, two"))
            #expect(run["caller"] == .string("ada"))
            #expect(try await caller.get("/runs?type=dependency").data["total"] == .integer(1))
            let kinds = try await caller.get("/executions?run_id=\(started.run.id)").data["items"]?.items
            #expect(kinds?.map { $0["kind"] } == [.string("dep")])
            state = try await caller.get("/tasks/\(child)/dependencies").data
            #expect(state["met"] == .integer(0) && state["ready"] == .bool(false))
            #expect(
                state["marks"]?.items.map { $0["started_run_id"]?.text } == [
                    started.run.id.description, started.run.id.description,
                ]
            )
            // A reader of a server that was started again finds everything done.
            #expect(try await Self.reader(server).catchUp().isEmpty)
        }
    }

    @Test("A deadline starts a task without the parents that are missing, and tells which (D9)")
    func deadline() async throws {
        try await TestServer.with { server, caller in
            try await Self.connect(server)
            let (one, two) = (try await Self.task(caller, "one"), try await Self.task(caller, "two"))
            let child = try await Self.task(
                caller,
                "child",
                [
                    "task_dependencies": .array([.integer(one), .integer(two)]),
                    "deadline": ["at": JSON.string("11:00"), "on_deadline": .string("run")].json,
                ]
            )
            let reader = try await Self.reader(server)
            #expect(
                try await caller.get("/tasks/\(child)/dependencies").data["due"]?.text == "2026-11-21T11:00:00.000Z"
            )
            try await Self.run(one, server, caller, sequence: 1)
            try await reader.catchUp()
            try await reader.expire()
            #expect(try await caller.get("/runs?type=dependency").data["total"] == .integer(0))
            server.clock.set(TestServer.start.advanced(byMilliseconds: 3_600_000))
            try await reader.expire()
            let run = try #require(try await caller.get("/runs?type=dependency").data["items"]?.items.first)
            #expect(run["source"] == .string("dep:one"))
            let id = try #require(run["id"]?.text.flatMap { RunID($0) })
            #expect(try await server.store.parameters(of: id) == ["MISSING_PARENTS": "\(two)"])
            let state = try await caller.get("/tasks/\(child)/dependencies").data
            #expect(state["due"]?.text == "2026-11-22T11:00:00.000Z" && state["met"] == .integer(0))
        }
    }

    @Test("Who starts whom around a task, as far as is asked and as somebody may see it")
    func graph() async throws {
        try await TestServer.with { _, caller in
            let one = try await Self.task(caller, "one")
            let two = try await Self.task(caller, "two", ["task_dependencies": .array([.integer(one)])])
            let edge: JSON = ["task_id": JSON.integer(two), "on": .string("failure")].json
            let three = try await Self.task(caller, "three", ["dependencies": .array([edge])])
            let alone = try await Self.task(caller, "alone")
            let map = try await caller.get("/tasks/\(two)/graph").data
            #expect(map["nodes"]?.items.map { $0["name"] } == [.string("one"), .string("two"), .string("three")])
            #expect(map["edges"]?.items.map { $0["from"] } == [.integer(one), .integer(two)])
            #expect(map["edges"]?.items.map { $0["to"] } == [.integer(two), .integer(three)])
            #expect(map["edges"]?.items.map { $0["on"] } == [.string("success"), .string("failure")])
            #expect(map["hidden"] == .integer(0) && map["whole"] == .bool(true))
            let near = try await caller.get("/tasks/\(one)/graph?depth=1").data
            #expect(near["nodes"]?.items.count == 2)
            #expect(try await caller.get("/tasks/\(alone)/graph").data["nodes"]?.items.count == 1)
            #expect(try await caller.get("/tasks/\(one)/graph?depth=33").status == 400)
            #expect(try await caller.get("/tasks/4711/graph").status == 404)
        }
    }

    @Test("A deadline with an alarm tells rules which parents are missing, and the task goes on waiting (D9)")
    func alarm() async throws {
        try await TestServer.with { server, caller in
            try await Self.connect(server)
            let (one, two) = (try await Self.task(caller, "one"), try await Self.task(caller, "two"))
            let rule: JSON = [
                "name": JSON.string("late"), "triggers": .array([.string("parents_late")]),
                "channels": .array([
                    ["type": JSON.string("email"), "recipients": .array([.string("a@b.example")])].json
                ]),
            ].json
            let child = try await Self.task(
                caller,
                "child",
                [
                    "task_dependencies": .array([.integer(one), .integer(two)]), "task_notify": .array([rule]),
                    "deadline": ["at": JSON.string("11:00"), "on_deadline": .string("alarm")].json,
                ]
            )
            #expect(
                try await caller.get("/tasks/\(child)").data["deadline"]?["on_deadline"] == .string("alarm")
            )
            let reader = try await Self.reader(server)
            let evaluator = NotifyEvaluator(store: server.store, clock: server.clock)
            try await evaluator.catchUp()
            try await Self.run(one, server, caller, sequence: 1)
            try await reader.catchUp()
            server.clock.set(TestServer.start.advanced(byMilliseconds: 3_600_000))
            try await reader.expire()
            try await reader.expire()
            #expect(try await caller.get("/runs?type=dependency").data["total"] == .integer(0))
            try await evaluator.catchUp()
            server.clock.advance(seconds: 6)
            try await evaluator.catchUp()
            let texts = try await caller.get("/notify/deliveries").data["items"]?.items.compactMap { $0["text"]?.text }
            #expect(texts?.count == 1 && texts?.first?.contains("still waits for two; that was due by") == true)
            // What came is kept: when the other one comes at last, the task starts.
            let state = try await caller.get("/tasks/\(child)/dependencies").data
            #expect(state["due"]?.text == "2026-11-22T11:00:00.000Z" && state["met"] == .integer(1))
            try await Self.run(two, server, caller, sequence: 2)
            #expect(try await reader.catchUp().count == 1)
        }
    }

    @Test("What a parent hands on is a parameter of its child, of its type, or nothing starts (W12)")
    func handedOn() async throws {
        try await TestServer.with { server, caller in
            try await Self.connect(server)
            let one = try await Self.task(caller, "one")
            let declared: JSON = .array([
                ["name": JSON.string("rows"), "type": .string("integer"), "required": .bool(true)].json,
                ["name": JSON.string("day"), "type": .string("string"), "default": .string("today")].json,
            ])
            var body = Self.body("child", ["parameters": declared, "task_dependencies": .array([.integer(one)])])
            // Nobody says the required one; then the parent does.
            #expect(try await caller.post("/tasks", body).faults == ["parameters[0].required"])
            body["task_dependencies"] = nil
            func edge(_ parameters: [String: JSON]) -> JSON {
                .array([["task_id": JSON.integer(one), "parameters": parameters.json].json])
            }
            body["dependencies"] = edge(["rows": .string("row_count"), "nobody": .string("x")])
            #expect(try await caller.post("/tasks", body).faults == ["dependencies[0].parameters.nobody"])
            body["dependencies"] = edge(["rows": .string("row_count"), "day": .string("day")])
            let made = try await caller.post("/tasks", body)
            let child = try #require(made.data["id"]?.int, "\(made.text)")
            #expect(made.data["dependencies"]?.items.first?["parameters"]?["rows"] == .string("row_count"))
            let shown = try await caller.get("/tasks/\(child)/dependencies").data["edges"]?.items.first
            #expect(shown?["parameters"]?["day"] == .string("day"))
            let reader = try await Self.reader(server)
            try await Self.run(one, server, caller, sequence: 1, outputs: ["row_count": "42", "other": "x"])
            let started = try #require(try await reader.catchUp().first)
            #expect(try await server.store.parameters(of: started.run.id) == ["rows": "42"])
            #expect(started.executions.map(\.status) == [.pending])
            for (sequence, outputs) in [(Int64(2), ["row_count": "many"]), (3, [:])] {
                try await Self.run(one, server, caller, sequence: sequence, outputs: outputs)
                let refused = try #require(try await reader.catchUp().first)
                #expect(refused.executions.map(\.status) == [.skipped], "\(outputs)")
                #expect(refused.executions.map(\.reason) == [.policyDenied] && refused.orders.isEmpty)
                #expect(refused.executions.first?.detail?.contains("'row_count'") == true)
            }
        }
    }

    @Test("What has come can be started for, or forgotten, by whoever may run the task")
    func byHand() async throws {
        try await TestServer.with { server, caller in
            try await Self.connect(server)
            let (one, two) = (try await Self.task(caller, "one"), try await Self.task(caller, "two"))
            let child = try await Self.task(
                caller,
                "child",
                ["task_dependencies": .array([.integer(one), .integer(two)])]
            )
            let reader = try await Self.reader(server)
            #expect(try await caller.post("/tasks/\(child)/dependencies/start").status == 409)
            #expect(try await caller.post("/tasks/\(one)/dependencies/reset").status == 409)
            try await Self.run(one, server, caller, sequence: 1)
            try await reader.catchUp()
            let started = try await caller.post("/tasks/\(child)/dependencies/start")
            #expect(started.status == 201 && started.data["executions"]?.items.count == 1)
            #expect(try await caller.post("/tasks/\(child)/dependencies/start").status == 409)
            try await Self.run(one, server, caller, sequence: 2)
            try await reader.catchUp()
            let reset = try await caller.post("/tasks/\(child)/dependencies/reset")
            #expect(reset.data["edges"]?.items.map { $0["state"] } == [.string("waiting"), .string("waiting")])
            try await Self.run(two, server, caller, sequence: 3)
            #expect(try await reader.catchUp().isEmpty)
            let log = try await caller.get("/audit?action=job.dependencies_reset").data
            #expect(log["items"]?.items.count == 1)
            let viewer = try await caller.signedIn("vera")
            for path in ["start", "reset"] {
                #expect(try await viewer.post("/tasks/\(child)/dependencies/\(path)").status == 403)
            }
        }
    }

    @Test("A task that starts others is deleted only when it may be taken out of what they wait for (D8)")
    func deleting() async throws {
        try await TestServer.with { _, caller in
            let one = try await Self.task(caller, "one")
            let child = try await Self.task(caller, "child", ["task_dependencies": .array([.integer(one)])])
            let refused = try await caller.delete("/tasks/\(one)")
            #expect(refused.status == 409 && refused.text.contains("'child' (task \(child))"))
            #expect(try await caller.delete("/tasks/\(one)?detach=perhaps").status == 400)
            #expect(try await caller.delete("/tasks/\(one)?detach=true").status == 200)
            let task = try await caller.get("/tasks/\(child)").data
            #expect(task["dependencies"]?.items.isEmpty == true && task["version"] == .integer(2))
        }
    }

    @Test("Who may not see a parent can't wait for it, is not told its name, and can still edit the rest")
    func scopes() async throws {
        try await TestServer.with { server, admin in
            for name in ["red", "blue"] { _ = try await admin.post("/groups", ["name": .string(name)]) }
            _ = try await server.store.createUser(
                username: "dora",
                passwordHash: try await ScryptPasswordHasher(logRounds: 4).hash(TestServer.password),
                grants: [Grant(role: .developer, scope: .groups([2]))],
                mustChangePassword: false,
                by: .system(at: TestServer.start)
            )
            let dora = try await admin.signedIn("dora")
            let blue = try await Self.task(admin, "blue", ["group_ids": .array([.integer(3)])])
            let red = try await Self.task(dora, "red", ["group_ids": .array([.integer(2)])])
            let body: [String: JSON] = ["task_dependencies": .array([.integer(blue)])]
            let refused = try await dora.put("/tasks/\(red)/dependencies", body)
            #expect(refused.status == 422 && refused.text.contains("there is no task \(blue) that you may see"))
            #expect(try await admin.put("/tasks/\(red)/dependencies", body).status == 200)
            let shown = try await dora.get("/tasks/\(red)/dependencies").data
            #expect(shown["edges"]?.items.map { $0["name"] } == [.null])
            let kept = try await dora.put("/tasks/\(red)/dependencies", body.merging(["join": .string("any")]) { $1 })
            #expect(kept.status == 200 && kept.data["owner"] == .string("dora"))
            let refusal = try await admin.signedIn("dora").delete("/tasks/\(blue)")
            #expect(refusal.status == 404)
        }
    }
}
