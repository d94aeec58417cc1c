// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@testable import quicflow

@Suite("Task files become a plan")
struct TaskFileTests {
    private func files(_ text: String) -> [TaskFile] {
        var reader = TaskFileReader([])
        return reader.tasks(in: Array(text.utf8), file: "t.yaml")
    }

    private func checked(_ text: String) -> [TaskServer.Checked] {
        self.files(text).map { TaskServer.Checked(file: $0, definition: $0.fields) }
    }

    private func present(
        _ fields: [String: JSONValue],
        source: String? = nil,
        isHeld: Bool = false
    ) -> TaskServer.Present {
        TaskServer.Present(
            id: 1,
            version: 1,
            updatedAt: "then",
            source: source,
            fields: .object(fields),
            isPartial: false,
            isHeld: isHeld
        )
    }

    private func steps(_ plan: TaskPlan) -> [String] { plan.steps.map { "\($0.action) \($0.name)" } }

    // MARK: Plans

    @Test("what is new is made, what differs is changed with its fields, what is equal is left alone")
    func plan() {
        let plan = TaskPlan(
            wanted: self.checked("- {name: a, timeout: 5}\n- {name: b, timeout: 5}\n- {name: c}"),
            present: ["b": self.present(["name": "b", "timeout": 6]), "c": self.present(["name": "c"])],
            options: TaskPlan.Options()
        )
        #expect(self.steps(plan) == ["create a", "update b"])
        #expect(plan.steps[1].differences == [TaskPlan.Difference(path: "timeout", old: 6, new: 5)])
        #expect(plan.unchanged == 1)
    }

