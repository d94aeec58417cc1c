// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowStore
import HTTPTypes
import HummingbirdTesting
import Testing

@testable import FlowAPI

@Suite("Every role, on every route, with own, foreign and absent objects (docs/people.md)")
struct RoleMatrixTests {
    /// Routes without a permission of their own: who may use them is said here, and a new one has to be added by hand.
    private static let forAll: Set<Endpoint> = [
        .signIn, .signInCode, .startOIDC, .returnFromOIDC, .redeemOIDC, .health, .ready, .version, .openAPI,
        .plainHealth,
        .plainReady, .plainOpenAPI,
        .taskFileSchema, .s4Health, .receiveHook, .receiveHookToken,
    ]
    private static let forSignedIn: Set<Endpoint> = [
        .signOut, .whoAmI, .changePassword, .listOwnSessions, .endOtherSessions, .endOwnSession, .listTokens,
        .createToken, .deleteToken, .live, .events, .reportClientError, .getTOTP, .beginTOTP, .confirmTOTP, .endTOTP,
        .renewRecoveryCodes, .explainAccess, .mendGlass, .listViews, .keepView, .deleteView,
        .getPreferences, .changePreferences,
    ]

    @Test("A route without a declared permission is one of a known few")
    func declared() {
        for endpoint in Endpoint.allCases {
            switch endpoint.declaration.access {
            case .everyone: #expect(Self.forAll.contains(endpoint), "\(endpoint) is open to everyone")
            case .signedIn: #expect(Self.forSignedIn.contains(endpoint), "\(endpoint) is open to all who signed in")
            case .needs, .metrics: break
            }
        }
    }

    /// Ids of what stands under a word of a path.
    private struct Objects {
        var own: [String: String] = [
            "groups": "2", "clients": "r", "secrets": "RED", "rules": "1", "versions": "1",
            "silences": "1", "reports": "1",
        ]
        var foreign: [String: String] = [
            "groups": "3", "clients": "b", "secrets": "BLUE", "rules": "2", "versions": "1",
            "silences": "2", "reports": "2",
        ]
        static let absent = [
            "tasks": "999", "groups": "999", "clients": "x", "secrets": "NONE", "rules": "999",
            "hooks": "0192f0a0-0000-4000-8000-000000000000", "versions": "1",
            "executions": "0192f0a0-0000-8000-8000-000000000000", "runs": "0192f0a0-0000-8000-8000-000000000000",
            "workflows": "999", "workflow-runs": "0192f0a0-0000-8000-8000-000000000000", "nodes": "ok",
            "backfills": "0192f0a0-0000-4000-8000-000000000000", "silences": "999",
            "reports": "999",
        ]
    }

    /// Teams red (group 2) and blue (group 3) with something of each kind; all that is blue has `canary` in its name.
    private static func furnish(_ server: TestServer, _ admin: Caller) async throws -> Objects {
        var objects = Objects()
        for (team, host, group) in [("red", "r", Int64(2)), ("blue-canary", "b", 3)] {
            _ = try await admin.post("/groups", ["name": .string(team)])
            _ = try await server.agent(host, groups: [group])
            // The label makes it a task of S4's dialect as well.
            let body = taskBody([
                "name": .string("s4/\(team)"), "group_ids": .array([.integer(group)]),
                "labels": ["xhs_account_id": JSON.string(team)].json,
            ])
            let task = try #require(try await admin.post("/tasks", body).data["id"]?.int)
            let started = try await admin.post("/tasks/\(task)/trigger").data
            // Each way to delete a task needs one of its own.
            for endpoint in [Endpoint.s0DeleteTask, .s4DeleteTask] {
                let spare = body.merging(["name": .string("s4/\(team)/\(endpoint)")]) { $1 }
                let id = try #require(try await admin.post("/tasks", spare).data["id"]?.int)
                if group == 2 { objects.own["\(endpoint)"] = "\(id)" } else { objects.foreign["\(endpoint)"] = "\(id)" }
            }
            let match = ["group_ids": JSON.array([.integer(group)])].json
            let target = ["type": JSON.string("email"), "recipients": .array([.string("a@example.com")])].json
            let rule: [String: JSON] = [
                "name": .string(team), "triggers": .array([.string("timeout")]), "channels": .array([target]),
                "match": match,
            ]
            #expect(try await admin.post("/notify/rules", rule).status == 201)
            let silence: [String: JSON] = ["match": match, "seconds": .integer(600), "reason": .string(team)]
            #expect(try await admin.post("/notify/silences", silence).status == 201)
            let report: [String: JSON] = [
                "name": .string(team), "period": .string("day"), "at": .string("08:00"),
                "group_ids": .array([.integer(group)]), "recipients": .array([.string("a@example.com")]),
            ]
            #expect(try await admin.post("/notify/reports", report).status == 201)
            let owners = JSON.array([.integer(group)])
            _ = try await admin.put(
                "/secrets/\(group == 2 ? "RED" : "BLUE")",
                ["value": .string("hunter2-hunter2"), "owner_groups": owners]
            )
            let workflow = try await admin.post("/workflows", Self.workflow(team, group)).data["id"]?.int ?? 0
            let flow = try await admin.post("/workflows/\(workflow)/run").data["run_id"]?.text ?? ""
            let hook: [String: JSON] = ["name": .string(team), "format": .string("token")]
            let made = try await admin.post("/tasks/\(task)/hooks", hook).data["id"]?.text ?? ""
            let past: [String: JSON] = [
                "from": .string("2026-11-20T00:00:00Z"), "to": .string("2026-11-20T12:00:00Z"),
            ]
            let backfill = try await admin.post("/tasks/\(task)/backfill", past).data["backfill"]?["id"]?.text ?? ""
            let found: [String: String] = [
                "backfills": backfill, "hooks": made, "workflows": "\(workflow)", "workflow-runs": flow, "nodes": "ok",
                "tasks": "\(task)", "runs": started["run_id"]?.text ?? "",
                "executions": started["execution_id"]?.text ?? "",
            ]
            if group == 2 { objects.own.merge(found) { $1 } } else { objects.foreign.merge(found) { $1 } }
        }
        return objects
    }

