// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import HTTPTypes
import Testing

@testable import FlowAPI

@Suite("S4's dispatcher, by its document's own examples")
struct S4Tests {
    private static let base = "!/compat/s4/api/v1"

    /// Section 3.3.1 of the document, with an end that is not past.
    private static let document: [String: JSON] = [
        "sys_type": .string("mac_intel"), "task_type": .string("xhs_type"), "xhs_account_id": .string("account_1"),
        "xhs_account_name": .string("账号1"), "user_query": .string("开始运营"), "user_topic": .string("科技"),
        "user_style": .string("专业"), "user_target_audience": .string("技术爱好者"),
        "task_end_time": .string("2026-12-08"), "interval": .integer(3600),
        "valid_time_range": .array([.integer(8), .integer(22)]),
    ]

    private static func template(_ caller: Caller) async throws {
        let made = try await caller.post(
            "/tasks",
            taskBody(["name": .string("xhs_type"), "cron_expr": .null, "schedule_type": .string("manual")])
        )
        #expect(made.status == 201)
    }

    @Test("Create, get, pause, resume, reorder, delete answer with the document's members (S4-TEST)")
    func lifecycle() async throws {
        try await TestServer.with(user: "olga") { server, caller in
            try await Self.template(caller)
            let made = try await caller.post(Self.base + "/tasks/", Self.document)
            #expect(made.status == 200, "\(made.text)")
            #expect(made.body["success"] == .bool(true))
            #expect(made.body["message"]?.text == "任务创建成功")
            let id = try #require(made.body["task_id"]?.text)
            #expect(made.body["task_info"]?["status"]?.text == "pending")
            // Made at 10:00, every hour.
            #expect(made.body["task_info"]?["next_execution_time"]?.text == "2026-11-21T11:00:00.000Z")

            let task = try await caller.get(Self.base + "/tasks/\(id)").body
            #expect(task["interval"] == .integer(3600))
            #expect(task["valid_time_range"] == .array([.integer(8), .integer(22)]))
            #expect(task["task_end_time"]?.text == "2026-12-08")
            #expect(task["round_num"] == .integer(0))
            #expect(task["kwargs"]?["user_topic"]?.text == "科技")

            let job = try #require(try await server.store.jobs(JobQuery(keyword: "s4/")).items.first)
            guard case .shell(let shell) = job.definition.payload else { throw CancellationError() }
            #expect(shell.environment["USER_QUERY"] == "开始运营")
            #expect(job.definition.labels["xhs_account_name"] == "账号1")

            #expect(try await caller.post(Self.base + "/tasks/\(id)/pause").body["status"]?.text == "paused")
            #expect(try await caller.get(Self.base + "/tasks/\(id)").body["status"]?.text == "paused")
            let resumed = try await caller.post(Self.base + "/tasks/\(id)/resume").body
            #expect(resumed["status"]?.text == "pending")
            #expect(resumed["next_execution_time"]?.text == "2026-11-21T11:00:00.000Z")

            let earlier = try await caller.post(
                Self.base + "/tasks/\(id)/reorder",
                ["priority_offset": .integer(-1800)]
            ).body
            #expect(earlier["message"]?.text == "任务优先级调整成功")
            #expect(earlier["new_next_execution_time"]?.text == "2026-11-21T10:30:00.000Z")
            let later = try await caller.post(Self.base + "/tasks/\(id)/reorder", ["priority_offset": .integer(5400)])
            #expect(later.body["new_next_execution_time"]?.text == "2026-11-21T12:00:00.000Z")

            #expect(try await caller.delete(Self.base + "/tasks/\(id)").body["message"]?.text == "任务删除成功")
            let gone = try await caller.get(Self.base + "/tasks/\(id)")
            #expect(gone.status == 404)
            #expect(gone.body["success"] == .bool(false))
            #expect(gone.body["error"]?.text == "任务不存在: \(id)")
        }
    }

