// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowStore
import HTTPTypes
import Testing

@testable import FlowAPI

@Suite("Tasks are looked at before they are saved (docs/task-files.md)")
struct TaskFileTests {
    private static func check(_ caller: Caller, _ items: [[String: JSON]]) async throws -> Caller.Answer {
        try await caller.post("/task-files/check", ["tasks": .array(items.map(\.json))])
    }

    private static func item(_ name: String, parents: [Int64] = [], _ more: [String: JSON] = [:]) -> [String: JSON] {
        var body = taskBody(["name": .string(name)].merging(more) { $1 })
        if !parents.isEmpty {
            body["cron_expr"] = nil
            body["dependencies"] = .array(parents.map { ["task_id": JSON.integer($0)].json })
        }
        return ["task": body.json]
    }

    private static func faults(_ answer: Caller.Answer, _ index: Int) -> [String] {
        (answer.data["items"]?.items.dropFirst(index).first?["faults"]?.items ?? []).compactMap { $0["code"]?.text }
    }

    @Test("What a task would become is said, and nothing is stored")
    func nothingIsStored() async throws {
        try await TestServer.with { server, caller in
            let answer = try await Self.check(caller, [Self.item("new")])
            #expect(answer.status == 200, "\(answer.text)")
            let task = answer.data["items"]?.items.first?["task"]
            #expect(task?["timeout"] == .integer(300) && task?["overlap"]?.text == "skip")
            #expect(try await caller.get("/tasks").data["total"] == .integer(0))
            #expect(server.observer.changed.isEmpty && server.gateway.record.configurationChanges == 0)
        }
    }

    @Test("Each fault is said at its own task, and those of one don't hide those of another")
    func faults() async throws {
        try await TestServer.with { _, caller in
            let items = [
                Self.item("a", ["timeout": .integer(1)]), Self.item("b", ["group_ids": .array([.integer(77)])]),
                Self.item("c", ["retry_cuont": .integer(1)]), Self.item("d"),
                Self.item(
                    "e",
                    ["executor_config": ["command": .string("x"), "env": ["A": JSON.string("secret:NO")].json].json]
                ),
                ["id": .integer(99), "task": taskBody().json],
            ]
            let answer = try await Self.check(caller, items)
            #expect(Self.faults(answer, 0) == ["range"])
            #expect(Self.faults(answer, 1) == ["not_found"])
            #expect(Self.faults(answer, 2) == ["unknown_field"])
            #expect(Self.faults(answer, 3).isEmpty)
            #expect(Self.faults(answer, 4) == ["secret"])
            #expect(Self.faults(answer, 5) == ["not_found"])
        }
    }

    @Test("Triggers by files are looked at with their task, and each fault has its place")
    func fileTriggers() async throws {
        try await TestServer.with { _, caller in
            func item(_ triggers: [[String: JSON]], _ more: [String: JSON] = [:]) -> [String: JSON] {
                Self.item("load", more).merging(["file_triggers": .array(triggers.map(\.json))]) { $1 }
            }
            let good: [String: JSON] = ["name": .string("in"), "file": ["path": JSON.string("/srv/in/*.csv")].json]
            let bad: [String: JSON] = ["name": .string("in"), "file": ["path": JSON.string("in.csv")].json]
            let secret = good.merging(["secret": .string("0123456789abcdef")]) { $1 }
            let answer = try await Self.check(
                caller,
                [
                    item([good]), item([bad]), item([good, good]), item([secret]),
                    item([good], ["placement": ["kind": JSON.string("one_of")].json]),
                    item([bad], ["timeout": .integer(1)]),
                ]
            )
            #expect(answer.status == 200, "\(answer.text)")
            let shown = answer.data["items"]?.items.first?["file_triggers"]?.items.first
            #expect(shown?["file"]?["settle_seconds"] == .integer(5) && shown?["enabled"] == .bool(true))
            func paths(_ index: Int) -> [String] {
                (answer.data["items"]?.items.dropFirst(index).first?["faults"]?.items ?? []).compactMap {
                    $0["path"]?.text
                }
            }
            #expect(paths(0).isEmpty && paths(1) == ["file_triggers[0].file.path"])
            #expect(paths(2) == ["file_triggers[1].name"] && paths(3) == ["file_triggers[0].secret"])
            #expect(paths(4) == ["file_triggers[0].format"])
            #expect(paths(5) == ["timeout", "file_triggers[0].file.path"])
        }
    }

