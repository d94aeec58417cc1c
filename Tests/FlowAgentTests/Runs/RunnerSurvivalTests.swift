// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowAgentCore
import FlowCore
import Foundation
import Synchronization
import Testing

/// Jobs and agents that come and go (`semantics.md` 6).
@Suite("Surviving the agent", .serialized, .timeLimit(.minutes(10)))
struct RunnerSurvivalTests {
    private static func touch(_ file: String) { _ = FileManager.default.createFile(atPath: file, contents: nil) }

    private static func children(_ id: ExecutionID) -> [Int32] { processes(with: "QF_EXECUTION_ID=\(id)") }

    /// Runs a host that goes while its jobs go on.
    private static func left(
        _ directory: TemporaryDirectory,
        limits: OutputLimits = OutputLimits(),
        secrets: (any SecretSource)? = nil,
        executable: String = Host.executable,
        _ body: @escaping @Sendable (Host) async throws -> [ExecutionID]
    ) async throws -> (Host, [ExecutionID]) {
        try await Host.with(directory: directory, limits: limits, executable: executable, secrets: secrets) { host in
            let ids = try await body(host)
            host.leaveJobs()
            return (host, ids)
        }
    }

    @Test("a job that ends while there is no agent is told to the next one from its beginning")
    func endsAlone() async throws {
        let directory = try TemporaryDirectory()
        let (former, ids) = try await Self.left(directory) { host in
            let script = "echo one; while [ ! -e go ]; do sleep 0.02; done; echo two >&2; exit 3"
            let id = await host.launch(script, directory: directory.path)
            let never = await host.launch("true", directory: directory.path + "/missing")
            _ = try await host.wait(never)
            try await eventually("it runs") { Self.children(id).count > 1 }
            return [id]
        }
        #expect(former.outcome(ids[0]) == nil)
        #expect(!Self.children(ids[0]).isEmpty, "it goes on")
        Self.touch(directory.path + "/go")
        try await eventually("it ends") { Self.children(ids[0]).isEmpty && !isAlive(former.supervisor.runnerPID) }
        try await Host.with(directory: directory, adopting: ids, from: former) { host in
            #expect(host.adoptedIDs == Set(ids))
            let outcome = try await host.wait(ids[0])
            #expect(outcome.exitCode == 3 && outcome.reason == .exitCode)
            #expect(outcome.text == "one\ntwo\n")
            #expect(outcome.startedAt != nil && outcome.outputBytes == 8 && !outcome.isOutputTruncated)
            try await eventually("nothing of it is kept") {
                let names = try FileManager.default.contentsOfDirectory(atPath: directory.path + "/runners")
                return names.count == 1
            }
        }
    }

    @Test("a runner that has been stopped does not keep its agent from going")
    func stoppedRunner() async throws {
        let (former, _) = try await Self.left(TemporaryDirectory()) { host in
            kill(host.supervisor.runnerPID, SIGSTOP)
            // More than its socket takes.
            let script = "exit 0 #" + String(repeating: "x", count: 100_000)
            for _ in 0..<8 { await host.launch(script) }
            return []
        }
        kill(former.supervisor.runnerPID, SIGKILL)
    }

    @Test("a job that still runs belongs to the next agent, which hears its end and can stop it")
    func goesOn() async throws {
        let directory = try TemporaryDirectory()
        let (former, ids) = try await Self.left(directory) { host in
            let script = "echo one; while [ ! -e go ]; do sleep 0.02; done; echo two; exit 7"
            let ids = [
                await host.launch(script, directory: directory.path),
                await host.launch("(setsid sleep 1000 &); sleep 1000"),
            ]
            try await eventually("both run") { ids.allSatisfy { Self.children($0).count > 1 } }
            return ids
        }
        let runner = former.supervisor.runnerPID
        try await Host.with(directory: directory, concurrencyLimit: 2, adopting: ids, from: former) { host in
            #expect(host.supervisor.runnerPID == runner)
            let waiting = await host.launch("echo third")
            #expect(host.hindrance(waiting) == nil)
            try await eventually("both hold their places") { host.hindrance(waiting) != nil }
            Self.touch(directory.path + "/go")
            let outcome = try await host.wait(ids[0])
            #expect(outcome.exitCode == 7 && outcome.text == "one\ntwo\n")
            #expect(try await host.wait(waiting).text == "third\n")
            await host.supervisor.cancel(ids[1], force: true)
            #expect(try await host.wait(ids[1]).status == .cancelled)
            #expect(Self.children(ids[1]).isEmpty)
        }
        try await eventually("the runner goes with the last agent") { !isAlive(runner) }
    }