    @Test("A second task of an account is 400 with the document's words, unless it is asked for (C-29)")
    func account() async throws {
        try await TestServer.with { _, caller in
            try await Self.template(caller)
            let first = try await caller.post(Self.base + "/tasks/", Self.document).body["task_id"]?.text ?? ""
            let second = try await caller.post(Self.base + "/tasks/", Self.document)
            #expect(second.status == 400)
            #expect(second.body["error"]?.text == "账户ID 'account_1' 已存在任务 '\(first)'，同一账户不能创建多个任务")
            let asked = try await caller.post(Self.base + "/tasks/?one_per_account=false", Self.document)
            #expect(asked.status == 200)
            let list = try await caller.get(Self.base + "/accounts/account_1/tasks").body
            #expect(list["account_id"]?.text == "account_1")
            #expect(list["total"] == .integer(2))
            #expect(try await caller.get(Self.base + "/accounts/account_2/tasks").body["total"] == .integer(0))
            // Or the installation says so for all.
            let setting = ["values": ["jobs.one-per-account": JSON.string("off")].json].json
            #expect(try await caller.call(.patch, "/settings", body: JSONWriter.text(setting)).status == 200)
            #expect(try await caller.post(Self.base + "/tasks/", Self.document).status < 300)
            #expect(try await caller.post(Self.base + "/tasks/?one_per_account=true", Self.document).status >= 400)
        }
    }

    @Test("Lists filter by account and status, and page by limit and offset; other tasks are not in them")
    func lists() async throws {
        try await TestServer.with { _, caller in
            try await Self.template(caller)
            for number in 1...3 {
                let body = Self.document.merging(["xhs_account_id": .string("account_\(number)")]) { $1 }
                #expect(try await caller.post(Self.base + "/tasks/", body).status == 200)
            }
            let all = try await caller.get(Self.base + "/tasks/").body
            #expect(all["total"] == .integer(3))
            let id = try #require(all["tasks"]?.items.first?["task_id"]?.text)
            _ = try await caller.post(Self.base + "/tasks/\(id)/pause")
            #expect(try await caller.get(Self.base + "/tasks/?status=paused").body["total"] == .integer(1))
            #expect(try await caller.get(Self.base + "/tasks/?status=pending").body["total"] == .integer(2))
            let page = try await caller.get(Self.base + "/tasks/?limit=2&offset=2").body
            #expect(page["total"] == .integer(3))
            #expect(page["tasks"]?.items.count == 1)
            #expect(try await caller.get(Self.base + "/tasks/?account_id=account_2").body["total"] == .integer(1))
            #expect(try await caller.get(Self.base + "/tasks/1").status == 404, "the template is not one of them")
        }
    }

