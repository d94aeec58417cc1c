// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

extension ProductTests {
    @Suite("Secrets")
    struct Secrets {
        @Test("A secret reaches the program, and is nowhere else: in no file of server and host, no log, no answer")
        func isNowhereElse() async throws {
            let value = "tr0ub4dor-and-three"
            try await ProductWorld.with { world in
                let client = try await world.client(of: try world.startDev())
                _ = try await client.hostsOnline(1)
                try await client.call("PUT", "/secrets/DB", ["value": .text(value), "owner_groups": "all"])
                let file = world.directory + "/length"
                let job = try await client.createJob(
                    "with a secret",
                    command: "",
                    groups: [try await client.everyone()],
                    with: [
                        "executor_config": [
                            "command": .text(
                                "printf %s \"$PW\" | wc -c > \(file); echo \"pw=$PW\"; echo \"$PW\" >&2; exit 0"
                            ),
                            "env": ["PW": "secret:DB"],
                        ]
                    ]
                )
                let execution = try await client.runOne(job)
                #expect(execution["status_name"] == "SUCCESS", "\(execution)")
                let written = try String(contentsOfFile: file, encoding: .utf8)
                #expect(Int(written.trimmingCharacters(in: .whitespacesAndNewlines)) == value.utf8.count)
                let id = try #require(execution["id"]?.string)
                let log = try await Runs.completeLog(id, client)
                #expect(log.contains("pw=***") && !log.contains(value), "\(log)")
                let audit = try await client.call("GET", "/audit?action=secret.deliver")
                #expect(audit["total"] == 1)
                for path in try FileManager.default.subpathsOfDirectory(atPath: world.directory) {
                    guard let content = FileManager.default.contents(atPath: world.directory + "/" + path) else {
                        continue
                    }
                    #expect(content.firstRange(of: Data(value.utf8)) == nil, "\(path)")
                }
                // A name that is gone: nothing is started, and the record says why.
                try await client.call("DELETE", "/secrets/DB?force=true")
                let refused = try await client.runOne(job)
                #expect(refused["status_name"] == "FAILURE", "\(refused)")
                #expect(refused["reason"]?["code"] == "POLICY_DENIED")
            }
        }
    }
}
