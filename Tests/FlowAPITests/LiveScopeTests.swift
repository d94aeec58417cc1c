// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowStore
import HummingbirdTesting
import Testing

@testable import FlowAPI

@Suite("The live connection shows what a scope allows, and nothing else", .timeLimit(.minutes(10)))
struct LiveScopeTests {
    @Test("With a role on one group it tells of that group alone, whatever happens elsewhere; other rights end it")
    func scope() async throws {
        try await TestServer.with { server in
            try await server.app.test(.live) { client in
                let admin = try await Caller(client: client).signedIn("ada")
                let port = try #require(client.port)
                for team in ["red", "blue-canary"] { _ = try await admin.post("/groups", ["name": .string(team)]) }
                for (host, group) in [("r", Int64(2)), ("b-canary", 3)] {
                    let agent = try await server.agent(host, groups: [group])
                    server.gateway.connect(agent, at: server.clock.now)
                }
                _ = try await server.store.createUser(
                    username: "dora",
                    passwordHash: try await ScryptPasswordHasher(logRounds: 4).hash(TestServer.password),
                    grants: [Grant(role: .developer, scope: .groups([2]))],
                    mustChangePassword: false,
                    by: .system(at: TestServer.start)
                )
                let bearer = [("Authorization", "Bearer \(try await admin.signedIn("dora").token ?? "")")]
                try await LiveClient.with(port: port, headers: bearer) { live in
                    for topic in ["jobs", "executions", "stats"] { try await live.subscribe(topic) }
                    let numbers = try await live.data("stats")
                    #expect(numbers["hosts_online"] == .integer(1), "\(numbers)")
                    try await live.subscribe("hosts")
                    let hosts = try await live.data("hosts")
                    #expect(hosts["items"]?.items.map { $0["client_id"]?.text } == ["r"])

                    let foreign = try await Self.work(server, admin, "blue-canary", group: 3)
                    server.bus.publish(.agentChanged(try #require(AgentID("b-canary"))))
                    _ = try await admin.delete("/tasks/\(foreign.jobID)")
                    let own = try await Self.work(server, admin, "red", group: 2)
                    let seen = LockedBox<[JSON]>([])
                    _ = try await live.first { message in
                        guard case .text(let frame) = message else { return false }
                        seen.value.append(frame)
                        func has(_ topic: String, _ fits: (JSON) -> Bool) -> Bool {
                            seen.value.contains { $0["t"]?.text == topic && fits($0) }
                        }
                        return has("jobs") { $0["data"]?["id"] == .integer(own.jobID) }
                            && has("jobs") { $0["op"]?.text == "gap" }
                            && has("executions") { frame in
                                frame["data"]?["items"]?.items.contains { $0["status_name"]?.text == "SUCCESS" } == true
                            }
                    }
                    for frame in seen.value {
                        let text = JSONWriter.text(frame)
                        #expect(!text.contains("canary") && !text.contains("\(foreign.id)"), "\(text)")
                        #expect(
                            frame["t"]?.text != "jobs" || frame["data"]?["id"] != .integer(foreign.jobID),
                            "\(text)"
                        )
                    }
                    for topic in ["execution:\(foreign.id)", "log:\(foreign.id)", "editing:\(foreign.jobID)"] {
                        try await live.subscribe(topic)
                        #expect(try await live.frame("err")["code"]?.text == "not_found", "\(topic)")
                    }
                    try await live.subscribe("execution:\(own.id)")
                    #expect(try await live.data("execution:\(own.id)")["id"]?.text == "\(own.id)")
                    // Other rights reach an open connection within seconds.
                    let user = try #require(try await server.store.user(named: "dora")?.id)
                    let more: [String: JSON] = ["role": .string("viewer"), "group_ids": .array([.integer(3)])]
                    #expect(try await admin.post("/users/\(user)/grants", more).status == 201)
                    #expect(try await live.closeCode() == 4403)
                }
            }
        }
    }

    /// A task of a group that has run once.
    private static func work(
        _ server: TestServer,
        _ admin: Caller,
        _ name: String,
        group: GroupID
    ) async throws -> Execution {
        let body = taskBody(["name": .string(name), "group_ids": .array([.integer(group)])])
        let task = try #require(try await admin.post("/tasks", body).data["id"]?.int)
        let started = try await admin.post("/tasks/\(task)/trigger")
        let id = try #require(started.data["execution_id"]?.text.flatMap { ExecutionID($0) })
        let execution = try #require(try await server.store.execution(id))
        try await server.report(execution, sequence: 1, status: .running)
        try await server.appendLog(id, at: 0, "\(name)\n")
        try await server.report(execution, sequence: 2, status: .success)
        return execution
    }
}
