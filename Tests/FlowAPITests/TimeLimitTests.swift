// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@testable import FlowAPI

@Suite("How long a task may take (issue 6)")
struct TimeLimitTests {
    @Test("Six hours and a week are anybody's who writes tasks; less than ten seconds are nobody's")
    func ranges() async throws {
        try await TestServer.with(user: "olga") { _, caller in
            for seconds: Int64 in [10, 21_600, 604_800] {
                let made = try await caller.post(
                    "/tasks",
                    taskBody(["name": .string("t\(seconds)"), "timeout": .integer(seconds)])
                )
                #expect(made.status == 201 && made.data["timeout"] == .integer(seconds), "\(made.faults)")
            }
            for seconds: Int64 in [-1, 1, 9, 604_801] {
                let refused = try await caller.post(
                    "/tasks",
                    taskBody(["name": .string("bad"), "timeout": .integer(seconds)])
                )
                #expect(refused.status == 422 && refused.faults == ["timeout"], "\(seconds)")
            }
        }
    }

    @Test("No limit at all takes settings:write; without it nothing is stored, and the refusal says what to do")
    func none() async throws {
        try await TestServer.with { _, ada in
            let body = taskBody(["timeout": .integer(0)])
            let olga = try await ada.signedIn("olga")
            let refused = try await olga.post("/tasks", body)
            #expect(refused.status == 403 && refused.faults == ["timeout"])
            #expect(refused.text.contains("settings:write") && refused.text.contains("604800"), "\(refused.text)")
            #expect(try await ada.get("/tasks").data["total"] == .integer(0))
            let made = try await ada.post("/tasks", body)
            #expect(made.status == 201 && made.data["timeout"] == .integer(0), "\(made.text)")
            let id = try #require(made.data["id"]?.int)
            // Who may not take the limit away may still edit what has none, and give it one.
            let kept = try await olga.put("/tasks/\(id)", taskBody(["timeout": .integer(0), "version": .integer(1)]))
            #expect(kept.status == 200, "\(kept.text)")
            let limited = try await olga.put(
                "/tasks/\(id)",
                taskBody(["timeout": .integer(60), "version": .integer(2)])
            )
            #expect(limited.data["timeout"] == .integer(60), "\(limited.text)")
            let again = try await olga.put("/tasks/\(id)", taskBody(["timeout": .integer(0), "version": .integer(3)]))
            #expect(again.status == 403)
        }
    }
}