    @Test("New tasks that wait for each other are looked at together: circles are found, and new parents are known")
    func together() async throws {
        try await TestServer.with { _, caller in
            let chain = try await Self.check(caller, [Self.item("last", parents: [-2]), Self.item("first")])
            #expect(Self.faults(chain, 0).isEmpty && Self.faults(chain, 1).isEmpty, "\(chain.text)")
            let last = chain.data["items"]?.items.first?["task"]
            #expect(last?["schedule_type"]?.text == "manual" && last?["overlap"]?.text == "queue_one")
            #expect(last?["dependencies"]?.items.first?["task_id"] == .integer(-2))
            let circle = try await Self.check(
                caller,
                [Self.item("a", parents: [-2]), Self.item("b", parents: [-1]), Self.item("c", parents: [-9])]
            )
            #expect(Self.faults(circle, 0) == ["cycle"] && Self.faults(circle, 1) == ["cycle"])
            #expect(circle.text.contains("a → b → a") || circle.text.contains("b → a → b"), "\(circle.text)")
            #expect(Self.faults(circle, 2) == ["not_found"])
        }
    }

    @Test("Tasks whose order is turned round are no circle: the edges count as they will be")
    func turned() async throws {
        try await TestServer.with { _, caller in
            let first = try await caller.post("/tasks", Self.body(Self.item("first"))).data["id"]?.int ?? 0
            let second =
                try await caller.post("/tasks", Self.body(Self.item("second", parents: [first]))).data["id"]?.int ?? 0
            var turned = [Self.item("first", parents: [second]), Self.item("second", ["dependencies": .array([])])]
            turned[0]["id"] = .integer(first)
            turned[1]["id"] = .integer(second)
            let answer = try await Self.check(caller, turned)
            #expect(Self.faults(answer, 0).isEmpty && Self.faults(answer, 1).isEmpty, "\(answer.text)")
            // One alone would be.
            let alone = try await Self.check(caller, [turned[0]])
            #expect(Self.faults(alone, 0) == ["cycle"])
        }
    }

    private static func body(_ item: [String: JSON]) -> [String: JSON] {
        guard case .object(let members)? = item["task"] else { return [:] }
        return Dictionary(members.map { ($0.name.text, $0.value) }) { first, _ in first }
    }

    @Test("Numbers that stand for tasks of a check are nobody's elsewhere")
    func numbersElsewhere() async throws {
        try await TestServer.with { _, caller in
            let made = try await caller.post("/tasks", Self.body(Self.item("a", parents: [-1])))
            #expect(made.status == 422 && made.faultCodes == ["not_found"], "\(made.text)")
        }
    }

