// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowStore
import Foundation
import Testing

@testable import FlowAPI

@Suite("Secrets over HTTP")
struct SecretTests {
    private static let value = "hunter2-hunter2"

    private static func shell(_ environment: [String: String], groups: [Int64]) -> [String: JSON] {
        taskBody([
            "executor_type": .integer(1),
            "executor_config": .object([
                .init("command", "true"),
                .init("env", JSON.object(environment.map { JSON.Member($0.key, $0.value) })),
            ]),
            "group_ids": .array(groups.map { .integer($0) }),
        ])
    }

    @Test("A value goes in and never out: not through the API, the export, the audit or the database")
    func neverRead() async throws {
        try await TestServer.with { server, admin in
            let set = try await admin.put("/secrets/DB", ["value": .string(Self.value)])
            #expect(set.status == 200 && set.data["version"] == .integer(1) && set.data["owner_groups"]?.text == "all")
            let job = try await admin.post("/tasks", Self.shell(["PW": "secret:DB"], groups: [1]))
            #expect(job.status == 201, "\(job.text)")
            let paths = [
                "/secrets", "/secrets/DB", "/tasks", "/tasks/\(job.data["id"]?.int ?? 0)", "/audit", "/audit/export",
                "/audit/export?format=json",
            ]
            for path in paths { #expect(try await !admin.get(path).text.contains("hunter2"), "\(path)") }
            #expect(try await admin.get("/secrets/DB").data["tasks"]?.items.count == 1)
            for file in try FileManager.default.contentsOfDirectory(atPath: server.directory) {
                let content = FileManager.default.contents(atPath: server.directory + "/" + file) ?? Data()
                #expect(content.firstRange(of: Data(Self.value.utf8)) == nil, "\(file)")
            }
            #expect(try await admin.get("/audit?action=secret.set").data["total"] == .integer(1))
        }
    }

    @Test("A host gets the secrets of jobs that it is a target of, and that is recorded")
    func delivers() async throws {
        try await TestServer.with { server, admin in
            let web = try await server.agent("web-1")
            let red = try #require(try await admin.post("/groups", ["name": .string("red")]).data["id"]?.int)
            _ = try await admin.post("/groups/\(red)/clients", ["client_ids": .array([.string("web-1")])])
            let other = try await server.agent("web-2")
            _ = try await admin.put(
                "/secrets/DB",
                ["value": .string(Self.value), "owner_groups": .array([.integer(red)])]
            )
            let made = try await admin.post("/tasks", Self.shell(["PW": "x ${secret:DB}"], groups: [red]))
            let id = try #require(made.data["id"]?.int)
            let job = try #require(try await server.store.job(id))
            let request = SecretsRequest(
                execution: try #require(ExecutionID("0190a000-0000-7000-8000-000000000001")),
                job: job.uid,
                version: job.version
            )
            let desk = SecretDesk(store: server.store, seal: TestServer.seal, clock: server.clock)
            #expect(try await desk.secrets(for: request, of: web) == ["DB": Self.value])
            let row = try await admin.get("/audit?action=secret.deliver").data["items"]?.items.first
            #expect(row?["actor_kind"]?.text == "agent" && row?["actor_id"]?.text == "web-1")
            await #expect(throws: CoreError.self) { try await desk.secrets(for: request, of: other) }
            // The owners are narrowed by force: from now on the job does not get it.
            let blue = try #require(try await admin.post("/groups", ["name": .string("blue")]).data["id"]?.int)
            let narrow: [String: JSON] = ["owner_groups": .array([.integer(blue)])]
            #expect(try await admin.put("/secrets/DB", narrow).error == "in_use")
            let forced = narrow.merging(["force": .bool(true)]) { $1 }
            #expect(try await admin.put("/secrets/DB", forced).data["version"] == .integer(1))
            await #expect(throws: CoreError.self) { try await desk.secrets(for: request, of: web) }
            let locked = SecretDesk(store: server.store, seal: nil, clock: server.clock)
            await #expect(throws: CoreError.self) { try await locked.secrets(for: request, of: web) }
        }
    }

    @Test("A job names secrets that exist, cover its groups and are its editor's to use; a script names none")
    func naming() async throws {
        try await TestServer.with { server, admin in
            let red = try #require(try await admin.post("/groups", ["name": .string("red")]).data["id"]?.int)
            _ = try await admin.put(
                "/secrets/RED",
                ["value": .string(Self.value), "owner_groups": .array([.integer(red)])]
            )
            let path = "executor_config.env.PW"
            #expect(try await admin.post("/tasks", Self.shell(["PW": "secret:NONE"], groups: [red])).faults == [path])
            #expect(try await admin.post("/tasks", Self.shell(["PW": "secret:RED"], groups: [1])).faults == [path])
            #expect(try await admin.post("/tasks", Self.shell(["PW": "secret:"], groups: [red])).faults == [path])
            let made = try await admin.post("/tasks", Self.shell(["PW": "secret:RED"], groups: [red]))
            #expect(made.status == 201, "\(made.text)")
            #expect(try await admin.delete("/secrets/RED").error == "in_use")
            #expect(try await admin.delete("/secrets/RED?force=true").status == 200)
            let script = taskBody([
                "executor_config": .object([.init("command", "echo ${secret:RED}")]), "executor_type": .integer(1),
            ])
            #expect(try await admin.post("/tasks", script).faults == ["executor_config.command"])
        }
    }

    @Test("Secrets are seen and set in one's own groups only")
    func scope() async throws {
        try await TestServer.with { server, admin in
            let red = try #require(try await admin.post("/groups", ["name": .string("red")]).data["id"]?.int)
            let blue = try #require(try await admin.post("/groups", ["name": .string("blue")]).data["id"]?.int)
            let made = try await admin.post(
                "/users",
                ["username": .string("bo"), "role": .string("operator"), "group_ids": .array([.integer(red)])]
            )
            let password = try #require(made.data["password"]?.text)
            let bo = try await admin.signedIn("bo", password: password).changing(password, to: "a long new word")
            for (name, owners) in [("BLUE", JSON.array([.integer(blue)])), ("ALL", .string("all"))] {
                let body: [String: JSON] = ["value": .string(Self.value), "owner_groups": owners]
                #expect(try await admin.put("/secrets/\(name)", body).status == 200)
            }
            let mine = try await bo.put("/secrets/MINE", ["value": .string(Self.value)])
            #expect(mine.data["owner_groups"] == .array([.integer(red)]))
            let names = try await bo.get("/secrets").data["items"]?.items.compactMap { $0["name"]?.text }
            #expect(names == ["ALL", "MINE"])
            #expect(try await bo.get("/secrets/BLUE").status == 404)
            #expect(try await bo.put("/secrets/BLUE", ["value": .string(Self.value)]).error == "name_taken")
            #expect(try await bo.put("/secrets/ALL", ["value": .string(Self.value)]).status == 403)
            #expect(
                try await bo.put("/secrets/NEW", ["value": .string(Self.value), "owner_groups": .string("all")]).status
                    == 403
            )
            #expect(try await bo.put("/secrets/SHORT", ["value": .string("12345")]).faults == ["value"])
            #expect(try await bo.delete("/secrets/MINE").status == 200)
            let vera = try await admin.signedIn("vera")
            #expect(try await vera.get("/secrets").status == 403)
        }
    }
}