    @Test("of long output that nobody took, head and tail are kept, and the rest is counted")
    func longOutput() async throws {
        let directory = try TemporaryDirectory()
        let limits = OutputLimits(headBytes: 20_000, tailBytes: 10_000)
        let (former, ids) = try await Self.left(directory, limits: limits) { host in
            let script = "echo begin; while [ ! -e go ]; do sleep 0.02; done; seq 1 100000"
            let id = await host.launch(script, directory: directory.path)
            try await eventually("it runs") { Self.children(id).count > 1 }
            return [id]
        }
        Self.touch(directory.path + "/go")
        try await eventually("it ends") { !isAlive(former.supervisor.runnerPID) }
        let receiver = Receiver()
        try await Host.with(directory: directory, limits: limits, transport: receiver, adopting: ids, from: former) {
            host in
            let outcome = try await host.wait(ids[0])
            #expect(outcome.status == .success)
            #expect(outcome.outputBytes == 588_895 + 6 && outcome.isOutputTruncated)
            try await eventually("everything arrived") { receiver.end(of: ids[0]) == outcome.outputBytes }
            let text = receiver.text(ids[0])
            #expect(text.hasPrefix("begin\n1\n2\n") && text.hasSuffix("99999\n100000\n"))
            #expect((25_000...30_100).contains(text.utf8.count), "\(text.utf8.count)")
        }
    }

    @Test(
        "megabytes that nobody took are told whole to the next agent, also of a runner that was killed",
        arguments: [false, true]
    )
    func wholeOutput(_ isKilled: Bool) async throws {
        let directory = try TemporaryDirectory()
        let (former, ids) = try await Self.left(directory) { host in
            let script = "echo begin; while [ ! -e go ]; do sleep 0.02; done; seq 1 500000; touch done"
            let ids = [
                await host.launch(script, directory: directory.path),
                await host.launch("while [ ! -e end ]; do sleep 0.02; done; echo end", directory: directory.path),
            ]
            try await eventually("they run") { ids.allSatisfy { Self.children($0).count > 1 } }
            return ids
        }
        Self.touch(directory.path + "/go")
        let outcomes = directory.path + "/runners"
        try await eventually("it is over") {
            try FileManager.default.subpathsOfDirectory(atPath: outcomes).contains { $0.hasSuffix("/outcome-0") }
        }
        if isKilled { kill(former.supervisor.runnerPID, SIGKILL) }
        let receiver = Receiver()
        try await Host.with(directory: directory, transport: receiver, adopting: ids, from: former) { host in
            let outcome = try await host.wait(ids[0])
            #expect(outcome.status == .success)
            #expect(outcome.outputBytes == 3_388_895 + 6 && !outcome.isOutputTruncated)
            try await eventually("everything arrived") { receiver.end(of: ids[0]) == outcome.outputBytes }
            let chunks = receiver.received(ids[0])
            #expect(zip(chunks, chunks.dropFirst()).allSatisfy { $0.end == $1.offset })
            #expect(receiver.text(ids[0]).hasSuffix("\n499999\n500000\n"))
            guard !isKilled else { return }
            Self.touch(directory.path + "/end")
            // What was said longer ago than a moment is on its way to the server already, and not in the outcome.
            let last = try await host.wait(ids[1])
            #expect(last.status == .success && last.outputBytes == 4)
            if last.text.isEmpty {
                try await eventually("it arrived") { receiver.end(of: ids[1]) == last.outputBytes }
            }
            #expect(last.text + receiver.text(ids[1]) == "end\n")
        }
    }

    @Test("what the ledger does not have as running is ended, and told to nobody")
    func strangers() async throws {
        let directory = try TemporaryDirectory()
        let (former, ids) = try await Self.left(directory) { host in
            let id = await host.launch("trap '' TERM; (setsid sleep 1000 &); while :; do sleep 0.1; done")
            try await eventually("it runs") { Self.children(id).count > 1 }
            return [id]
        }
        try await Host.with(directory: directory) { host in
            try await eventually("it is gone") { Self.children(ids[0]).isEmpty }
            #expect(try await host.run("echo next").text == "next\n")
            #expect(host.outcome(ids[0]) == nil)
        }
        _ = former
    }

    @Test("after the runner's death too, outcomes it had written are told; what ran is ended and INTERRUPTED")
    func deadRunner() async throws {
        let directory = try TemporaryDirectory()
        let (former, ids) = try await Self.left(directory) { host in
            let script = "echo done; while [ ! -e go ]; do sleep 0.02; done; exit 5"
            let ids = [
                await host.launch(script, directory: directory.path),
                // Neither its environment nor a parent says whose it is: the runner's table does.
                await host.launch("exec env -i /bin/sh -c 'while :; do /bin/sleep 0.05; done' \(directory.path)/mark"),
            ]
            try await eventually("both run") {
                Self.children(ids[0]).count > 1 && Self.commands(mentioning: directory.path + "/mark").count == 1
            }
            return ids
        }
        Self.touch(directory.path + "/go")
        let outcomes = directory.path + "/runners"
        try await eventually("the first outcome is written") {
            try FileManager.default.subpathsOfDirectory(atPath: outcomes).contains { $0.hasSuffix("/outcome-0") }
        }
        kill(former.supervisor.runnerPID, SIGKILL)
        try await Host.with(directory: directory, adopting: ids, from: former) { host in
            #expect(Self.commands(mentioning: directory.path + "/mark").isEmpty, "before start() returned")
            #expect(host.adoptedIDs == [ids[0]], "of the other nobody knows how it ended")
            let outcome = try await host.wait(ids[0])
            #expect(outcome.exitCode == 5 && outcome.text == "done\n")
            #expect(try await host.run("echo next").text == "next\n")
        }
    }