    @Test("Rights are those of saving: own groups alone, foreign tasks are not there")
    func rights() async throws {
        try await TestServer.with { server, admin in
            for name in ["red", "blue"] { _ = try await admin.post("/groups", ["name": .string(name)]) }
            let blue =
                try await admin.post("/tasks", taskBody(["group_ids": .array([.integer(3)])])).data["id"] ?? .null
            _ = try await server.store.createUser(
                username: "dora",
                passwordHash: try await ScryptPasswordHasher(logRounds: 4).hash(TestServer.password),
                grants: [Grant(role: .developer, scope: .groups([2])), Grant(role: .viewer, scope: .groups([3]))],
                mustChangePassword: false,
                by: .system(at: TestServer.start)
            )
            let dora = try await admin.signedIn("dora")
            let own = ["group_ids": JSON.array([.integer(2)])]
            let items = [
                Self.item("mine", own), Self.item("theirs", ["group_ids": .array([.integer(3)])]),
                Self.item("taken", own).merging(["id": blue]) { $1 },
            ]
            let answer = try await Self.check(dora, items)
            #expect(Self.faults(answer, 0).isEmpty)
            #expect(
                Self.faults(answer, 1) == ["forbidden"] && Self.faults(answer, 2) == ["forbidden"],
                "\(answer.text)"
            )
        }
    }

    @Test("More than a request may have is refused")
    func tooMany() async throws {
        try await TestServer.with { _, caller in
            let items = (0...TaskRoutes.checkLimit).map { _ in ["task": JSON.null] }
            let answer = try await caller.post("/task-files/check", ["tasks": .array(items.map(\.json))])
            #expect(answer.faultCodes.contains("too_many"))
        }
    }

    // MARK: Every field

    /// A value for each field that tasks have, other than its default: a new field has to be added here.
    private static let samples: [String: JSON] = [
        "name": .string("all fields"), "description": .string("d"), "executor_type": .integer(1),
        "executor_config": .object([
            .init("command", "a\n\tb\n"), .init("interpreter", "/bin/bash"), .init("interpreter_args", ["-e", "-c"]),
            .init("work_dir", "/tmp"), .init("scratch_dir", false), .init("leave_processes", true),
            .init("success_codes", [0, 3].map { Int64($0) }), .init("umask", "027"), .init("nice", 5),
            .init("run_as", "www-data"),
            .init("unit", JSON.object([.init("slice", "batch.slice"), .init("description", "d")])),
            .init("env", JSON.object([.init("A", "1")])),
        ]),
        "schedule_type": .string("cron"), "cron_expr": .string("0 2 * * *"), "timezone": .string("Europe/Berlin"),
        "dst": .string(DSTPolicy.allCases.last?.rawValue ?? ""), "timeout": .integer(77), "retry_count": .integer(3),
        "retry_interval": .integer(7), "retry_backoff": .number(1.5), "retry_max_interval": .integer(600),
        "retry_jitter": .integer(20), "retry_on": .array([.string("timeout")]), "on_interrupt": .string("fail"),
        "concurrency": .integer(1),
        "overlap": .string("queue"), "queue_limit": .integer(3), "misfire": .string("fire_all"),
        "misfire_limit": .integer(4), "misfire_threshold_seconds": .integer(10), "catch_up_seconds": .integer(7200),
        "start_deadline_seconds": .integer(60), "jitter_seconds": .number(1.5),
        "not_before": .string("2027-01-01T00:00:00.000Z"), "not_after": .string("2028-01-01T00:00:00.000Z"),
        "window": .object([.init("from", "01:00"), .init("to", "03:00")]),
        "calendars": .array([.object([.init("calendar", "holidays"), .init("on_blackout", "after")])]),
        "pool": .object([.init("name", "db-heavy"), .init("places", 3)]),
        "cron_except": .array([.string("* * 24 12 *")]),
        "parameters": .array([
            .object([
                .init("name", "region"), .init("type", "string"), .init("default", "eu"),
                .init("choices", ["eu", "us"]),
            ])
        ]),
        "group_ids": .array([.integer(1)]), "labels": .object([.init("team", "a")]), "status": .integer(0),
        "pause_after_failures": .integer(3), "on_edit_while_running": .string("refuse"),
        "on_disable_while_running": .string("stop"),
        "placement": .object([
            .init("kind", "sharded"), .init("items", ["a", "b"]), .init("where", "region=eu"),
            .init("exclude", ["web9"]), .init("lease_seconds", 60), .init("fenced", false),
        ]),
        "task_notify": .array([
            .object([
                .init("name", "n"), .init("triggers", ["timeout"]),
                .init("channels", [JSON.object([.init("type", "email"), .init("recipients", ["a@example.com"])])]),
            ])
        ]),
        "dependencies": .array([.object([.init("task_id", 1), .init("on", "failure"), .init("hosts", "all")])]),
        "join": .string("all"), "match": .string("pair"), "max_age_seconds": .integer(7200),
        "dependency_mode": .string("start"), "two_person": .array([.string("edit")]),
        "deadline": .object([.init("at", "08:00"), .init("on_deadline", "run")]),
    ]
    /// What is another way to say something, or belongs to another kind of task: with what goes in its place.
    private static let variants: [String: [String: JSON]] = [
        "cron_exprs": [
            "cron_exprs": .array([.string("30 1 * * 6")]),
            "calendars": .array([.object([.init("calendar", "holidays")])]),
        ],
        "offline": [
            "offline": .string("skip"), "placement": .object([.init("kind", "each")]),
        ],
        "offline_max_seconds": [
            "offline": .string("run_for"), "offline_max_seconds": .integer(3600),
            "placement": .object([.init("kind", "each")]),
        ],
        "every_seconds": ["schedule_type": .string("every"), "every_seconds": .number(90.5)],
        "delay_seconds": [
            "schedule_type": .string("delay"), "delay_seconds": .integer(90),
            "placement": .object([.init("kind", "each")]),
        ],
        "once_at": [
            "schedule_type": .string("once"), "once_at": .string("2027-01-31T08:00:00.000Z"), "not_before": .null,
            "not_after": .null, "window": .null, "calendars": .array([]),
        ],
        "task_dependencies": ["task_dependencies": .array([.integer(1)]), "dependencies": .null],
        "executor_type": [
            "executor_type": .integer(2),
            "executor_config": .object([
                .init("url", "https://example.org/"), .init("method", "PUT"), .init("body", "b"),
                .init("headers", JSON.object([.init("X", "1")])), .init("expected_status", [204].map { Int64($0) }),
            ]),
        ],
    ]

    @Test("Every field that a task may have comes back from the server as it was written, and is known to files")
    func everyField() async throws {
        let names = Set((Schema.named["TaskBody"]?.alternatives ?? []).flatMap { ($0.fields ?? []).map(\.name) })
        #expect(names == Set(Self.samples.keys).union(Self.variants.keys), "a field has no sample, or is gone")
        let inFiles = TaskFileSchema.make()["$defs"]?["Task"]?["anyOf"]?.items.first?["properties"]
        try await TestServer.with { _, caller in
            #expect(try await caller.post("/tasks", taskBody(["name": .string("parent")])).data["id"] == .integer(1))
            #expect(try await caller.put("/calendars/holidays", ["description": .string("none")]).status == 200)
            for (name, changes) in [("", [:])] + Self.variants.sorted(by: { $0.key < $1.key }) {
                var body = Self.samples.merging(changes) { $1 }
                if changes["schedule_type"] != nil {
                    for key in ["cron_expr", "cron_except", "timezone", "dst"] { body[key] = nil }
                    // What does not fire at one time of the day is not moved by days.
                    if changes["calendars"] == nil {
                        body["calendars"] = .array([.object([.init("calendar", "holidays")])])
                    }
                }
                body["name"] = .string("all-\(name)")
                let made = try await caller.post("/tasks", body)
                #expect(made.status == 201, "\(name): \(made.text)")
                let id = made.data["id"] ?? .null
                let answer = try await Self.check(caller, [["id": id, "task": body.json]])
                let task = answer.data["items"]?.items.first?["task"]
                guard case .object(let members)? = task else {
                    Issue.record("\(name): \(answer.text)")
                    continue
                }
                for member in members {
                    #expect(made.data[member.name.text] == member.value, "\(name) \(member.name)")
                    // What was sent, if it is no object whose defaults were added.
                    if let sent = body[member.name.text], sent.text != nil || sent.int != nil {
                        #expect(member.value == sent, "\(name) \(member.name)")
                    }
                }
                let shown = Set(members.map(\.name.text))
                #expect(names.subtracting(shown) == ["task_dependencies"], "\(name)")
                for field in shown {
                    let word = ["group_ids": "groups", "status": "enabled"][field] ?? field
                    #expect(inFiles?[word] != nil, "\(field) is not in the schema of files")
                }
            }
        }
    }
}

extension Schema {
    fileprivate var alternatives: [Schema] {
        guard case .either(let schemas) = self.kind else { return [self] }
        return schemas
    }
}
