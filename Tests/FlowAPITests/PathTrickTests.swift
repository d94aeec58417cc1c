// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@testable import FlowAPI

@Suite("Tricks with paths lead nowhere (attack class 3)")
struct PathTrickTests {
    private static let paths = [
        "/api/v1/tasks", "/api/v1/tasks/1", "/api/v1/users/1", "/api/v1/secrets/DB", "/api/v1/tasks/1/trigger",
        "/api/v1/executions/0192f0a0-0000-8000-8000-000000000000/logs", "/api/v1/audit", "/api/v1/metrics",
    ]

    /// Another spelling of a path, or one that may be taken for it by somebody in between.
    private static let tricks: [@Sendable (String) -> String] = [
        { "/" + $0 }, { "//" + $0 }, { $0 + "/" }, { $0 + "//" }, { $0 + "/." }, { $0 + "/.." }, { $0 + "/../" },
        { $0 + "%2f" }, { $0 + "%2F.." }, { $0 + "%5c" }, { $0 + "\\" }, { $0 + ";" }, { $0 + ";jsessionid=1" },
        { $0 + "%00" }, { $0 + "%00.json" }, { $0 + "%0a" }, { $0 + "%0d%0aX-A:%20b" }, { $0 + "%20" }, { $0 + "+" },
        { $0 + "." }, { $0 + ".." }, { $0 + ".json" }, { $0 + "~" }, { $0 + "%23" }, { $0 + "%3f" }, { $0 + "%25" },
        { $0 + "%252f.." }, { $0 + "%c0%ae%c0%ae" }, { $0 + "%ef%bc%8f" }, { $0 + "/%2e%2e/%2e%2e" },
        { "/x/.." + $0 }, { "/x/%2e%2e" + $0 }, { "/." + $0 }, { "/%2e" + $0 }, { "/..;" + $0 }, { "\\" + $0 },
        { "/static/..%2f.." + $0 }, { "/health/.." + $0 }, { "/%2f" + $0 },
        { $0.replacing("/", with: "//") }, { $0.replacing("/", with: "/./") }, { $0.replacing("/", with: "%2f") },
        { $0.replacing("/", with: "\\") }, { $0.replacing("a", with: "%61") }, { $0.replacing("s", with: "%73") },
        { $0.uppercased() }, { $0.replacing("1", with: "%31") + "%00" },
        { $0 + "/" + String(repeating: "a", count: 9000) },
        { $0 + "/" + String(repeating: "../", count: 500) },
    ]

    @Test("Each of several hundred is 400, 401 or 404 in JSON, whoever asks, and never an answer of the route")
    func tricks() async throws {
        try await TestServer.with { _, admin in
            let anonymous = Caller(client: admin.client)
            var count = 0
            for path in Self.paths {
                for trick in Self.tricks {
                    let target = trick(path)
                    guard target != path else { continue }
                    count += 1
                    for caller in [admin, anonymous] {
                        let answer = try await caller.get("!" + target)
                        #expect([400, 401, 404].contains(answer.status), "\(answer.status) \(target.prefix(120))")
                        #expect(answer.error != nil, "JSON, never the console: \(target.prefix(120))")
                    }
                }
            }
            #expect(count >= 200)
        }
    }

    @Test("A null byte or broken escape in a query is refused, not cut off")
    func queries() async throws {
        try await TestServer.with { _, admin in
            for query in ["keyword=%00", "keyword=a%00b", "keyword=%", "keyword=%zz", "keyword=%c0%af", "%00=1"] {
                let answer = try await admin.get("/tasks?\(query)")
                #expect(answer.status == 400, "\(query)")
            }
        }
    }
}
