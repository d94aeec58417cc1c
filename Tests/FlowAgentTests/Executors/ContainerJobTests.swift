// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowAgentCore
import FlowCore
import FlowProcess
import FlowTesting
import Foundation
import Testing

@Suite("Container jobs", .serialized, .enabled { await Podman.works() }, .timeLimit(.minutes(10)))
struct ContainerJobTests {
    private func job(_ script: String, _ change: (inout ContainerPayload) -> Void = { _ in }) -> Payload {
        var container = ContainerPayload(
            image: Podman.image,
            command: ["/bin/sh", "-c", script],
            network: .none,
            pull: .never
        )
        change(&container)
        return .container(container)
    }

    @Test("It is told its parameters and variables, hands on outputs, and leaves nothing behind")
    func whole() async throws {
        let podman = try await Podman()
        let shared = try TemporaryDirectory()
        try Data("from the host".utf8).write(to: URL(fileURLWithPath: shared.path + "/file"))
        try await Host.with(policy: podman.policy) { host in
            #expect(host.supervisor.executorKinds.map(\.name).contains("container"))
            let script = """
                echo "$QF_PARAM_DAY|$GREETING|$PATH|$QF_TASK_NAME"; cat /data/file; id -u; echo err >&2
                (echo x >/data/new) 2>/dev/null || echo "read only"
                echo rows=41 >"$QF_OUTPUT"
                exit 3
                """
            let job = self.job(script) {
                $0.environment = ["GREETING": "two\nlines", "PATH": "/bin:/opt"]
                $0.mounts = [.init(source: shared.path, target: "/data")]
                $0.user = "1234:1234"
                $0.successCodes = [3]
            }
            let outcome = try await host.wait(await host.launch(job, parameters: ["day": "a'b\"; $(id)"]))
            #expect(outcome.status == .success && outcome.exitCode == 3, "\(outcome) \(outcome.text)")
            for words in ["a'b\"; $(id)|two\nlines|/bin:/opt|", "from the host", "1234\n", "err\n", "read only\n"] {
                #expect(outcome.text.contains(words), "\(outcome.text)")
            }
            #expect(outcome.outputs == ["rows": "41"])
            #expect(try await podman.containers().isEmpty)
        }
    }

    @Test("What it ends with is its own; what the engine refuses is said in the engine's words")
    func failures() async throws {
        let podman = try await Podman()
        let outside = try TemporaryDirectory()
        let inside = try TemporaryDirectory()
        symlink(outside.path, inside.path + "/link")
        var policy = podman.policy
        policy.directories = [inside.path]
        try await Host.with(policy: policy) { host in
            // 77 is how programs of our own say that something is not allowed.
            let failed = try await host.wait(await host.launch(self.job("echo the last words >&2; exit 77")))
            #expect(failed.status == .failure && failed.reason == .exitCode && failed.exitCode == 77, "\(failed)")
            let unknown = try await host.wait(await host.launch(self.job("") { $0.image = "localhost/other:1" }))
            #expect(unknown.exitCode == 125 && unknown.detail?.contains("localhost/other:1") == true, "\(unknown)")
            let missing = try await host.wait(
                await host.launch(self.job("") { $0.mounts = [.init(source: inside.path + "/no", target: "/a")] })
            )
            #expect(missing.exitCode == 125 && missing.detail?.contains("can't be mounted") == true, "\(missing)")
            let linked = try await host.wait(
                await host.launch(self.job("") { $0.mounts = [.init(source: inside.path + "/link", target: "/a")] })
            )
            #expect(linked.reason == .policyDenied && linked.detail?.contains("(directories)") == true, "\(linked)")
            #expect(try await podman.containers().isEmpty)
        }
    }

