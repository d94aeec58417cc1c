// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowStore
import HTTPTypes
import Testing

@testable import FlowAPI

@Suite("Notifications over REST (S2-9)")
struct NotifyTests {
    /// S2's channel object, letter for letter, in the rule that the document describes.
    private static let documented = #"""
        {
          "name": "技术失败时立即告警给管理员",
          "enabled": true,
          "triggers": ["technical_failure"],
          "threshold": 3,
          "channels": [
            {
              "type": "email",
              "recipients": ["admin@example.com", "dev-on-call@example.com"],
              "subject_template": "任务告警: {{task_name}} 执行失败!",
              "body_template": "任务 [{{task_id}}] 在 {{execution_end_time}} 执行失败。\n状态: {{execution_status}}\n连续失败次数: {{threshold_count}}\n\n最后日志输出:\n---\n{{execution_log_tail}}\n---"
            }
          ]
        }
        """#

    private static func rule() throws -> JSON { try JSONParser.parse(Array(Self.documented.utf8)) }

    private static let webhook: [String: JSON] = [
        "name": .string("ops"), "type": .string("webhook"), "url": .string("https://hook.example/x?token=t0p"),
        "secret": .string("s3cret"), "headers": ["Authorization": JSON.string("Bearer b34rer")].json,
    ]

    @Test("S2's rule is accepted as it stands and given back as it came")
    func documented() async throws {
        try await TestServer.with { _, caller in
            let rule = try Self.rule()
            let made = try await caller.post("/tasks", taskBody(["task_notify": .array([rule])]))
            #expect(made.status == 201, "\(made.text)")
            let id = try #require(made.data["id"]?.int)
            let shown = try await caller.get("/tasks/\(id)").data["task_notify"]?.items.first
            for name in ["name", "enabled", "triggers", "threshold", "channels"] {
                #expect(shown?[name] == rule[name], "\(name)")
            }
            // A client that does not know of rules keeps them; an empty list takes them away.
            _ = try await caller.put("/tasks/\(id)", taskBody(["timeout": .integer(60)]))
            #expect(try await caller.get("/tasks/\(id)").data["task_notify"]?.items.count == 1)
            _ = try await caller.put("/tasks/\(id)", taskBody(["task_notify": .array([])]))
            #expect(try await caller.get("/tasks/\(id)").data["task_notify"]?.items.isEmpty == true)
        }
    }

    @Test("All faults of rules are told with their paths, and nothing is stored")
    func faults() async throws {
        try await TestServer.with { _, caller in
            let rule: JSON = try JSONParser.parse(
                Array(
                    #"""
                    {"name": "", "triggers": ["success", "nonsense"], "threshold": 0, "count_by": "nobody", "repeat": 5,
                     "channels": [{"type": "webhook"}, {"channel": "nowhere"}, {"type": "email", "recipients": ["a@b\r\nDATA"]},
                       {"type": "email", "recipients": ["a@b.example"], "body_template": "{{{task_name}}}", "x": 1}],
                     "quiet": {"timezone": "Mars", "windows": [{"from": "25:00", "until": "07:00"}]}}
                    """#.utf8
                )
            )
            let answer = try await caller.post("/tasks", taskBody(["task_notify": .array([rule])]))
            #expect(answer.status >= 400 && answer.status < 500)
            for path in ["triggers[1]", "count_by", "repeat", "channels[0].channel", "channels[3].x"] {
                #expect(answer.faults.contains("task_notify[0].\(path)"), "\(path) in \(answer.faults)")
            }
            var second = try JSONParser.parse(Array(Self.documented.utf8))
            guard case .object(let members) = second else { return }
            second = .object(
                members.map { member in
                    member.name.text == "channels"
                        ? .init(
                            "channels",
                            [
                                ["channel": JSON.string("nowhere")].json,
                                [
                                    "type": JSON.string("email"), "recipients": .array([.string("a@b\r\nDATA")]),
                                    "body_template": .string("{{{task_name}}}"),
                                ].json,
                            ].json
                        )
                        : member.name.text == "threshold" ? .init("threshold", 0) : member
                }
            )
            let later = try await caller.post("/tasks", taskBody(["task_notify": .array([second, second])]))
            let expected = [
                "[0].threshold", "[0].channels[0].channel", "[0].channels[1].recipients[0]",
                "[0].channels[1].body_template", "[1].name",
            ]
            for path in expected { #expect(later.faults.contains("task_notify\(path)"), "\(path) in \(later.faults)") }
            #expect(try await caller.get("/tasks").data["total"] == .integer(0))
        }
    }

    @Test("A channel's secrets are taken, never given back, kept by a change, and not sent elsewhere")
    func secrets() async throws {
        try await TestServer.with { server, caller in
            let made = try await caller.post("/notify/channels", Self.webhook)
            #expect(made.status == 201, "\(made.text)")
            let id = try #require(made.data["id"]?.int)
            #expect(made.data["url"] == .string("https://hook.example/…") && made.data["has_secret"] == .bool(true))
            var change = Self.webhook
            for name in ["url", "secret", "headers"] { change[name] = nil }
            change["limit_per_minute"] = .integer(5)
            let changed = try await caller.put("/notify/channels/\(id)", change)
            #expect(changed.status == 200 && changed.data["has_secret"] == .bool(true))
            func stored() async throws -> ChannelSecrets? {
                let channel = try await server.store.notifyChannels().first
                #expect(channel?.isClosed == true, "the store has them sealed")
                return channel.map { ChannelSeal(TestServer.seal).open($0).secrets }
            }
            #expect(try await stored()?.secret == "s3cret")
            change["url"] = .string("https://elsewhere.example/")
            #expect(try await caller.put("/notify/channels/\(id)", change).data["has_secret"] == .bool(false))
            #expect(try await stored()?.headers == nil)
            for text in [made.text, changed.text, try await caller.get("/notify/channels").text] {
                for secret in ["s3cret", "t0p", "b34rer"] { #expect(!text.contains(secret)) }
            }
            let audit = try await caller.get("/audit").text
            for secret in ["s3cret", "t0p", "b34rer"] { #expect(!audit.contains(secret)) }
            #expect(audit.contains("channel.create") && audit.contains("channel.update"))
            let viewer = try await caller.signedIn("vera")
            let seen = try await viewer.get("/notify/channels")
            #expect(seen.status == 200 && !seen.text.contains("elsewhere"))
            #expect(try await viewer.post("/notify/channels", Self.webhook).status == 403)
            #expect(try await viewer.post("/notify/channels/\(id)/test").status == 403)
        }
    }

    @Test("Channels of chats and services need what they need, and give no key back (issue 10)")
    func services() async throws {
        try await TestServer.with { _, caller in
            let token = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
            func body(_ type: String, _ more: [String: JSON] = [:]) -> [String: JSON] {
                ["name": .string(type), "type": .string(type)].merging(more) { $1 }
            }
            let refused: [(JSONBody, [String])] = [
                (body("teams"), ["url"]), (body("telegram"), ["chat", "secret"]),
                (body("telegram", ["secret": .string("x"), "chat": .string("a b")]), ["chat", "secret"]),
                (body("pagerduty", ["secret": .string("short")]), ["secret"]),
                (
                    body(
                        "pagerduty",
                        ["secret": .string(String(repeating: "a", count: 32)), "url": .string("ftp://x")]
                    ), ["url"]
                ),
                (body("command", ["command": .string("/bin/sh")]), ["command"]),
                (
                    body("command", ["command": .string("/opt/notify/sms"), "url": .string("https://x.example")]),
                    ["url"]
                ),
            ]
            for (body, paths) in refused {
                let answer = try await caller.post("/notify/channels", body)
                #expect((400..<500).contains(answer.status), "\(body): \(answer.text)")
                #expect(answer.faults.sorted() == paths, "\(body): \(answer.text)")
            }
            let telegram = try await caller.post(
                "/notify/channels",
                body("telegram", ["secret": .string(token), "chat": .string("-1001234567890")])
            )
            #expect(telegram.status == 201 && telegram.data["chat"]?.text == "-1001234567890", "\(telegram.text)")
            #expect(telegram.data["url"] == .null && telegram.data["has_secret"] == .bool(true))
            let id = telegram.data["id"]?.int ?? 0
            let kept = try await caller.put("/notify/channels/\(id)", body("telegram", ["chat": .string("@public")]))
            #expect(kept.data["has_secret"] == .bool(true) && kept.data["chat"]?.text == "@public", "\(kept.text)")
            let pager = try await caller.post(
                "/notify/channels",
                body("pagerduty", ["secret": .string(String(repeating: "a", count: 32))])
            )
            #expect(pager.status == 201, "\(pager.text)")
            let teams = try await caller.post(
                "/notify/channels",
                body("teams", ["url": .string("https://x.logic.azure.example/workflows/1?sig=s3cret")])
            )
            #expect(teams.status == 201 && teams.data["url"]?.text == "https://x.logic.azure.example/…")
            let command = try await caller.post(
                "/notify/channels",
                body("command", ["command": .string("/opt/notify/sms")])
            )
            #expect(command.status == 201 && command.data["command"]?.text == "/opt/notify/sms", "\(command.text)")
            let all = try await caller.get("/notify/channels").text + caller.get("/audit").text
            for secret in [token, "s3cret", String(repeating: "a", count: 32)] { #expect(!all.contains(secret)) }
        }
    }

    private typealias JSONBody = [String: JSON]

    @Test("A channel that a rule names stays, and names are unique")
    func inUse() async throws {
        try await TestServer.with { _, caller in
            let id = try #require(try await caller.post("/notify/channels", Self.webhook).data["id"]?.int)
            #expect(try await caller.post("/notify/channels", Self.webhook).status == 409)
            let rule: [String: JSON] = [
                "name": .string("all failures"), "triggers": .array([.string("technical_failure")]),
                "channels": .array([["channel": JSON.string("ops")].json]),
                "match": ["group_ids": JSON.array([.integer(1)])].json,
            ]
            let made = try await caller.post("/notify/rules", rule)
            #expect(made.status == 201, "\(made.text)")
            let refused = try await caller.delete("/notify/channels/\(id)")
            #expect(refused.status == 409 && refused.text.contains("all failures"))
            let number = try #require(made.data["id"]?.int)
            #expect(try await caller.delete("/notify/rules/\(number)").status == 200)
            #expect(try await caller.delete("/notify/channels/\(id)").status == 200)
            #expect(try await caller.get("/notify/rules").data.items.isEmpty)
        }
    }

    @Test("Built-in messages, tests and previews follow ui.language as it is when they are written (issue 6)")
    func language() async throws {
        try await TestServer.with { server, caller in
            let channel = try #require(try await caller.post("/notify/channels", Self.webhook).data["id"]?.int)
            _ = try await server.agent("web1")
            let evaluator = NotifyEvaluator(
                store: server.store,
                clock: server.clock,
                language: MessageLanguage(server.services.live, kept: .records)
            )
            let rule = [
                "name": JSON.string("fails"), "triggers": .array([.string("technical_failure")]),
                "channels": .array([["channel": JSON.string("ops")].json]),
            ].json
            let task = try #require(
                try await caller.post("/tasks", taskBody(["task_notify": .array([rule])])).data["id"]?.int
            )
            try await evaluator.catchUp()
            var sequence: Int64 = 0
            func told() async throws -> [String] {
                let started = try await caller.post("/tasks/\(task)/trigger").data["execution_id"]?.text
                let id = try #require(started.flatMap { ExecutionID($0) })
                let execution = try #require(try await server.store.execution(id))
                sequence += 1
                try await server.report(execution, sequence: sequence, status: .failure)
                try await evaluator.catchUp()
                server.clock.advance(seconds: 61)
                try await evaluator.catchUp()
                _ = try await caller.post("/notify/channels/\(channel)/test")
                let preview = try await caller.post("/notify/preview", ["channel": .string("ops")]).data
                let own = try await caller.post(
                    "/notify/preview",
                    ["subject_template": .string("{{task_name}} failed"), "execution_id": .string(started ?? "")]
                ).data
                let items = try await caller.get("/notify/deliveries").data["items"]?.items ?? []
                let told = ["opening", "update", "test"].compactMap { purpose in
                    items.first { $0["purpose"]?.text == purpose }?["text"]?.text
                }
                return told + [preview["text"], own["subject"], own["text"]].map { $0?.text ?? "" }
            }
            let english = try await told()
            try #require(english.count == 5, "\(english)")
            #expect(english[0].hasPrefix("technical failure: 1 since "), "\(english)")
            #expect(english[1].hasSuffix("Nothing has failed."))
            let change = try await caller.call(
                .patch,
                "/settings",
                body: JSONWriter.text(["values": ["ui.language": JSON.string("zh")].json].json)
            )
            #expect(change.status == 200, "\(change.text)")
            let chinese = try await told()
            try #require(chinese.count == 6, "\(chinese)")
            #expect(chinese[0].hasPrefix("technical failure"), "what was told stays as it was")
            #expect(chinese[1].hasPrefix("技术失败：自 "), "\(chinese)")
            #expect(chinese[2].hasSuffix("没有任何失败。"))
            #expect(chinese[3].contains("任务：nightly-backup（7）"))
            #expect(chinese[4].hasSuffix(" failed"), "a person's template stays as it is")
            #expect(chinese[5].hasPrefix("技术失败：自 "))
        }
    }

    @Test("A test is queued, shown, and previews say what a template makes of an execution")
    func testsAndPreviews() async throws {
        try await TestServer.with { _, caller in
            let id = try #require(try await caller.post("/notify/channels", Self.webhook).data["id"]?.int)
            let queued = try await caller.post("/notify/channels/\(id)/test")
            #expect(queued.status == 202, "\(queued.text)")
            let list = try await caller.get("/notify/deliveries?state=queued&channel=ops")
            #expect(list.data["total"] == .integer(1))
            #expect(list.data["items"]?.items.first?["purpose"] == .string("test"))
            #expect(try await caller.get("/notify/deliveries?state=nonsense").status >= 400)
            let preview = try await caller.post(
                "/notify/preview",
                ["subject_template": .string("{{task_name}}: {{execution_status}}"), "rule": .string("r")]
            )
            #expect(preview.data["subject"] == .string("nightly-backup: FAILURE"), "\(preview.text)")
            #expect(try await caller.post("/notify/preview", ["body_template": .string("{{nothing}}")]).status >= 400)
            #expect(try await caller.get("/notify/incidents").data["total"] == .integer(0))
        }
    }

    @Test("A channel names secrets instead of holding them: those of every group, by who may use them; and they stay")
    func namedSecrets() async throws {
        try await TestServer.with { server, caller in
            let red = try #require(try await caller.post("/groups", ["name": .string("red")]).data["id"]?.int)
            let value = JSON.string("t0p/secret value")
            _ = try await caller.put("/secrets/RED", ["value": value, "owner_groups": .array([.integer(red)])])
            _ = try await caller.put("/secrets/ROBOT", ["value": value])
            func body(_ name: String) -> [String: JSON] {
                [
                    "name": .string("ops"), "type": .string("webhook"),
                    "url": .string("https://hook.example/x?token=${secret:\(name)}"),
                    "secret": .string("secret:\(name)"),
                    "headers": ["Authorization": JSON.string("Bearer ${secret:\(name)}")].json,
                ]
            }
            for name in ["NONE", "RED", "no name"] {
                let refused = try await caller.post("/notify/channels", body(name))
                #expect(Set(refused.faults).isSuperset(of: ["headers.Authorization", "secret"]), "\(refused.text)")
            }
            // Where a message goes to, everybody may see.
            for url in ["secret:ROBOT", "https://${secret:ROBOT}/x", "https://a:${secret:ROBOT}@hook.example/x"] {
                let refused = try await caller.post(
                    "/notify/channels",
                    body("ROBOT").merging(["url": .string(url)]) { $1 }
                )
                #expect(refused.faults == ["url"], "\(url): \(refused.text)")
            }
            let made = try await caller.post("/notify/channels", body("ROBOT"))
            #expect(made.status == 201, "\(made.text)")
            let id = try #require(made.data["id"]?.int)
            // Who may write channels and use no secrets names none.
            let role: [String: JSON] = [
                "name": .string("mail"), "permissions": ["notify:read", "channels:write"].json,
            ]
            _ = try await caller.post("/roles", role)
            let vera = try #require(try await server.store.user(named: "vera")?.id)
            #expect(try await caller.post("/users/\(vera)/grants", ["role": .string("mail")]).status == 201)
            let mia = try await caller.signedIn("vera")
            let hers = body("ROBOT").merging(["name": .string("hers")]) { $1 }
            let lacks = try await mia.post("/notify/channels", hers)
            #expect(lacks.status < 500 && lacks.faults.contains("secret"), "\(lacks.text)")
            // Nor does she send the secret of a channel that names it to another place.
            let away: [String: JSON] = [
                "name": .string("ops"), "type": .string("webhook"), "url": .string("https://elsewhere.example/x"),
                "headers": ["X-Key": JSON.string("${secret:ROBOT}")].json,
            ]
            let moved = try await mia.put("/notify/channels/\(id)", away)
            #expect(moved.status < 500 && moved.faults.contains("headers.X-Key"), "\(moved.text)")

            #expect(try await caller.get("/secrets/ROBOT").data["channels"] == ["ops"].json)
            let used = try await caller.delete("/secrets/ROBOT")
            #expect(used.error == "in_use" && used.text.contains("'ops'"), "\(used.text)")
            let narrow: [String: JSON] = ["owner_groups": .array([.integer(red)])]
            #expect(try await caller.put("/secrets/ROBOT", narrow).error == "in_use")
            #expect(try await caller.delete("/secrets/ROBOT?force=true").status == 200)
            // It can still be switched off.
            var off = body("ROBOT")
            off["enabled"] = .bool(false)
            #expect(try await caller.put("/notify/channels/\(id)", off).status == 200)
            for path in ["/notify/channels", "/audit", "/secrets"] {
                #expect(try await !caller.get(path).text.contains("t0p"), "\(path)")
            }
            // A bot's token and a service's key may be named as well.
            _ = try await caller.put("/secrets/KEY", ["value": value])
            let bot: [String: JSON] = [
                "name": .string("bot"), "type": .string("telegram"), "chat": .string("-1001"),
                "secret": .string("secret:KEY"),
            ]
            let pager: [String: JSON] = [
                "name": .string("pager"), "type": .string("pagerduty"), "secret": .string("secret:KEY"),
            ]
            for body in [bot, pager] {
                let made = try await caller.post("/notify/channels", body)
                #expect(made.status == 201, "\(made.text)")
            }
        }
    }
}
