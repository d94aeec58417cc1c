// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowAgentCore
import FlowCore
import FlowProcess
import FlowTesting
import Foundation
import Testing

@Suite("Plugin jobs", .serialized, .timeLimit(.minutes(10)))
struct PluginJobTests {
    /// A directory of plugins, each of them a Python program that starts with the greeting.
    private func plugins(_ programs: [String: String]) throws -> TemporaryDirectory {
        let directory = try TemporaryDirectory()
        for (name, body) in programs {
            let path = directory.path + "/" + name
            let program = """
                #!/usr/bin/python3
                import json, os, signal, sys, time
                def say(**message):
                    print(json.dumps(message), flush=True)
                def hear():
                    line = sys.stdin.readline()
                    return json.loads(line) if line else None
                def greet():
                    hear()
                    say(type="hello", protocol=1, name="test", version="1", parameters={"text": {"type": "string"}, "n": {"type": "integer"}})
                    return hear()
                \(body)

                """
            try Data(program.utf8).write(to: URL(fileURLWithPath: path))
            chmod(path, 0o755)
        }
        chmod(directory.path, 0o755)
        return directory
    }

    private func plugin(_ name: String, _ parameters: [String: String] = [:]) -> Payload {
        .plugin(PluginPayload(name: name, parameters: parameters))
    }

    @Test("A plugin is told its parameters, says how far it is, and says how it ended")
    func conversation() async throws {
        let directory = try self.plugins([
            "good": """
            run = greet()
            say(type="progress", percent=50, text="half")
            say(type="output", text=run["parameters"]["text"] + str(run["parameters"]["n"] + 1) + "\\n")
            print("plain", file=sys.stderr)
            say(type="result", status="success" if run["parameters"]["n"] == 41 else "failure", detail="as told")
            """
        ])
        try await Host.with(policy: HostPolicy(plugins: directory.path)) { host in
            // Containers where there is an engine.
            let kinds = host.supervisor.executorKinds.map(\.name).filter { $0 != "container" }
            #expect(kinds == ["builtin", "http", "plugin", "shell", "sql"])
            let job = self.plugin("good", ["text": "{{what}} ", "n": "41"])
            let outcome = try await host.wait(await host.launch(job, parameters: ["what": "answer"]))
            #expect(outcome.status == .success, "\(outcome)")
            for words in ["progress 50 %: half\n", "answer 42\n", "plain\n", "as told\n"] {
                #expect(outcome.text.contains(words), "\(outcome.text)")
            }
            let failed = try await host.wait(await host.launch(self.plugin("good", ["text": "", "n": "1"])))
            #expect(failed.status == .failure && failed.exitCode == 1 && failed.detail == "as told", "\(failed)")
            for (parameters, words) in [(["m": "1"], "no parameter 'm'"), (["n": "x"], "integer")] {
                let refused = try await host.wait(await host.launch(self.plugin("good", parameters)))
                #expect(refused.status == .failure && refused.detail?.contains(words) == true, "\(refused)")
            }
        }
    }

    @Test(
        "A program of the product's own that crashes fails its attempt, and says where it was and nothing that it knew"
    )
    func crash() async throws {
        let directory = try self.plugins(["waits": "greet()\nsay(type='output', text='up')\ntime.sleep(600)"])
        try await Host.with(policy: HostPolicy(plugins: directory.path)) { host in
            let value = "cr4sh-and-tell-n0thing"
            let id = await host.launch(self.plugin("waits", ["text": value]))
            let work = try await eventually("it is up") {
                processes(with: "QF_EXECUTION_ID=\(id)").first { pid in
                    let name = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/exe")
                    return name?.hasSuffix("/quicflow-work") == true
                }
            }
            let children = "/proc/\(work)/task/\(work)/children"
            try await eventually("its plugin is up") {
                try String(contentsOfFile: children, encoding: .utf8).isEmpty == false
            }
            let limits = try String(contentsOfFile: "/proc/\(work)/limits", encoding: .utf8)
            let line = try #require(limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") })
            #expect(["0", "1"].contains(line.split(separator: " ")[4]), "\(line)")
            kill(work, SIGSEGV)
            let outcome = try await host.wait(id)
            #expect(outcome.status == .failure, "\(outcome)")
            #expect(outcome.text.contains("crashed by signal 11"), "\(outcome)")
            #expect(!outcome.text.contains(value) && !outcome.text.contains("Registers:"), "\(outcome.text)")
            #expect(outcome.detail?.contains(value) != true)
        }
    }

