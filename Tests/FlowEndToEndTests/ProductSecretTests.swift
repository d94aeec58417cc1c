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
                let given = "handed-0ver-at-the-start"
                try await Self.start(with: given, client)
                for path in try FileManager.default.subpathsOfDirectory(atPath: world.directory) {
                    guard let content = FileManager.default.contents(atPath: world.directory + "/" + path) else {
                        continue
                    }
                    #expect(content.firstRange(of: Data(value.utf8)) == nil, "\(path)")
                    #expect(content.firstRange(of: Data(given.utf8)) == nil, "\(path)")
                }
                // A name that is gone: nothing is started, and the record says why.
                try await client.call("DELETE", "/secrets/DB?force=true")
                let refused = try await client.runOne(job)
                #expect(refused["status_name"] == "FAILURE", "\(refused)")
                #expect(refused["reason"]?["code"] == "POLICY_DENIED")
            }
        }

        /// Runs a task with a secret parameter, which its script has as a variable only.
        private static func start(with value: String, _ client: ServerClient) async throws {
            let job = try await client.createJob(
                "with a secret parameter",
                command: "",
                groups: [try await client.everyone()],
                with: [
                    "executor_config": [
                        "command": .text(
                            "echo \"pw=$QF_PARAM_PW bytes=${#QF_PARAM_PW} arguments=$#\"; test ${#QF_PARAM_PW} = 24"
                        )
                    ],
                    "parameters": [["name": "pw", "type": "secret", "required": true]],
                ]
            )
            let first = try await client.runOne(job, parameters: ["pw": .text(value)])
            #expect(first["status_name"] == "SUCCESS", "\(first)")
            let log = try await Runs.completeLog(try #require(first["id"]?.string), client)
            #expect(log.contains("pw=*** bytes=24 arguments=0"), "\(log)")
        }
    }
}