    @Test("an older runner goes on with what it has, and a newer one takes what is new")
    func upgrade() async throws {
        let directory = try TemporaryDirectory()
        let newer = directory.path + "/quicflow-runner"
        try FileManager.default.copyItem(atPath: Host.executable, toPath: newer)
        let (former, ids) = try await Self.left(directory) { host in
            var ids: [ExecutionID] = []
            for code in 0..<20 {
                let script = "while [ ! -e go ]; do sleep 0.05; done; echo \(code); exit \(code)"
                ids.append(await host.launch(script, directory: directory.path))
            }
            let launched = ids
            try await eventually("all run") { launched.allSatisfy { !Self.children($0).isEmpty } }
            return launched
        }
        let older = former.supervisor.runnerPID
        try await Host.with(directory: directory, executable: newer, adopting: ids, from: former) { host in
            #expect(host.supervisor.runnerPID != older && isAlive(older))
            #expect(try await host.run("echo new").text == "new\n")
            Self.touch(directory.path + "/go")
            for (code, id) in ids.enumerated() {
                let outcome = try await host.wait(id)
                #expect(outcome.exitCode == code && outcome.text == "\(code)\n")
            }
            try await eventually("the older one has nothing more to do") { !isAlive(older) }
        }
    }

    @Test("the secrets of a job stay masked after a change of agents, on the disk too")
    func secrets() async throws {
        let directory = try TemporaryDirectory()
        let vault = SecretRunTests.Vault(["DB": "hunter2-hunter2"])
        let (former, ids) = try await Self.left(directory, secrets: vault) { host in
            let script = "while [ ! -e go ]; do sleep 0.02; done; echo pw=$PW; seq 1 20000; echo pw=$PW"
            let id = await host.launch(script, directory: directory.path, environment: ["PW": "secret:DB"])
            try await eventually("it runs") { Self.children(id).count > 1 }
            return [id]
        }
        Self.touch(directory.path + "/go")
        try await eventually("it ends") { !isAlive(former.supervisor.runnerPID) }
        let runners = directory.path + "/runners"
        for name in try FileManager.default.subpathsOfDirectory(atPath: runners) {
            let bytes = FileManager.default.contents(atPath: runners + "/" + name) ?? Data()
            #expect(bytes.range(of: Data("hunter2".utf8)) == nil, "\(name)")
        }
        let receiver = Receiver()
        try await Host.with(directory: directory, transport: receiver, adopting: ids, from: former) { host in
            let outcome = try await host.wait(ids[0])
            try await eventually("everything arrived") { receiver.end(of: ids[0]) == outcome.outputBytes }
            let text = receiver.text(ids[0])
            #expect(text.hasPrefix("pw=***\n") && text.hasSuffix("pw=***\n") && !text.contains("hunter2"))
        }
    }

    @Test(
        "what a job with secrets hands on is masked after a change of agents, or not taken",
        arguments: [true, false]
    )
    func outputsWithSecrets(_ isMasked: Bool) async throws {
        let directory = try TemporaryDirectory()
        let vault = SecretRunTests.Vault(["DB": "hunter2-hunter2"])
        let (former, ids) = try await Self.left(directory, secrets: vault) { host in
            let script = """
                echo "url=db://$PW@h" > "$QF_OUTPUT"; echo n=1 >> "$QF_OUTPUT"
                while [ ! -e go ]; do sleep 0.02; done
                """
            let id = await host.launch(script, directory: directory.path, environment: ["PW": "secret:DB"])
            try await eventually("it runs") { Self.children(id).count > 1 }
            return [id]
        }
        Self.touch(directory.path + "/go")
        try await eventually("it ends") { !isAlive(former.supervisor.runnerPID) }
        let outputs = directory.path + "/outputs"
        if !isMasked {
            // As a runner of before leaves it.
            let name = try #require(try FileManager.default.contentsOfDirectory(atPath: outputs).first)
            let plain = name.replacingOccurrences(of: ".masked", with: "")
            try FileManager.default.moveItem(atPath: "\(outputs)/\(name)", toPath: "\(outputs)/\(plain)")
        }
        try await Host.with(directory: directory, adopting: ids, from: former) { host in
            let outcome = try await host.wait(ids[0])
            #expect(outcome.outputs == (isMasked ? ["url": "db://***@h", "n": "1"] : [:]))
            let words = outcome.detail ?? ""
            #expect(words.contains("its outputs were not taken") == !isMasked, "\(words)")
            let left = try FileManager.default.contentsOfDirectory(atPath: outputs)
            #expect(left.isEmpty, "\(left)")
        }
    }

    /// Processes with this text among their arguments, but for shells that only pass it on.
    private static func commands(mentioning text: String) -> [Int32] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return names.compactMap { Int32($0) }.filter { pid in
            let arguments = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline")?.split(separator: 0) ?? []
            return arguments.contains(Data(text.utf8)) && isAlive(pid)
        }
    }
}