    /// A question and a script of its own.
    private static func workflow(_ name: String, _ group: GroupID) -> [String: JSON] {
        [
            "name": .string(name), "group_ids": .array([.integer(group)]),
            "nodes": .array([
                ["key": JSON.string("ok"), "kind": .string("approval")].json,
                ["key": JSON.string("own"), "kind": .string("script"), "script": .string("true")].json,
            ]),
        ]
    }

    /// The route's path with objects in place of its parameters; nil when some parameter is of a kind without a scope.
    private static func path(_ endpoint: Endpoint, _ objects: [String: String]) -> String? {
        var objects = objects
        if let spare = objects["\(endpoint)"] { objects["tasks"] = spare }
        var kind = ""
        var path = ""
        for segment in endpoint.declaration.path.split(separator: "/") {
            if segment.hasPrefix("{") {
                guard let object = objects[kind] else { return nil }
                path += "/" + object
            } else {
                kind = String(segment)
                path += "/" + segment
            }
        }
        // Without the instant no explanation is looked for.
        let query =
            switch endpoint {
            case .explainTask: "?at=2027-01-01T00:00:00Z"
            case .searchLog: "?q=word"
            default: ""
            }
        return "!" + path + query
    }

    /// A body about red alone, where the example speaks of other groups.
    private static func body(_ endpoint: Endpoint) -> String? {
        switch endpoint {
        case .createTask, .updateTask:
            // It stays a task of S4's dialect.
            JSONWriter.text(
                taskBody([
                    "name": .string("\(endpoint)"), "group_ids": .array([.integer(2)]),
                    "labels": ["xhs_account_id": JSON.string("red")].json,
                ]).json
            )
        case .checkTasks:
            JSONWriter.text(
                ["tasks": JSON.array([["task": taskBody(["group_ids": .array([.integer(2)])]).json].json])].json
            )
        case .testTask:
            JSONWriter.text(
                ["task": taskBody(["group_ids": .array([.integer(2)])]).json, "client_id": JSON.string("r")].json
            )
        case .createWorkflow, .updateWorkflow: JSONWriter.text(Self.workflow("\(endpoint)", 2).json)
        case .addMembers: #"{"client_ids":["r"]}"#
        // Its example stops by force, which is another permission.
        case .cancelExecution, .stopRun: "{}"
        case .setSecret: #"{"value":"hunter2-hunter2","owner_groups":[2]}"#
        case .createNotifyRule, .updateNotifyRule:
            #"{"name":"n","triggers":["timeout"],"channels":[{"type":"email","recipients":["a@example.com"]}],"#
                + #""match":{"group_ids":[2]}}"#
        case .createReportMail, .updateReportMail:
            #"{"name":"n","period":"day","at":"08:00","group_ids":[2],"recipients":["a@example.com"]}"#
        case .createSilence: #"{"match":{"group_ids":[2]},"seconds":600,"reason":"r"}"#
        default: endpoint.contract?.body?.examples.first.map { JSONWriter.text($0.value) }
        }
    }