    @Test(
        "The dispatcher's stop is the scheduler's, and leaves the tasks as they are; its start resumes what a former version paused"
    )
    func dispatcher() async throws {
        try await TestServer.with { server, caller in
            try await Self.template(caller)
            func make(_ account: String) async throws -> String {
                let body = Self.document.merging(["xhs_account_id": .string(account)]) { $1 }
                return try #require(try await caller.post(Self.base + "/tasks/", body).body["task_id"]?.text)
            }
            let a = try await make("a")
            let b = try await make("b")
            _ = try await caller.post(Self.base + "/tasks/\(b)/pause")
            let before = try await caller.get(Self.base + "/dispatcher/status").body
            #expect(before["is_running"] == .bool(true))
            #expect(before["total_tasks"] == .integer(2))
            #expect(before["paused_tasks"] == .integer(1))
            #expect(before["current_running_task"] == .null)

            let stopped = try await caller.post(Self.base + "/dispatcher/stop")
            #expect(stopped.body["message"]?.text == "调度器已停止")
            #expect(try await caller.get(Self.base + "/dispatcher/status").body["is_running"] == .bool(false))
            let c = try await make("c")
            #expect(
                try await caller.get(Self.base + "/tasks/\(c)").body["status"]?.text == "pending",
                "it does not fire either, and is not switched off"
            )
            #expect(try await server.store.scheduler().isStopped)
            let former = try #require(try await server.store.jobs(JobQuery(keyword: "s4/c")).items.first?.id)
            let pause: [String: JSON] = [
                "until": .string("2036-01-01T00:00:00Z"), "reason": .string("S4: dispatcher stopped"),
            ]
            #expect(try await caller.post("/tasks/\(former)/disable", pause).status == 200)
            #expect(try await caller.post(Self.base + "/dispatcher/start").body["message"]?.text == "调度器已启动")
            for (id, status) in [(a, "pending"), (b, "paused"), (c, "pending")] {
                #expect(try await caller.get(Self.base + "/tasks/\(id)").body["status"]?.text == status)
            }

            _ = try await server.agent("web-1")
            let number = try #require(try await server.store.jobs(JobQuery(keyword: "s4/a")).items.first?.id)
            _ = try await caller.post("/tasks/\(number)/trigger")
            let execution = try #require(try await server.store.executions(ExecutionQuery()).items.first)
            try await server.report(execution, sequence: 1, status: .running)
            let running = try await caller.get(Self.base + "/dispatcher/status").body
            #expect(running["running_tasks"] == .integer(1))
            #expect(running["current_running_task"]?["account_id"]?.text == "a")
            let refused = try await caller.post(Self.base + "/tasks/\(a)/reorder", ["priority_offset": .integer(60)])
            #expect(refused.status == 400)
            #expect(refused.body["error"]?.text == "任务正在运行，无法调整优先级")
        }
    }

    @Test(
        "What the document's model refuses is 400 with its path, and nothing is made",
        arguments: [
            ("interval", JSON.integer(0)), ("valid_time_range", .array([.integer(8)])),
            ("valid_time_range", .array([.integer(8), .integer(8)])), ("task_end_time", .string("2026-13-01")),
            ("xhs_account_id", .string("a/b")), ("user_query", .string("secret:DB")), ("nonsense", .integer(1)),
        ]
    )
    func refusals(field: String, value: JSON) async throws {
        try await TestServer.with { _, caller in
            try await Self.template(caller)
            let answer = try await caller.post(Self.base + "/tasks/", Self.document.merging([field: value]) { $1 })
            #expect(answer.status == 400)
            #expect(answer.body["success"] == .bool(false))
            #expect(answer.faults == [field])
            #expect(try await caller.get(Self.base + "/tasks/").body["total"] == .integer(0))
        }
    }

    @Test("Without a task to go by the answer says what to do")
    func noTemplate() async throws {
        try await TestServer.with { _, caller in
            let answer = try await caller.post(Self.base + "/tasks/", Self.document)
            #expect(answer.status == 400)
            #expect(answer.body["code"]?.text == "no_template")
            // One language in each text (issue 6).
            #expect(answer.body["error"]?.text?.hasPrefix("没有名为") == true)
            #expect(answer.body["error"]?.text?.contains("there is") == false)
            #expect(answer.body["text"]?["en"]?.text?.hasPrefix("There is no task") == true)
            let fault = try await caller.post(Self.base + "/tasks/?one_per_account=maybe", Self.document)
            #expect(fault.body["error"]?.text?.hasPrefix("请求无法读取") == true)
        }
    }

    @Test("An end date counts as a whole day in the zone of the tasks, and the last fire is inside")
    func endDate() async throws {
        try await TestServer.with { server, caller in
            try await Self.template(caller)
            let answer = try await caller.post(
                Self.base + "/tasks/",
                Self.document.merging(["task_end_time": .string("2026-11-21"), "interval": .integer(1800)]) { $1 }
            )
            #expect(answer.status == 200, "\(answer.text)")
            let job = try #require(try await server.store.jobs(JobQuery(keyword: "s4/")).items.first)
            #expect(job.definition.schedule.limits?.notAfter?.rfc3339() == "2026-11-21T23:59:59.999Z")
        }
    }

    @Test("PUT changes what it names and keeps the rest (C-29)")
    func update() async throws {
        try await TestServer.with { _, caller in
            try await Self.template(caller)
            let id = try #require(
                try await caller.post(Self.base + "/tasks/", Self.document).body["task_id"]?.text
            )
            let changed = try await caller.put(
                Self.base + "/tasks/\(id)",
                ["user_topic": .string("旅行"), "valid_time_range": .array([.integer(0), .integer(24)])]
            ).body
            #expect(changed["kwargs"]?["user_topic"]?.text == "旅行")
            #expect(changed["kwargs"]?["user_query"]?.text == "开始运营")
            #expect(changed["valid_time_range"] == .array([.integer(0), .integer(24)]))
            #expect(changed["interval"] == .integer(3600))
            let moved = try await caller.put(Self.base + "/tasks/\(id)", ["xhs_account_id": .string("other")])
            #expect(moved.status == 400)
        }
    }

    private static func members(_ json: JSON?) -> Set<String> {
        guard case .object(let members)? = json else { return [] }
        return Set(members.map { $0.name.text })
    }

    /// Of these, what it does not have.
    private static func lacking(_ json: JSON?, _ names: Set<String>) -> Set<String> {
        names.subtracting(self.members(json))
    }

    @Test("Each answer has the members that the document shows, and the five states (S4-API)")
    func members() async throws {
        #expect(
            Set(S4Presenter.State.allCases.map(\.rawValue)) == ["pending", "running", "paused", "completed", "error"]
        )
        try await TestServer.with { _, caller in
            try await Self.template(caller)
            let made = try await caller.post(Self.base + "/tasks/", Self.document).body
            #expect(Self.lacking(made, ["success", "task_id", "message", "task_info"]) == [])
            let info: Set<String> = [
                "task_id", "account_id", "account_name", "status", "next_execution_time", "created_at",
            ]
            #expect(Self.lacking(made["task_info"], info) == [])
            let row: Set<String> = info.union([
                "task_type", "interval", "valid_time_range", "task_end_time", "last_execution_time", "updated_at",
            ])
            let id = try #require(made["task_id"]?.text)
            let list = try await caller.get(Self.base + "/tasks/").body
            #expect(Self.members(list) == ["total", "tasks"])
            #expect(Self.lacking(list["tasks"]?.items.first, row) == [])
            let account = try await caller.get(Self.base + "/accounts/account_1/tasks").body
            #expect(Self.members(account) == ["account_id", "total", "tasks"])
            #expect(Self.lacking(account["tasks"]?.items.first, row) == [])
            let task = try await caller.get(Self.base + "/tasks/\(id)").body
            #expect(Self.lacking(task, row.union(["round_num", "kwargs"])) == [])
            #expect(task["account_id"]?.text == "account_1" && task["account_name"]?.text == "账号1")
            #expect(task["task_type"]?.text == "xhs_type" && task["last_execution_time"] == .null)
            for field in ["user_query", "user_topic", "user_style", "user_target_audience"] {
                #expect(task["kwargs"]?[field] == Self.document[field], "\(field)")
            }
            let status = try await caller.get(Self.base + "/dispatcher/status").body
            let counts = S4Presenter.State.allCases.map { "\($0.rawValue)_tasks" }
            #expect(
                Self.members(status).isSuperset(of: ["is_running", "total_tasks", "current_running_task"] + counts)
            )
            let health = try await caller.get(Self.base + "/health").body
            #expect(Self.lacking(health, ["status", "timestamp", "version"]) == [])
            let paused = try await caller.post(Self.base + "/tasks/\(id)/pause").body
            #expect(paused["message"]?.text == "任务暂停成功" && paused["task_id"]?.text == id)
            let resumed = try await caller.post(Self.base + "/tasks/\(id)/resume").body
            #expect(resumed["message"]?.text == "任务恢复成功" && resumed["task_id"]?.text == id)
            let moved = try await caller.post(Self.base + "/tasks/\(id)/reorder", ["priority_offset": .integer(60)])
            #expect(moved.body["success"] == .bool(true) && moved.body["task_id"]?.text == id)
        }
    }
}
