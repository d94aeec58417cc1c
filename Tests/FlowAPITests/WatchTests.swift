// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowNotify
import FlowScheduler
import FlowSchedulerCore
import FlowStore
import Testing

@testable import FlowAPI

@Suite("Rules that watch time and room over REST")
struct WatchTests {
    private static func rule(_ triggers: [String], _ watch: String?) throws -> JSON {
        let names = triggers.map { "\"\($0)\"" }.joined(separator: ",")
        let text = """
            {"name": "late", "triggers": [\(names)], "channels": [{"type": "email", "recipients": ["a@example.com"]}]\
            \(watch.map { ", \"watch\": \($0)" } ?? "")}
            """
        return try JSONParser.parse(Array(text.utf8))
    }

    private static func watcher(_ server: TestServer, _ condition: HostCondition? = nil) -> NotifyWatcher {
        NotifyWatcher(
            store: server.store,
            clock: server.clock,
            presences: {
                guard let condition, let agent = AgentID("web1") else { return [:] }
                var presence = AgentPresence(
                    connectedAt: .distantPast,
                    lastHeartbeat: .distantPast,
                    configVersion: 1,
                    address: "192.0.2.1"
                )
                presence.condition = condition
                return [agent: presence]
            },
            server: { WatchedHost(agent: nil, name: "server") },
            // Everything that is open is read, however many pages that takes.
            page: 1
        )
    }