    /// What belongs to the installation as a whole although its permission can be granted on groups.
    private static let onAllOnly: Set<Endpoint> = [
        .createGroup, .deleteGroup, .getGroupRules, .setGroupRules, .applyGroupRules, .previewGroupRules,
        .createJoinToken,
    ]

    /// Deletions last, so that each route finds its objects; the end of a maintenance deletes none.
    private static var order: [Endpoint] {
        let ranks: [HTTPRequest.Method: Int] = [.get: 0, .put: 1, .post: 2, .delete: 3]
        func rank(_ endpoint: Endpoint) -> Int {
            endpoint == .endMaintenance ? 2 : ranks[endpoint.declaration.method] ?? 0
        }
        return Endpoint.allCases.sorted { (rank($0), $0.rawValue) < (rank($1), $1.rawValue) }
    }

    @Test(
        "With a role on one group: own is served, foreign answers like absent, nothing of others shows",
        arguments: Role.allCases
    )
    func scoped(role: Role) async throws {
        try await TestServer.with { server, admin in
            let objects = try await Self.furnish(server, admin)
            _ = try await server.store.createUser(
                username: "dora",
                passwordHash: try await ScryptPasswordHasher(logRounds: 4).hash(TestServer.password),
                grants: [Grant(role: role, scope: .groups([2]))],
                mustChangePassword: false,
                by: .system(at: TestServer.start)
            )
            let dora = try await admin.signedIn("dora")
            for endpoint in Self.order {
                guard case .needs(let permission) = endpoint.declaration.access else { continue }
                let isHeld = role.permissions.contains(permission) && !permission.isGlobal
                func status(_ objects: [String: String]) async throws -> Int? {
                    guard let path = Self.path(endpoint, objects) else { return nil }
                    let answer = try await dora.call(endpoint.declaration.method, path, body: Self.body(endpoint))
                    #expect(!answer.text.contains("canary"), "\(role) \(endpoint) shows \(answer.text)")
                    return answer.status
                }
                // A secret that is not there would be made; one of others is as good as a taken name.
                let absent = endpoint == .setSecret ? nil : try await status(Objects.absent)
                let foreign = try await status(objects.foreign)
                let own = try await status(objects.own)
                guard isHeld else {
                    for status in [absent, foreign, own].compactMap(\.self) {
                        #expect(status == 403, "\(role) \(endpoint): \(status)")
                    }
                    continue
                }
                if Self.onAllOnly.contains(endpoint) {
                    #expect(own == 403, "\(role) \(endpoint): \(own ?? 0)")
                    continue
                }
                if let own { #expect(![401, 403, 404].contains(own), "\(role) \(endpoint), own: \(own)") }
                if !endpoint.pathParameters.isEmpty {
                    if endpoint == .setSecret {
                        #expect(foreign == 409)
                        continue
                    }
                    #expect(foreign == absent, "\(role) \(endpoint): foreign \(foreign ?? 0), absent \(absent ?? 0)")
                    if let foreign { #expect(foreign == 404, "\(role) \(endpoint): \(foreign)") }
                }
            }
        }
    }

    @Test("With a role on everything: each route is open or closed as its permission says", arguments: Role.allCases)
    func everywhere(role: Role) async throws {
        try await TestServer.with { server, admin in
            let objects = try await Self.furnish(server, admin)
            _ = try await server.store.createUser(
                username: "dora",
                passwordHash: try await ScryptPasswordHasher(logRounds: 4).hash(TestServer.password),
                grants: [Grant(role: role, scope: .all)],
                mustChangePassword: false,
                by: .system(at: TestServer.start)
            )
            let dora = try await admin.signedIn("dora")
            for endpoint in Self.order {
                guard case .needs(let permission) = endpoint.declaration.access else { continue }
                let isHeld = role.permissions.contains(permission)
                for objects in [objects.own, objects.foreign] {
                    // Kinds without a scope are absent here: what counts is the permission.
                    let plain = endpoint.pathParameters.reduce("!" + endpoint.declaration.path) {
                        $0.replacing("{\($1.name)}", with: "999")
                    }
                    let path = Self.path(endpoint, objects) ?? plain
                    let answer = try await dora.call(endpoint.declaration.method, path, body: Self.body(endpoint))
                    #expect((answer.status == 403) != isHeld, "\(role) \(endpoint): \(answer.text)")
                }
            }
        }
    }
}
