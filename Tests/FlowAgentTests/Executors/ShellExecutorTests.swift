// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowCore
import Foundation
import Testing

@Suite("The shell executor", .serialized)
struct ShellExecutorTests {
    static let payloads = [
        "$(touch CANARY)", "`touch CANARY`", "; touch CANARY", "' ; touch CANARY ; '", "\" ; touch CANARY ; \"",
        "\ntouch CANARY\n", "| touch CANARY", "&& touch CANARY", "${IFS}touch${IFS}CANARY", "--help; touch CANARY",
        "() { :;}; touch CANARY", "> CANARY", "*", "~root", "\u{202E}\u{0007}", "-n",
    ]

    @Test("parameters arrive as they are and are never run (S1-NFR-S2)", arguments: payloads)
    func injection(value: String) async throws {
        try await Host.with { host in
            let script = "printf '%s|%s|%s' \"$QF_PARAM_VALUE\" \"$1\" \"$0\""
            let outcome = try await host.run(script, parameters: ["value": value], directory: host.directory.path)
            #expect(outcome.text == "\(value)|\(value)|job")
            #expect(!FileManager.default.fileExists(atPath: host.directory.path + "/CANARY"))
            #expect(!FileManager.default.fileExists(atPath: host.directory.path + "/ touch CANARY"))
        }
    }

    @Test("gives a script a clean environment, no input, and the words about its execution")
    func environment() async throws {
        setenv("QF_TEST_SECRET", "of the agent", 1)
        try await Host.with { host in
            let id = await host.launch(
                "env; umask; cat; pwd; ls -l /proc/self/fd | wc -l",
                parameters: ["region": "eu"],
                environment: ["COLOUR": "blue", "QF_EXECUTION_ID": "forged"]
            )
            let text = try await host.wait(id).text
            #expect(!text.contains("QF_TEST_SECRET"))
            for line in [
                "QF_EXECUTION_ID=\(id)", "QF_TASK_ID=7", "QF_TASK_NAME=job", "QF_ATTEMPT=1", "QF_PARAM_REGION=eu",
                "COLOUR=blue", "QF_SCHEDULED_TIME=2027-01-15T08:00:00.000Z", "LANG=C.UTF-8", "0077",
            ] {
                #expect(text.split(separator: "\n").contains(Substring(line)), "\(line) is missing")
            }
            #expect(text.contains("/work/\(id)"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: host.directory.path + "/work").isEmpty)
            let refused = try await host.run("true", parameters: ["LD PRELOAD": "x"])
            #expect(refused.reason == .spawn)
            #expect(refused.detail?.contains("LD PRELOAD") == true)
            #expect(try await host.run("true", parameters: ["a": "b\0c"]).reason == .spawn)
        }
    }
}