    @Test("triggers by files are a field of the task here and resources of their own there")
    func fileTriggers() {
        let text = """
            - name: load
              file_triggers:
                - {name: b, path: /srv/*.csv}
                - {name: a, path: /srv/a, settle_seconds: 9, enabled: false, params: [{name: F, pointer: /path}]}
            """
        let fields = self.files(text)[0].fields
        let bodies = FileTriggers.bodies(fields[FileTriggers.field]).array
        #expect(bodies[0] == .object(["name": "b", "file": .object(["path": "/srv/*.csv"])]))
        #expect(bodies[1]["file"] == .object(["path": "/srv/a", "settle_seconds": 9]) && bodies[1]["path"].isNull)
        // As the server shows them, with more and in another order.
        let hooks = bodies.map { body -> JSONValue in
            var hook = body
            for (name, value) in ["format": "file", "topic": .null, "when": .array([]), "id": "x"]
                as [String: JSONValue]
            {
                hook[name] = value
            }
            if hook["enabled"].isNull { hook["enabled"] = true }
            return hook
        }
        let called = JSONValue.object(["name": "push", "format": "github"])
        let written = FileTriggers.written(hooks + [called])
        #expect(written.array.map { $0["name"].string } == ["a", "b"])
        #expect(
            written.array[0]
                == .object([
                    "name": "a", "path": "/srv/a", "settle_seconds": 9, "enabled": false,
                    "params": .array([.object(["name": "F", "pointer": "/path"])]),
                ])
        )
        #expect(FileTriggers.written([called]).isNull)
        // Its task gets no new version for their sake.
        let plan = TaskPlan(
            wanted: [
                TaskServer.Checked(
                    file: self.files(text)[0],
                    definition: .object(["name": "load", "file_triggers": written])
                )
            ],
            present: ["load": self.present(["name": "load"])],
            options: TaskPlan.Options()
        )
        #expect(plan.steps[0].differences.map(\.path) == ["file_triggers"])
        #expect(plan.steps[0].differences.allSatisfy { FileTriggers.hold($0.path) })
        #expect(TaskNames(groups: [], tasks: []).body(fields).body["file_triggers"].isNull)
    }

    @Test("a task that rests by itself is as its file says, and a change does not end its rest")
    func held() {
        let names = TaskNames(groups: [], tasks: [])
        let off = JSONValue.object(["name": "a", "status": 0])
        var paused = off
        paused["hold"] = .object(["kind": "paused"])
        let fields = names.fields(paused, known: ["name", "enabled"])
        #expect(fields["enabled"] == true)
        #expect(names.fields(off, known: ["name", "enabled"])["enabled"] == false)
        let present: [FileKey: TaskServer.Present] = ["a": self.present(["name": "a", "enabled": true], isHeld: true)]
        func plan(_ text: String) -> TaskPlan {
            TaskPlan(wanted: self.checked(text), present: present, options: .init())
        }
        #expect(plan("{name: a, enabled: true}").unchanged == 1)
        #expect(plan("{name: a, enabled: true, timeout: 5}").steps.first?.fields["enabled"] == false)
    }

    @Test("only tasks of the same source are deleted, and only when asked")
    func prune() {
        let present: [FileKey: TaskServer.Present] = [
            "mine": self.present(["name": "mine"], source: "shop"),
            "theirs": self.present(["name": "theirs"], source: "x"),
            "nobody's": self.present(["name": "nobody's"]),
        ]
        let kept = TaskPlan(wanted: [], present: present, options: .init(source: "shop"))
        #expect(kept.steps.isEmpty && kept.extra == ["mine"])
        let pruned = TaskPlan(wanted: [], present: present, options: .init(source: "shop", prune: true))
        #expect(self.steps(pruned) == ["delete mine"] && pruned.extra.isEmpty)
    }

    @Test("a task of another source is not taken without --adopt, and one that is right gets no mark by itself")
    func adopt() {
        let wanted = self.checked("- {name: a}\n- {name: b}")
        let present: [FileKey: TaskServer.Present] = [
            "a": self.present(["name": "a"], source: "x"), "b": self.present(["name": "b"]),
        ]
        let plan = TaskPlan(wanted: wanted, present: present, options: .init(source: "shop"))
        #expect(plan.foreign.map { $0.file.name } == ["a"] && plan.steps.isEmpty && plan.unchanged == 1)
        let adopted = TaskPlan(wanted: wanted, present: present, options: .init(source: "shop", adopt: true))
        #expect(self.steps(adopted) == ["update a", "update b"])
        #expect(adopted.steps[0].fields["labels"][TaskSource.label] == "shop")
        // Without a source the mark stays what it is.
        let plain = TaskPlan(wanted: self.checked("{name: a, timeout: 5}"), present: present, options: .init())
        #expect(plain.steps[0].fields["labels"][TaskSource.label] == "x")
    }

    @Test("parents are made before their children, and deleted behind them")
    func order() {
        let text =
            "- {name: c, dependencies: [{task: b}]}\n- {name: b, dependencies: [{task: a}]}\n- {name: a}\n- {name: z}"
        let plan = TaskPlan(wanted: self.checked(text), present: [:], options: .init())
        #expect(self.steps(plan) == ["create a", "create z", "create b", "create c"])
        let present = Dictionary(
            self.files(text).map {
                (
                    $0.key,
                    self.present(["name": .string($0.name), "dependencies": $0.fields["dependencies"]], source: "s")
                )
            }
        ) { first, _ in first }
        let gone = TaskPlan(wanted: [], present: present, options: .init(source: "s", prune: true))
        let names = gone.steps.map(\.name)
        #expect(names.firstIndex(of: "c") ?? 9 < names.firstIndex(of: "b") ?? 0)
        #expect(names.firstIndex(of: "b") ?? 9 < names.firstIndex(of: "a") ?? 0)
        // A circle is the server's to refuse; it must not hang.
        #expect(
            TaskOrder.sorted(["x", "y", "z"]) { ["x": ["y"], "y": ["x"]][$0] ?? [] } == ["z", "x", "y"] as [String]
        )
    }

    @Test("tasks that wait for each other are sent together, others in as few requests as they fit")
    func batches() throws {
        let loose = (0..<1200).map { "- {name: t\($0)}" }.joined(separator: "\n")
        #expect(try TaskServer.batches(self.files(loose)).map(\.count) == [500, 500, 200])
        let text = "- {name: a, dependencies: [{task: z}]}\n- {name: m}\n- {name: z}"
        #expect(TaskOrder.connected(self.files(text)).map { $0.map(\.name) } == [["a", "z"], ["m"]])
        let chain = (0..<600).map { "- {name: t\($0), dependencies: [{task: t\($0 + 1)}]}" }.joined(separator: "\n")
        #expect(throws: CommandFailure.self) { try TaskServer.batches(self.files(chain)) }
    }

    // MARK: Names

    private let names = TaskNames(
        groups: [.object(["id": 1, "name": "all"]), .object(["id": 2, "name": "web"])],
        tasks: [.object(["id": 7, "name": "extract"])]
    )

    @Test("groups and parents are written by name and sent by number")
    func translated() {
        let (body, faults) = self.names.body(
            .object([
                "name": "a", "groups": .array(["web"]), "enabled": false,
                "dependencies": .array([.object(["task": "extract", "on": "end"])]),
            ])
        )
        #expect(faults.isEmpty)
        #expect(body["group_ids"] == .array([2]) && body["status"] == 0 && body["groups"] == .null)
        #expect(body["dependencies"] == .array([.object(["task_id": 7, "on": "end"])]))
        #expect(body["task_notify"] == .array([]))
        let known: Set = ["name", "groups", "enabled", "dependencies"]
        #expect(
            self.names.fields(body, known: known)
                == .object([
                    "name": "a", "groups": .array(["web"]), "enabled": false,
                    "dependencies": .array([.object(["task": "extract", "on": "end"])]),
                ])
        )
    }

    @Test("a mistyped name is said with the one that is near it")
    func nearest() {
        let (_, faults) = self.names.body(
            .object([
                "groups": .array(["wbe"]), "dependencies": .array([.object(["task": "extarct"])]), "status": 1,
                "enabled": "yes",
            ])
        )
        let texts = faults.map { "\($0.path): \($0.text)" }
        #expect(texts.contains { $0.hasPrefix("groups[0]") && $0.contains("'web'") }, "\(texts)")
        #expect(texts.contains { $0.hasPrefix("dependencies[0].task") && $0.contains("'extract'") })
        #expect(texts.contains { $0.hasPrefix("status") && $0.contains("enabled") })
        #expect(texts.contains { $0.hasPrefix("enabled") })
        #expect(NearestName.of("retry_cuont", among: ["retry_count", "retry_on"]) == "retry_count")
        #expect(NearestName.of("x", among: ["timeout"]) == nil)
    }

    @Test("an empty list of causes is a policy and stays; empty texts and what belongs to cron alone go")
    func empties() {
        let fields = self.names.fields(
            .object([
                "retry_on": .array([]), "description": "", "schedule_type": "every", "timezone": "UTC", "id": 5,
                "misfire_limit": .null,
                "executor_config": .object(["env": .object([:]), "interpreter_args": .array([])]),
            ]),
            known: [
                "retry_on", "description", "schedule_type", "timezone", "misfire_limit", "executor_config", "groups",
            ]
        )
        #expect(
            fields
                == .object([
                    "retry_on": .array([]), "schedule_type": "every", "groups": .array([]),
                    "executor_config": .object(["interpreter_args": .array([])]),
                ])
            // An empty list of groups is the server's to refuse.
        )
    }

    // MARK: Files

    @Test("faults of all files are told with file, line and column; nothing is taken from them")
    func folder() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "task-files-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder.appending(path: ".git"), withIntermediateDirectories: true)
        func write(_ text: String, _ name: String) throws {
            try Data(text.utf8).write(to: folder.appending(path: name))
        }
        try write("name: a\n", "a.yaml")
        try write("# again\nname: a\n", "b.yml")
        try write("- 5\n- name: c\n", "c.yaml")
        try write("{", ".git/config.yaml")
        try write("not yaml: [", "README.md")
        let reader = TaskFileReader([folder.path, "/no/such/file"])
        #expect(reader.tasks.map(\.name) == ["a", "c"])
        #expect(reader.faults.count == 3, "\(reader.faults)")
        #expect(
            reader.faults.map(\.english).contains {
                $0.contains("b.yml:2:1: 'a' name: the same name stands at") && $0.contains("a.yaml:1:1")
            }
        )
        #expect(reader.faults.contains { $0.english.contains("c.yaml:1:3: a task or workflow is a mapping") })
        #expect(throws: CommandFailure.self) { try reader.checked() }
    }

    @Test("a number where a text belongs is said with its place and the way out")
    func quotes() {
        let file = self.files("name: a\nexecutor_config:\n  env:\n    VERSION: 1.10\n")[0]
        #expect(
            file.fault("executor_config.env.VERSION", "this is a number, not a string")
                == "t.yaml:4:5: 'a' executor_config.env.VERSION: this is a number, not a string; put it in quotes"
        )
    }

    @Test("an export keeps a file's own words where they mean what the server has")
    func merged() {
        let file = JSONValue.object(["name": "a", "cron_expr": "@daily", "executor_config": .object(["command": "x"])])
        let old = JSONValue.object([
            "name": "a", "cron_expr": "0 0 * * *", "timeout": 300,
            "executor_config": .object(["command": "x", "nice": 1]),
        ])
        var new = old
        new["timeout"] = 60
        new["executor_config"]["command"] = "y"
        #expect(
            TaskFolder.merged(file, from: old, to: new)
                == .object([
                    "name": "a", "cron_expr": "@daily", "timeout": 60, "executor_config": .object(["command": "y"]),
                ])
        )
    }

    @Test("values in clear under names of secrets are found, references are not")
    func clearSecrets() {
        let fields = JSONValue.object([
            "executor_config": .object(["env": .object(["DB_PASSWORD": "x", "API_TOKEN": "secret:T", "HOME": "/"])])
        ])
        #expect(ClearSecrets.paths(in: fields) == ["executor_config.env.DB_PASSWORD"])
    }

    @Test(
        "passwords in addresses and assignments of scripts are found; files, variables and references are not",
        arguments: [
            ("url", "https://ada:hunter2@example.org/x", ["executor_config.url"]),
            ("url", "https://example.org/a:b@c", []), ("url", "https://ada@example.org", []),
            ("connection", "postgres://ada:hunter2@db/flow", ["executor_config.connection"]),
            ("connection", "postgres://ada:${secret:DB}@db/flow", []),
            ("connection", "host=db user=ada password=hunter2", ["executor_config.connection"]),
            ("command", "set -e\nexport DB_PASSWORD='hunter22'\nrun", ["executor_config.command, line 2"]),
            ("command", "TOKEN=$1 KEY_FILE=/etc/key PASSWORD=$(cat x) HOME=hunter22", []),
        ] as [(String, String, [String])]
    )
    func clearSecretsElsewhere(field: String, text: String, found: [String]) {
        let fields = JSONValue.object(["executor_config": .object([field: .string(text)])])
        #expect(ClearSecrets.paths(in: fields) == found)
    }

    // MARK: Waiting

    @Test("a busy server is waited for as it asks, within bounds, and not when signing in")
    func patience() {
        var patience = Patience(isSignedIn: true)
        #expect(patience.wait("2") == 2 && patience.wait("0") == 1)
        #expect(patience.wait(nil) == nil && patience.wait("soon") == nil && patience.wait("3600") == nil)
        var count = 0
        while count < 100, patience.wait("60") != nil { count += 1 }
        #expect(count == 9)
        var stranger = Patience(isSignedIn: false)
        #expect(stranger.wait("1") == nil)
    }
}
