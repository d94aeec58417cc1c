// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowStore
import HTTPTypes
import Testing

@testable import FlowAPI

@Suite("Settings of the installation")
struct SettingTests {
    private static func change(_ caller: Caller, _ values: [String: JSON]) async throws -> Caller.Answer {
        try await caller.call(.patch, "/settings", body: JSONWriter.text(["values": values.json].json))
    }

    private static func item(_ answer: Caller.Answer, _ key: String) throws -> JSON {
        try #require(answer.data["items"]?.items.first { $0["key"]?.text == key })
    }

    @Test("A change counts at once, is in the audit, and null is the default again")
    func change() async throws {
        try await TestServer.with { server, admin in
            let before = try await admin.get("/settings")
            #expect(before.data["items"]?.items.count == SettingKey.allCases.count)
            #expect(try Self.item(before, "jobs.default-timeout-seconds")["source"]?.text == "default")
            let changed = try await Self.change(
                admin,
                [
                    "jobs.default-timeout-seconds": .integer(77), "jobs.default-timezone": .string("Asia/Shanghai"),
                    "jobs.default-overlap": .string("queue_one"), "jobs.default-retries": .integer(2),
                ]
            )
            #expect(changed.status == 200, "\(changed.text)")
            let item = try Self.item(changed, "jobs.default-timeout-seconds")
            #expect(item["value"] == .integer(77) && item["source"]?.text == "database")
            #expect(item["updated_by"]?.text == "ada")
            #expect(changed.data["revision"] == .integer(1))
            let task = try await admin.post("/tasks", taskBody())
            #expect(task.data["timeout"] == .integer(77) && task.data["timezone"]?.text == "Asia/Shanghai")
            #expect(task.data["overlap"]?.text == "queue_one" && task.data["retry_count"] == .integer(2))
            let row = try await admin.get("/audit?action=setting.update").data["items"]?.items.first
            #expect(row?["object_kind"]?.text == "setting" && row?["actor"]?.text == "ada")
            let back = try await Self.change(admin, ["jobs.default-timeout-seconds": .null])
            #expect(try Self.item(back, "jobs.default-timeout-seconds")["source"]?.text == "default")
            // What is stored is found again by the next server.
            #expect(try await server.store.settings().values[.jobsRetries]?.value == .integer(2))
        }
    }

    @Test("A change of which one part is impossible changes nothing, and says what is possible")
    func refused() async throws {
        try await TestServer.with { _, admin in
            let answer = try await Self.change(
                admin,
                ["retention.days": .integer(30), "ui.language": .string("fr"), "jobs.default-retries": .integer(11)]
            )
            #expect(answer.status == 422 && answer.faults == ["jobs.default-retries", "ui.language"], "\(answer.text)")
            #expect(answer.text.contains("0 to 10") && answer.text.contains("auto, zh, en"))
            let unknown = try await Self.change(admin, ["retention.day": .integer(30)])
            #expect(unknown.faultCodes == ["unknown_setting"])
            let contradiction = try await Self.change(admin, ["jobs.max-timeout-seconds": .integer(60)])
            #expect(contradiction.faultCodes == ["conflict"])
            #expect(try await admin.get("/settings").data["revision"] == .integer(0))
        }
    }

    @Test("What file or environment say wins, is said, and can't be changed here")
    func fixed() async throws {
        let fixed = [SettingKey.retentionDays: Settings.Fixed(.integer(7), from: .environment)]
        try await TestServer.with(settings: Settings(fixed: fixed)) { _, admin in
            let item = try Self.item(try await admin.get("/settings"), "retention.days")
            #expect(item["value"] == .integer(7) && item["fixed_by"]?.text == "environment")
            let answer = try await Self.change(admin, ["retention.days": .integer(30)])
            #expect(answer.status == 409 && answer.faults == ["retention.days"] && answer.faultCodes == ["fixed_by"])
        }
    }

    @Test("Two people's changes do not overwrite each other unseen (If-Match)")
    func conditional() async throws {
        try await TestServer.with { _, admin in
            let tag = try #require(try await admin.get("/settings").headers[.eTag])
            let careful = try admin.with("If-Match", tag)
            #expect(try await Self.change(careful, ["retention.days": .integer(30)]).status == 200)
            #expect(try await Self.change(careful, ["retention.days": .integer(31)]).status == 412)
        }
    }

    @Test("Developers read, administrators change, and no token changes who gets in")
    func rights() async throws {
        try await TestServer.with { server, admin in
            #expect(try await admin.signedIn("vera").get("/settings").status == 403)
            let olga = try await admin.signedIn("olga")
            #expect(try await olga.get("/settings").status == 200)
            #expect(try await Self.change(olga, ["retention.days": .integer(30)]).status == 403)
            let made = try await admin.post("/tokens", ["name": .string("ci"), "role": .string("admin")])
            var program = admin
            program.token = try #require(made.data["token"]?.text)
            #expect(try await Self.change(program, ["retention.days": .integer(30)]).status == 200)
            #expect(try await Self.change(program, ["signin.idle-minutes": .integer(5)]).status == 403)
        }
    }

    @Test("A stricter sign-in counts for sessions that are there")
    func sessions() async throws {
        try await TestServer.with { server, admin in
            server.clock.advance(seconds: 7199)
            #expect(try await Self.change(admin, ["signin.max-hours": .integer(1)]).status == 200)
            #expect(try await admin.get("/auth/me").status == 401)
            let again = try await admin.signedIn("ada")
            #expect(try await Self.change(again, ["signin.password-min-length": .integer(20)]).status == 200)
            let answer = try await again.post(
                "/auth/password",
                ["old_password": .string(TestServer.password), "new_password": .string("green 14 horses run")]
            )
            #expect(answer.status == 422 && answer.text.contains("at least 20"), "\(answer.text)")
        }
    }

    @Test("A task's timeout keeps to the limit; one that was longer before can still be edited")
    func longest() async throws {
        try await TestServer.with { _, admin in
            let made = try await admin.post("/tasks", taskBody(["timeout": .integer(7200)]))
            let id = try #require(made.data["id"]?.int)
            #expect(try await Self.change(admin, ["jobs.max-timeout-seconds": .integer(3600)]).status == 200)
            let other = taskBody(["name": .string("other"), "timeout": .integer(3601)])
            #expect(try await admin.post("/tasks", other).faults == ["timeout"])
            #expect(try await admin.put("/tasks/\(id)", taskBody(["timeout": .integer(7200)])).status == 200)
        }
    }
}