    @Test("One that hangs, floods, lies, ends early or ignores cancel fails alone, and leaves nothing behind")
    func unruly() async throws {
        let directory = try self.plugins([
            "hangs": "time.sleep(600)",
            "floods": "while True: sys.stdout.write('x' * 65536)",
            "chatters": "greet()\nwhile True: say(type='progress', percent=1)",
            "lies": "greet()\nsay(type='result', status='perhaps')",
            "babbles": "print('hello')",
            "early": "greet()\nsys.exit(0)",
            "ignores":
                "signal.signal(signal.SIGTERM, signal.SIG_IGN)\ngreet()\nsay(type='output', text='up')\nwhile True: time.sleep(1)",
            "lingers": "greet()\nos.fork() or time.sleep(600)\nsay(type='result', status='success')",
        ])
        try await Host.with(policy: HostPolicy(plugins: directory.path)) { host in
            for (name, words) in [
                ("floods", "more than"), ("lies", "status"), ("babbles", "no JSON object"),
                ("early", "ended without a result"),
            ] {
                let outcome = try await host.wait(await host.launch(self.plugin(name)))
                #expect(outcome.status == .failure && outcome.exitCode == 2, "\(name): \(outcome)")
                #expect(outcome.detail?.contains(words) == true, "\(name): \(outcome)")
            }
            for name in ["hangs", "chatters"] {
                let outcome = try await host.wait(await host.launch(self.plugin(name), timeout: 1))
                #expect(outcome.status == .timeout && outcome.outputBytes < 4096, "\(name): \(outcome)")
            }
            let lingering = try await host.wait(await host.launch(self.plugin("lingers")))
            #expect(lingering.status == .success, "\(lingering)")
            let id = await host.launch(self.plugin("ignores"))
            try await eventually("it is up") { !processes(with: "QF_EXECUTION_ID=\(id)").isEmpty }
            await host.supervisor.cancel(id, force: false)
            await host.supervisor.cancel(id, force: true)
            #expect(try await host.wait(id).status == .cancelled)
            try await eventually("nothing is left") { processes(with: "QF_EXECUTION_ID=\(id)").isEmpty }
            // The host is as it was.
            #expect(try await host.run("exit 0").status == .success)
        }
    }

    @Test("'plugin check' says of a program what of the protocol it keeps, and of the example that it keeps all")
    func check() async throws {
        let directory = try self.plugins([
            "good": "greet()\nsay(type='result', status='success')",
            "babbles": "print('hello')",
            "early": "sys.exit(0)",
        ])
        let program = FileManager.default.currentDirectoryPath + "/.build/debug/quicflow-work"
        func check(_ words: String...) throws -> (lines: [String], passed: Bool) {
            let done = try ChildProcess.run(program, ["check-plugin"] + words)
            let text = done.output + done.error
            return (text.split(separator: "\n").map(String.init), done.end == .exited(0))
        }
        let example = try check(
            FileManager.default.currentDirectoryPath + "/examples/plugins/disk-report",
            "path=" + directory.path
        )
        #expect(example.passed && example.lines.count == 3, "\(example)")
        #expect(example.lines.allSatisfy { $0.hasPrefix("ok ") }, "\(example)")
        // It greets, and takes what it does not know for its run.
        let good = try check(directory.path + "/good")
        #expect(!good.passed && good.lines.count == 3, "\(good)")
        #expect(good.lines.map { $0.hasPrefix("ok ") } == [true, false, true], "\(good)")
        for name in ["babbles", "early"] {
            let bad = try check(directory.path + "/" + name)
            #expect(!bad.passed && bad.lines.allSatisfy { $0.hasPrefix("failed ") }, "\(bad)")
        }
        #expect(try !check("relative").passed)
    }

    @Test("Only a program of the host's directory that nobody else may write is one")
    func places() async throws {
        let directory = try self.plugins(["open": "greet()", "plain": "greet()"])
        chmod(directory.path + "/open", 0o777)
        chmod(directory.path + "/plain", 0o644)
        try await Host.with(policy: HostPolicy(plugins: directory.path)) { host in
            let open = try await host.wait(await host.launch(self.plugin("open")))
            #expect(open.reason == .policyDenied && open.detail?.contains("chmod go-w") == true, "\(open)")
            for name in ["plain", "missing", "../open", "sh"] {
                let outcome = try await host.wait(await host.launch(self.plugin(name)))
                #expect(outcome.status == .failure && outcome.exitCode == 2, "\(name): \(outcome)")
            }
        }
        try await Host.with { host in
            #expect(!host.supervisor.executorKinds.map(\.name).contains("plugin"))
            let outcome = try await host.wait(await host.launch(self.plugin("open")))
            #expect(outcome.status == .failure && outcome.reason == .spawn, "\(outcome)")
        }
    }

    @Test("A hundred hostile values arrive as they are, and none is run or taken for a message")
    func hostileValues() async throws {
        let directory = try self.plugins([
            "echo": """
            run = greet()
            say(type="output", text=json.dumps(run["parameters"]["text"]) + "\\n")
            say(type="result", status="success")
            """
        ])
        try await Host.with(policy: HostPolicy(plugins: directory.path)) { host in
            var ids: [(String, ExecutionID)] = []
            for value in SQLJobTests.hostile {
                ids.append((value, await host.launch(self.plugin("echo", ["text": "{{v}}"]), parameters: ["v": value])))
            }
            for (value, id) in ids {
                let outcome = try await host.wait(id, seconds: 300)
                let text = try JSONDecoder().decode(String.self, from: Data(outcome.text.utf8))
                #expect(outcome.status == .success && text.utf8.elementsEqual(value.utf8), "\(value): \(outcome)")
            }
        }
        for place in ["/", directory.path + "/", FileManager.default.currentDirectoryPath + "/"] {
            #expect(!FileManager.default.fileExists(atPath: place + "CANARY"))
        }
    }
}
