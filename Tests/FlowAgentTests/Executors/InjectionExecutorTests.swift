// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowAgentCore
import FlowCore
import FlowTesting
import Foundation
import GRDB
import Testing

/// Five hundred texts that want to be something else, as parameters of each executor that takes any; containers have a test of
/// their own where there are some.
@Suite("Injected parameters of executors", .serialized, .timeLimit(.minutes(10)))
struct InjectionExecutorTests {
    /// No program can be given a NUL character.
    private static let values = InjectionPayloads.all.filter { !$0.utf8.contains(0) }

    private static let batches = stride(from: 0, to: values.count, by: 40).map { start in
        Array(values[start..<min(start + 40, values.count)])
    }

    private static func parameters(_ values: [String]) -> [String: String] {
        Dictionary(uniqueKeysWithValues: values.enumerated().map { ("p\($0.offset)", $0.element) })
    }

    /// What the texts would leave, had one of them been run.
    private static func requireNoCanary(_ host: Host, _ more: String...) {
        let places = ["/", NSHomeDirectory(), FileManager.default.currentDirectoryPath, host.directory.path] + more
        for place in places {
            for name in ["canary", "CANARY", "canaryz"] {
                #expect(!FileManager.default.fileExists(atPath: place + "/" + name), "\(place)/\(name)")
            }
        }
    }

    @Test("Scripts get them as variables, as they are")
    func shell() async throws {
        #expect(Self.values.count >= 500)
        try await Host.with { host in
            for batch in Self.batches {
                let names = batch.indices.map { "\"$QF_PARAM_P\($0)\"" }.joined(separator: " ")
                let script = "for v in \(names); do printf %s \"$v\" | od -An -v -tx1 | tr -d ' \\n'; echo; done"
                let outcome = try await host.run(
                    script,
                    parameters: Self.parameters(batch),
                    directory: host.directory.path
                )
                let wanted = batch.map { Hex.encode($0.utf8) + "\n" }.joined()
                #expect(outcome.status == .success && outcome.text == wanted, "\(outcome)")
            }
            Self.requireNoCanary(host)
        }
    }

    @Test("Plugins get them as values of their parameters, as they are")
    func plugin() async throws {
        let directory = try TemporaryDirectory()
        let program = """
            #!/usr/bin/python3
            import json, sys
            def say(**message): print(json.dumps(message), flush=True)
            sys.stdin.readline()
            say(type="hello", protocol=1, name="echo", version="1", parameters={"p%d" % n: {"type": "string"} for n in range(40)})
            run = json.loads(sys.stdin.readline())
            say(type="output", text=json.dumps(run["parameters"]) + "\\n")
            say(type="result", status="success")

            """
        try Data(program.utf8).write(to: URL(fileURLWithPath: directory.path + "/echo"))
        chmod(directory.path + "/echo", 0o755)
        chmod(directory.path, 0o755)
        try await Host.with(policy: HostPolicy(plugins: directory.path)) { host in
            for batch in Self.batches {
                let places = Dictionary(uniqueKeysWithValues: batch.indices.map { ("p\($0)", "{{p\($0)}}") })
                let payload = Payload.plugin(PluginPayload(name: "echo", parameters: places))
                let id = await host.launch(payload, parameters: Self.parameters(batch))
                let outcome = try await host.wait(id)
                let got = try JSONDecoder().decode([String: String].self, from: Data(outcome.text.utf8))
                #expect(outcome.status == .success, "\(outcome)")
                for (number, value) in batch.enumerated() {
                    #expect(got["p\(number)"]?.utf8.elementsEqual(value.utf8) == true, "\(value)")
                }
            }
            Self.requireNoCanary(host, directory.path)
        }
    }

    @Test("Statements get them bound, as they are")
    func sql() async throws {
        let directory = try TemporaryDirectory()
        let file = directory.path + "/app.db"
        let queue = try DatabaseQueue(path: file)
        try await queue.write {
            try $0.execute(sql: "CREATE TABLE canary (n int); CREATE TABLE got (batch int, n int, v text)")
        }
        try await Host.with { host in
            for (number, batch) in Self.batches.enumerated() {
                let statements = stride(from: 0, to: batch.count, by: 8).map { start in
                    let end = min(start + 8, batch.count)
                    let rows = (start..<end).map { "(\(number), \($0), ?\($0 - start + 1))" }
                    return SQLPayload.Statement(
                        "INSERT INTO got VALUES " + rows.joined(separator: ", "),
                        parameters: (start..<end).map { "{{p\($0)}}" }
                    )
                }
                let job = Payload.sql(SQLPayload(connection: "sqlite:" + file, statements: statements))
                let outcome = try await host.wait(await host.launch(job, parameters: Self.parameters(batch)))
                #expect(outcome.status == .success, "\(outcome)")
            }
            Self.requireNoCanary(host, directory.path)
        }
        let got = try await queue.read { try String.fetchAll($0, sql: "SELECT hex(v) FROM got ORDER BY batch, n") }
        #expect(got.map { $0.lowercased() } == Self.values.map { Hex.encode($0.utf8) })
        #expect(try await queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM canary") } == 0)
    }

    @Test("Requests have them as texts of JSON in their body, and as text in their address")
    func http() async throws {
        let server = try await TinyServer.start()
        try await Host.with { host in
            for batch in Self.batches {
                let body = "[" + batch.indices.map { "\"{{p\($0)}}\"" }.joined(separator: ",") + "]"
                let query = batch.indices.map { "q\($0)={{p\($0)}}" }.joined(separator: "&")
                let payload = HTTPPayload(url: server.url + "/echo?" + query, method: "POST", body: body)
                let id = await host.launch(.http(payload), parameters: Self.parameters(batch))
                let outcome = try await host.wait(id)
                #expect(outcome.status == .success, "\(outcome)")
                // The answer is the body; what is said of its headers stands before it.
                let start = try #require(outcome.text.range(of: "[\"")?.lowerBound)
                let got = try JSONDecoder().decode([String].self, from: Data(outcome.text[start...].utf8))
                #expect(got.map { Array($0.utf8) } == batch.map { Array($0.utf8) })
            }
            Self.requireNoCanary(host)
        }
        try await server.stop()
    }
}