    @Test("Stopped politely, by force, or by its time limit, it is gone before that is said", arguments: [false, true])
    func stopped(force: Bool) async throws {
        let podman = try await Podman()
        try await Host.with(policy: podman.policy) { host in
            let id = await host.launch(self.job("trap 'echo bye; exit 5' TERM; echo up; while :; do sleep 0.1; done"))
            try await eventually("it is up", seconds: 60) {
                !processes(with: "QF_EXECUTION_ID=\(id)").filter { Self.program(of: $0) == "/bin/busybox" }.isEmpty
            }
            #expect(try await podman.containers() == ["qf-\(id)-1"])
            await host.supervisor.cancel(id, force: force)
            let outcome = try await host.wait(id)
            #expect(outcome.status == .cancelled, "\(outcome)")
            #expect(outcome.text.contains("bye") != force, "\(outcome.text)")
            #expect(try await podman.containers().isEmpty)
            #expect(processes(with: "QF_EXECUTION_ID=\(id)").isEmpty)

            let late = try await host.wait(await host.launch(self.job("sleep 600"), timeout: 3))
            #expect(late.status == .timeout, "\(late)")
            #expect(try await podman.containers().isEmpty)
        }
    }

    @Test(
        "A container whose keepers were killed is gone before its attempt is called over; later agents find what is left"
    )
    func orphans() async throws {
        let podman = try await Podman()
        let directory = try TemporaryDirectory()
        try await Host.with(directory: directory, policy: podman.policy) { host in
            let id = await host.launch(self.job("while :; do sleep 0.1; done"))
            try await eventually("it is up", seconds: 60) {
                !processes(with: "QF_EXECUTION_ID=\(id)").filter { Self.program(of: $0) == "/bin/busybox" }.isEmpty
            }
            for pid in processes(with: "QF_EXECUTION_ID=\(id)")
            where Self.program(of: pid)?.hasSuffix("/quicflow-work") == true {
                kill(pid, SIGKILL)
            }
            let outcome = try await host.wait(id)
            #expect(outcome.status == .failure, "\(outcome)")
            #expect(try await podman.containers().isEmpty)
        }
        // One that no ledger knows, as after a power cut.
        let mark = try AgentDataID.of(directory: directory.path)
        let lost = try await ChildProcess(
            podman.command,
            [
                "create", "--name", "qf-lost-1", "--network", "none", "--label", "quartzflow.agent=\(mark)", "--label",
                "quartzflow.execution=lost", Podman.image, "/bin/sh",
            ]
        ).end()
        #expect(lost == .exited(0))
        try await Host.with(directory: directory, policy: podman.policy) { _ in
            for _ in 0..<600 where try await !podman.containers().isEmpty {
                try await ContinuousClock().sleep(for: .milliseconds(50))
            }
            #expect(try await podman.containers().isEmpty)
        }
    }

    @Test("Hundreds of hostile values arrive as they are, and none is run or taken for an option")
    func hostileValues() async throws {
        let podman = try await Podman()
        let shared = try TemporaryDirectory()
        try await Host.with(policy: podman.policy) { host in
            let values = SQLJobTests.hostile + InjectionPayloads.all.filter { !$0.utf8.contains(0) }
            let script = values.indices.map { "echo \"<$QF_PARAM_V\($0)>\"" }.joined(separator: "\n")
            let job = self.job("exec >/out/text\n" + script) {
                $0.mounts = [.init(source: shared.path, target: "/out", isReadOnly: false)]
            }
            let parameters = Dictionary(uniqueKeysWithValues: values.enumerated().map { ("v\($0)", $1) })
            let outcome = try await host.wait(await host.launch(job, parameters: parameters))
            #expect(outcome.status == .success, "\(outcome)")
            let expected = values.map { "<\($0)>\n" }.joined()
            let text = FileManager.default.contents(atPath: shared.path + "/text") ?? Data()
            #expect(text.elementsEqual(Data(expected.utf8)), "\(String(decoding: text, as: UTF8.self))")
        }
    }

    private static func program(of pid: Int32) -> String? {
        guard let line = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else { return nil }
        let words = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        return words.first.map { $0 == "/bin/sh" || $0 == "sleep" ? "/bin/busybox" : $0 }
    }
}