    @Test("What a trigger needs is asked for, out of its limits refused, and what no trigger looks at too")
    func faults() async throws {
        try await TestServer.with { _, caller in
            let cases: [([String], String?, String)] = [
                (["did_not_run_by"], nil, "watch.by"), (["not_finished_by"], "{}", "watch.by"),
                (["did_not_run_by"], #"{"by": "24:00"}"#, "watch.by"),
                (["did_not_run_by"], #"{"by": "08:00", "timezone": "Mars"}"#, "watch.timezone"),
                (["did_not_run_by"], #"{"by": "08:00", "days": [7]}"#, "watch.days"),
                (["running_longer_than"], nil, "watch.running_seconds"),
                (["running_longer_than"], #"{"running_seconds": 59}"#, "watch.running_seconds"),
                (["running_longer_than"], #"{"running_factor": 1}"#, "watch.running_factor"),
                (["running_longer_than"], #"{"running_factor": "x"}"#, "watch.running_factor"),
                (["queue_waiting"], #"{"queue_seconds": 2592001}"#, "watch.queue_seconds"),
                (["timeout"], #"{"queue_seconds": 60}"#, "watch.queue_seconds"),
                (["timeout"], #"{"nonsense": 60}"#, "watch.nonsense"), (["disk_low"], nil, "triggers"),
            ]
            for (triggers, watch, path) in cases {
                let rule = try Self.rule(triggers, watch)
                let answer = try await caller.post("/tasks", taskBody(["task_notify": .array([rule])]))
                #expect(answer.status >= 400 && answer.status < 500, "\(triggers) \(watch ?? "")")
                #expect(answer.faults.contains("task_notify[0].\(path)"), "\(path) in \(answer.faults)")
            }
            for (triggers, watch, path) in [
                (["certificate_ending"], nil, "watch.certificate_days"),
                (["certificate_ending"], #"{"certificate_days": 0}"#, "watch.certificate_days"),
                (["disk_low"], #"{"disk_percent": 100}"#, "watch.disk_percent"),
                (["disk_low"], #"{"disk_bytes": 1}"#, "watch.disk_bytes"),
            ] as [([String], String?, String)] {
                guard case .object(let members) = try Self.rule(triggers, watch) else { return }
                let body = Dictionary(members.map { ($0.name.text, $0.value) }, uniquingKeysWith: { $1 })
                let answer = try await caller.post("/notify/rules", body)
                #expect(answer.faults.contains(path), "\(path) in \(answer.text)")
            }
            #expect(try await caller.get("/tasks").data["total"] == .integer(0))
            // A field without a value is one that is not there.
            let empty = try Self.rule(["running_longer_than"], #"{"running_seconds": 60, "by": null, "since": null}"#)
            let taken = try await caller.post("/tasks", taskBody(["task_notify": .array([empty])]))
            #expect(taken.status == 201, "\(taken.text)")
        }
    }

    @Test("A task that runs too long is told of once, over restarts and by two servers, and recovers when it ends")
    func running() async throws {
        try await TestServer.with { server, caller in
            _ = try await server.agent("web1")
            let watch = """
                {"by": "08:00", "since": "22:00", "timezone": "Asia/Shanghai", "days": [1, 2], "running_seconds": 600,
                "running_factor": 2.5}
                """
            let rule = try Self.rule(["did_not_run_by", "running_longer_than", "recovered"], watch)
            let made = try await caller.post("/tasks", taskBody(["task_notify": .array([rule])]))
            #expect(made.status == 201, "\(made.text)")
            let task = try #require(made.data["id"]?.int)
            let shown = try await caller.get("/tasks/\(task)").data["task_notify"]?.items.first
            #expect(shown?["watch"]?["by"] == .string("08:00") && shown?["watch"]?["since"] == .string("22:00"))
            #expect(shown?["watch"]?["running_seconds"] == .integer(600))
            #expect(shown?["watch"]?["running_factor"] == .number(2.5))
            // What was shown is taken again.
            let again = try await caller.put("/tasks/\(task)", taskBody(["task_notify": .array([try #require(shown)])]))
            #expect(again.status == 200, "\(again.text)")
            let evaluator = NotifyEvaluator(store: server.store, clock: server.clock)
            try await evaluator.catchUp()
            let started = try await caller.post("/tasks/\(task)/trigger").data["execution_id"]?.text
            let id = try #require(started.flatMap { ExecutionID($0) })
            let execution = try #require(try await server.store.execution(id))
            try await server.report(execution, sequence: 1, status: .running)
            // It is not the oldest that runs.
            let other = try await caller.post("/tasks", taskBody(["name": .string("other")])).data["id"]?.int ?? 0
            server.clock.advance(seconds: -1)
            let first = try await caller.post("/tasks/\(other)/trigger").data["execution_id"]?.text
            server.clock.advance(seconds: 1)
            if let id = first.flatMap({ ExecutionID($0) }), let older = try await server.store.execution(id) {
                try await server.report(older, sequence: 2, status: .running)
            }
            func round() async throws {
                try await evaluator.catchUp()
                try await Self.watcher(server).look()
                try await Self.watcher(server).look()
                server.clock.advance(seconds: 6)
                try await evaluator.catchUp()
            }
            func subjects() async throws -> [String] {
                let items = try await caller.get("/notify/deliveries").data["items"]?.items ?? []
                return items.compactMap { $0["subject"]?.text }
            }
            try await round()
            #expect(try await subjects().isEmpty)
            server.clock.advance(seconds: 600)
            try await round()
            try await round()
            let told = try await subjects()
            #expect(told.count == 1 && told[0].hasSuffix(": running longer than"), "\(told)")
            let incident = try await caller.get("/notify/incidents").data["items"]?.items.first
            #expect(incident?["trigger"] == .string("running_longer_than"))
            try await server.report(execution, sequence: 3, status: .success)
            try await round()
            let ended = try await subjects()
            #expect(ended.count == 2 && ended[0].hasPrefix("Recovered: "), "\(ended)")
        }
    }

    @Test("A host's disk and clock come with its heartbeat, and a rule on everything tells of them")
    func disk() async throws {
        try await TestServer.with { server, caller in
            _ = try await server.agent("web1")
            guard case .object(let members) = try Self.rule(["disk_low", "clock_suspect"], #"{"disk_percent": 10}"#)
            else { return }
            let body = Dictionary(members.map { ($0.name.text, $0.value) }, uniquingKeysWith: { $1 })
            let made = try await caller.post("/notify/rules", body)
            #expect(made.status == 201, "\(made.text)")
            let evaluator = NotifyEvaluator(store: server.store, clock: server.clock)
            try await evaluator.catchUp()
            let low = HostCondition(disk: DiskSpace(free: 3 << 30, total: 100 << 30), clockError: 5_000_000)
            try await Self.watcher(server).look()
            try await Self.watcher(server, low).look()
            server.clock.advance(seconds: 6)
            try await evaluator.catchUp()
            let texts = (try await caller.get("/notify/deliveries").data["items"]?.items ?? []).compactMap {
                $0["text"]?.text
            }
            #expect(texts.count == 2 && texts.contains { $0.contains("3 % free, 3072 MiB") }, "\(texts)")
            #expect(texts.contains { $0.contains("the clock is off by 5 s") && $0.contains("Hosts: web1") }, "\(texts)")
        }
    }

    @Test("A rule by itself with a deadline looks at every task that it is about, at its time")
    func deadline() async throws {
        try await TestServer.with { server, caller in
            let agent = try await server.agent("web1")
            _ = agent
            var ids: [Int64] = []
            for number in 0..<3 {
                let made = try await caller.post("/tasks", taskBody(["name": .string("t\(number)")]))
                ids.append(try #require(made.data["id"]?.int))
            }
            let now = server.clock.now.rfc3339()
            let hour = (try #require(Int(now.dropFirst(11).prefix(2))) + 1) % 24
            let by = (hour < 10 ? "0" : "") + "\(hour):00"
            guard case .object(let members) = try Self.rule(["did_not_run_by"], "{\"by\": \"\(by)\"}") else { return }
            var body = Dictionary(members.map { ($0.name.text, $0.value) }, uniquingKeysWith: { $1 })
            body["group_by"] = .string("rule")
            #expect(try await caller.post("/notify/rules", body).status == 201)
            let evaluator = NotifyEvaluator(store: server.store, clock: server.clock)
            try await evaluator.catchUp()
            try await Self.watcher(server).look()
            let started = try await caller.post("/tasks/\(ids[1])/trigger").data["execution_id"]?.text
            let id = try #require(started.flatMap { ExecutionID($0) })
            let execution = try #require(try await server.store.execution(id))
            try await server.report(execution, sequence: 1, status: .running)
            server.clock.advance(seconds: 3610)
            try await Self.watcher(server).look()
            server.clock.advance(seconds: 6)
            try await evaluator.catchUp()
            let incidents = try await caller.get("/notify/incidents").data["items"]?.items ?? []
            #expect(incidents.count == 1 && incidents.first?["count"] == .integer(2), "\(incidents)")
            #expect(try await caller.get("/notify/deliveries").data["total"] == .integer(1))
        }
    }

    @Test("Of many open executions a bounded number is read and held; what was not looked at is not taken for ended")
    func bounds() async throws {
        try await TestServer.with { server, caller in
            let rule = try Self.rule(["queue_waiting"], #"{"queue_seconds": 60}"#)
            var tasks: [Int64] = []
            for (number, rules) in [[], [rule], [rule], [rule]].enumerated() {
                let body = taskBody(["name": .string("t\(number)"), "task_notify": .array(rules)])
                tasks.append(try #require(try await caller.post("/tasks", body).data["id"]?.int))
            }
            _ = try await server.agent("web1")
            let evaluator = NotifyEvaluator(store: server.store, clock: server.clock)
            try await evaluator.catchUp()
            for task in tasks {
                _ = try await caller.post("/tasks/\(task)/trigger")
                server.clock.advance(seconds: 1)
            }
            server.clock.advance(seconds: 120)
            func told(limit: Int, readLimit: Int) async throws -> Int {
                let watcher = NotifyWatcher(
                    store: server.store,
                    clock: server.clock,
                    presences: { [:] },
                    server: { WatchedHost(agent: nil, name: "server") },
                    page: 1,
                    limit: limit,
                    readLimit: readLimit
                )
                try await watcher.look()
                return try await server.store.notifyWatchMarks().count
            }
            // The first one is nobody's, and costs a read.
            #expect(try await told(limit: 10, readLimit: 2) == 1)
            #expect(try await told(limit: 2, readLimit: 10) == 2)
            #expect(try await told(limit: 1, readLimit: 1) == 2, "the others may be there still")
            #expect(try await told(limit: 3, readLimit: 10) == 3)
        }
    }
}
