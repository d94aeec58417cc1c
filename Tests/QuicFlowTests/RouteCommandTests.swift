// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import Foundation
import Testing

@testable import quicflow

@Suite("Commands of runs, the audit and the API itself")
struct RouteCommandTests {
    @Test("A path is taken with or without its base, its query as it stands")
    func paths() throws {
        let plain = try APICommand.parts(of: "/tasks/7/rollout")
        #expect(plain.path == "/tasks/7/rollout" && plain.query.isEmpty)
        let full = try APICommand.parts(of: "/api/v1/tasks?keyword=a%20b&label=x")
        #expect(full.path == "/tasks" && full.query.map(\.0) == ["keyword", "label"])
        #expect(full.query.map(\.1) == ["a b", "x"])
        for text in ["tasks", "http://evil.example/tasks", "//evil.example/x", "/tasks#a"] {
            #expect(throws: CommandFailure.self, "\(text)") { try APICommand.parts(of: text) }
        }
    }

    @Test("An object of the audit is a kind, or a kind and an id that may have colons")
    func auditFilter() throws {
        let one = try AuditListCommand.parse(["--object", "job:42", "--outcome", "denied"]).filter.query
        #expect(one.contains { $0.0 == "object_kind" && $0.1 == "job" })
        #expect(one.contains { $0.0 == "object_id" && $0.1 == "42" })
        #expect(one.contains { $0.0 == "outcome" && $0.1 == "denied" })
        let kind = try AuditListCommand.parse(["--object", "setting"]).filter.query
        #expect(kind.contains { $0.0 == "object_id" && $0.1 == nil })
    }

    @Test("A row of the audit says who, what and, when asked, what it was before and after; an emergency shows")
    func auditRows() {
        let row = JSONValue.object([
            "at": "2026-11-28T10:00:00Z", "actor": "ada", "actor_kind": "user", "via": "api", "address": "192.0.2.1",
            "action": "job.update", "object_kind": "job", "object_id": "7", "object_name": "nightly", "outcome": "ok",
            "flags": .array(["break_glass"]),
            "diff": .array([
                .object(["path": "/timeout", "old": 300, "new": 600]), .object(["path": "/x", "new": "a"]),
            ]),
        ])
        let short = AuditListCommand.table([row], withChanges: false)
        #expect(short.contains("ada (all rights)  192.0.2.1  job.update  job nightly"), "\(short)")
        #expect(!short.contains("timeout"))
        let long = AuditListCommand.table([row], withChanges: true)
        #expect(long.contains("/timeout: 300 → 600") && long.contains("/x: - → \"a\""), "\(long)")
    }

    @Test("Tables name hosts by what people call them, and by their id where they are gone")
    func hostNames() {
        let execution = JSONValue.object(["id": "x", "client_id": "a1", "client_name": "web1", "status": 3])
        #expect(ExecutionView.table([execution]).contains("web1"))
        #expect(ExecutionView.details(execution).contains("web1 (a1)"))
        var gone = execution
        gone["client_name"] = .null
        #expect(ExecutionView.table([gone]).contains("a1"))
    }

    @Test("The challenge of a browser's sign-in is that of RFC 7636, appendix B")
    func challenge() {
        #expect(
            BrowserSignIn.mark(of: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM") == "E9Me-lhoa"
        )
        #expect(
            BrowserSignIn.challenge(of: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
                == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        )
        #expect(throws: (any Error).self) { try LoginCommand.parse(["--provider", "corp", "--password-stdin"]) }
    }

    @Test("A task is moved one way")
    func shift() async throws {
        let earlier = try await TaskShiftCommand.asyncParse(["backup", "--earlier", "30m"])
        #expect(earlier.earlier?.seconds == 1800)
        for words in [["backup"], ["backup", "--earlier", "30m", "--later", "1h"]] {
            await #expect(throws: (any Error).self) { try await TaskShiftCommand.asyncParse(words) }
        }
    }
}
