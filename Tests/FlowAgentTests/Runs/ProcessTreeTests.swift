// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowAgentCore
import FlowCore
import Foundation
import Testing

@Suite("Process trees", .serialized)
struct ProcessTreeTests {
    @Test("maps how a script ends to the execution's state")
    func endings() async throws {
        try await Host.with { host in
            let success = try await host.run("echo out; echo err >&2")
            #expect(success.status == .success)
            #expect(success.exitCode == 0)
            #expect(success.text.contains("out\n") && success.text.contains("err\n"))
            #expect(success.outputBytes == 8)
            let startedAt = try #require(success.startedAt)
            #expect(success.finishedAt >= startedAt)
            let failure = try await host.run("exit 3")
            #expect(failure.status == .failure)
            #expect(failure.reason == .exitCode)
            #expect(failure.exitCode == 3)
            let signal = try await host.run("kill -SEGV $$")
            #expect(signal.status == .failure)
            #expect(signal.reason == .signal)
            #expect(signal.detail?.contains("SIGSEGV") == true)
            let missing = try await host.run("true", directory: "/does/not/exist")
            #expect(missing.status == .failure)
            #expect(missing.reason == .spawn)
            #expect(missing.startedAt == nil)
            let relative = try await host.run("true", directory: "tmp")
            #expect(relative.reason == .spawn)
            let huge = try await host.run("true " + String(repeating: "x", count: 200_000))
            #expect(huge.reason == .spawn)
        }
    }

    @Test("a timeout ends grandchildren that ignore SIGTERM and a daemon in a session of its own")
    func timeout() async throws {
        try await Host.with { host in
            let script = """
                trap '' TERM
                (while :; do sleep 0.2; done) &
                setsid bash -c 'setsid bash -c "trap \\"\\" TERM; while :; do sleep 0.2; done" & exit 0' &
                env -i setsid bash -c 'trap "" TERM; while :; do /bin/sleep 0.2; done' &
                echo $! > pid.new && mv pid.new pid
                while :; do sleep 0.1; done
                """
            let id = await host.launch(script, timeout: 3, directory: host.directory.path)
            try await eventually("the tree is there") { processes(with: "QF_EXECUTION_ID=\(id)").count >= 4 }
            let cleared = try await eventually("the last of the tree is started") {
                let text = try? String(contentsOfFile: host.directory.path + "/pid", encoding: .utf8)
                return text.flatMap { Int32($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
            }
            let outcome = try await host.wait(id)
            #expect(outcome.status == .timeout)
            #expect(processes(with: "QF_EXECUTION_ID=\(id)").isEmpty)
            #expect(!isAlive(cleared), "a process without any mark of its execution is gone too")
            let seconds = Double(outcome.finishedAt - (outcome.startedAt ?? 0)) / 1e6
            #expect(seconds > 12.5 && seconds < 16, "SIGKILL follows SIGTERM after 10 s")
            #expect(outcome.detail?.contains("SIGTERM, SIGKILL after 10.0") == true, "\(outcome.detail ?? "")")
        }
    }

    @Test("a cancelled script can clean up; forced, it can't")
    func cancel() async throws {
        try await Host.with { host in
            let polite = await host.launch("trap 'echo bye; exit 5' TERM; echo hi; while :; do sleep 0.05; done")
            let stubborn = await host.launch("trap '' TERM; while :; do sleep 0.05; done")
            try await eventually("both run") {
                host.isStarted(polite) && processes(with: "QF_EXECUTION_ID=\(stubborn)").count > 1
            }
            try await eventually("the trap is set") { processes(with: "QF_EXECUTION_ID=\(polite)").count > 1 }
            await host.supervisor.cancel(polite, force: false)
            await host.supervisor.cancel(polite, force: false)
            let gentle = try await host.wait(polite)
            #expect(gentle.status == .cancelled)
            #expect(gentle.reason == .requested)
            #expect(gentle.exitCode == 5)
            let words = try #require(gentle.detail)
            #expect(words.hasPrefix("stopped on request: exit status 5; SIGTERM, no process left after 0."), "\(words)")
            await host.supervisor.cancel(stubborn, force: true)
            let killed = try await host.wait(stubborn, seconds: 8)
            #expect(killed.status == .cancelled)
            #expect(killed.detail?.contains("SIGKILL, no process left after ") == true)
            #expect(processes(with: "QF_EXECUTION_ID=\(stubborn)").isEmpty)
            // Idempotent after the end as well.
            await host.supervisor.cancel(stubborn, force: true)
        }
    }

    @Test("what a successful script leaves in the background is ended before the success is told")
    func leftovers() async throws {
        try await Host.with { host in
            let id = await host.launch("sleep 1000 & setsid sleep 1000 & (setsid sleep 1000 &) ; echo done")
            let outcome = try await host.wait(id)
            #expect(outcome.status == .success)
            #expect(outcome.text == "done\n")
            #expect(processes(with: "QF_EXECUTION_ID=\(id)").isEmpty)
            let detail = try #require(outcome.detail)
            #expect(detail.hasPrefix("3 processes left behind were ended (") && detail.contains(", sleep"))
            let one = try await host.run("setsid sleep 1000 & echo done")
            #expect(one.detail?.hasPrefix("1 process left behind was ended (") == true, "\(one.detail ?? "")")
            // The last of a pipeline may outlive its script by a moment; that is nobody's daemon.
            #expect(try await host.run("(sleep 0.02 &); true").detail == nil)
        }
    }

    @Test("orphans that become other programs while their job ends are found, whosever they could be (R4)")
    func becoming() async throws {
        try await Host.with { host in
            // Beside them, so that an orphan without an environment could be anybody's.
            let other = await host.launch("while ! test -e \(host.directory.path)/go; do sleep 0.05; done")
            var ids: [ExecutionID] = []
            for _ in 0..<40 {
                ids.append(await host.launch("(setsid env env env env env env sleep 1000 >/dev/null 2>&1 &); exit 0"))
            }
            for id in ids {
                #expect(try await host.wait(id).status == .success)
                #expect(processes(with: "QF_EXECUTION_ID=\(id)").isEmpty, "before its end is told")
            }
            try Data().write(to: URL(fileURLWithPath: host.directory.path + "/go"))
            #expect(try await host.wait(other).status == .success)
        }
    }

    @Test("an orphan that hides does not outlive two jobs that end in one moment (R4)")
    func endsTogether() async throws {
        try await Host.with { host in
            let wait = "while ! test -e \(host.directory.path)/go; do sleep 0.05; done"
            let hide = "env -i setsid sh -c 'exec sleep 1000' >/dev/null 2>&1 & echo $! >&2; "
            let hiding = await host.launch("(\(hide)); \(wait); exec sleep 0.1")
            let ids = [hiding, await host.launch("\(wait); exec sleep 0.1")]
            try await eventually("both run") { ids.allSatisfy { !processes(with: "QF_EXECUTION_ID=\($0)").isEmpty } }
            // Nothing says when the runner has seen both trees; it looks several times in this span, and without having looked the
            // test would pass for nothing, not fail.
            try await Task.sleep(for: .milliseconds(300))
            let runner = host.supervisor.runnerPID
            kill(runner, SIGSTOP)
            try Data().write(to: URL(fileURLWithPath: host.directory.path + "/go"))
            // Both are dead, and the runner sees it at once.
            try await eventually("both ends") { ids.allSatisfy { processes(with: "QF_EXECUTION_ID=\($0)").isEmpty } }
            kill(runner, SIGCONT)
            var pid: Int32?
            for id in ids {
                let outcome = try await host.wait(id)
                #expect(outcome.status == .success)
                pid = pid ?? Int32(outcome.text.trimmingCharacters(in: .whitespacesAndNewlines))
            }
            #expect(!isAlive(try #require(pid)))
        }
    }

    @Test("an orphan whose first thread has ended is no dead process: it ends with its job (R4)")
    func firstThreadGone() async throws {
        try await Host.with { host in
            let other = await host.launch("while ! test -e \(host.directory.path)/go; do sleep 0.05; done")
            let program = """
                import ctypes, os, threading, time
                if os.fork() == 0:
                    os.setsid()
                    threading.Thread(target=time.sleep, args=(1000,)).start()
                    print(os.getpid(), flush=True)
                    ctypes.CDLL(None).syscall({'x86_64': 60}.get(os.uname().machine, 93), 0)
                children = f"/proc/{os.getpid()}/task/{os.getpid()}/children"
                while not open(children).read(): time.sleep(0.01)
                child = open(children).read().split()[0]
                while " Z " not in open(f"/proc/{child}/stat").read(): time.sleep(0.01)
                """
            try Data(program.utf8).write(to: URL(fileURLWithPath: host.directory.path + "/orphan.py"))
            let outcome = try await host.run("exec python3 \(host.directory.path)/orphan.py")
            #expect(outcome.status == .success, "\(outcome.text)")
            let pid = try #require(
                Int32(outcome.text.trimmingCharacters(in: .whitespacesAndNewlines)),
                "\(outcome.text)"
            )
            #expect(kill(pid, 0) != 0, "it is gone when the end of its job is told")
            #expect(outcome.detail?.contains("left behind") == true, "\(outcome.detail ?? "")")
            try Data().write(to: URL(fileURLWithPath: host.directory.path + "/go"))
            #expect(try await host.wait(other).status == .success)
        }
    }

    @Test("a job may leave a daemon running: it outlives the execution, later ones and the agent")
    func leaveProcesses() async throws {
        let directory = try TemporaryDirectory()
        let daemon = try await Host.with(directory: directory) { host in
            let script = "nohup sh -c '(sleep 1000; true) & exec sleep 1000' >/dev/null 2>&1 & echo $!"
            let id = await host.launch(.shell(ShellPayload(command: script, leavesProcesses: true)))
            let outcome = try await host.wait(id)
            #expect(outcome.status == .success)
            #expect(outcome.detail == nil)
            let pid = try #require(Int32(outcome.text.trimmingCharacters(in: .whitespacesAndNewlines)))
            for _ in 0..<5 { #expect(try await host.run("(setsid true &); true").status == .success) }
            #expect(isAlive(pid))
            return pid
        }
        try await Host.with(directory: directory) { host in
            let next = try await host.run("true")
            #expect(next.status == .success)
            #expect(isAlive(daemon))
        }
        kill(-getsid(daemon), SIGKILL)
    }

    @Test("a process that may not be signalled is named in the record while it runs", .enabled(if: getuid() == 0))
    func unkillable() async throws {
        let directory = try TemporaryDirectory()
        // A runner without privileges, and a program that takes some.
        let wrapper = directory.path + "/runner"
        let program = directory.path + "/become"
        try FileManager.default.copyItem(atPath: "/usr/bin/setpriv", toPath: program)
        chmod(directory.path, 0o755)
        chmod(program, 0o4755)
        let lines = ["#!/bin/sh", "exec setpriv --reuid 65534 --regid 65534 --clear-groups \(Host.executable) \"$@\""]
        try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: wrapper))
        chmod(wrapper, 0o755)
        try await Host.with(directory: directory, executable: wrapper) { host in
            let script = "exec \(program) --reuid 0 --regid 0 --clear-groups sleep 1000"
            let id = await host.launch(script, timeout: 1, directory: "/")
            let words = try await eventually("it is said") { host.hindrance(id) }
            #expect(words.hasPrefix("the time limit is over, but process ") && words.contains("(sleep, of root)"))
            #expect(words.hasSuffix("cannot be signalled: operation not permitted; it still runs"))
            #expect(host.outcome(id) == nil)
            let digits = words.drop { !$0.isNumber }.prefix { $0.isNumber }
            kill(try #require(Int32(digits)), SIGKILL)
            #expect(try await host.wait(id).status == .timeout)
        }
    }

    @Test("when the agent is told to stop, a job can clean up, and its record says why it ended")
    func plannedStop() async throws {
        let host = try Host(directory: TemporaryDirectory(), concurrencyLimit: 2)
        try await host.supervisor.start()
        let working = Task { try await host.supervisor.run() }
        let polite = await host.launch("trap 'echo bye; exit 5' TERM; echo hi; while :; do sleep 0.05; done")
        let stubborn = await host.launch("trap '' TERM; while :; do sleep 0.05; done")
        let waiting = await host.launch("echo never")
        try await eventually("both run") {
            processes(with: "QF_EXECUTION_ID=\(stubborn)").count > 1
                && processes(with: "QF_EXECUTION_ID=\(polite)").count > 1
        }
        working.cancel()
        for await event in host.supervisor.events { host.record(event) }
        let gentle = try #require(host.outcome(polite))
        #expect(gentle.reason == .interrupted && gentle.exitCode == 5)
        let words = try #require(gentle.detail)
        #expect(
            words.hasPrefix("stopped because the agent was told to stop: exit status 5; SIGTERM, no process left after")
        )
        #expect(gentle.text.hasPrefix("hi\n") && gentle.text.hasSuffix("bye\n"))
        #expect(host.outcome(stubborn)?.detail?.contains("SIGKILL") == true)
        #expect(processes(with: "QF_EXECUTION_ID=\(stubborn)").isEmpty)
        #expect(host.outcome(waiting)?.detail == "the agent was told to stop before it started")
    }

    @Test("a full host lets executions wait, says so, and starts them in their order")
    func concurrencyLimit() async throws {
        try await Host.with(concurrencyLimit: 1) { host in
            let first = await host.launch("while ! test -e \(host.directory.path)/go; do sleep 0.02; done")
            let second = await host.launch("echo second")
            let third = await host.launch("echo third")
            let words = try await eventually("it is said") { host.hindrance(third) }
            #expect(words == "waits for a place on the host: 1 executions run there, the most at once")
            await host.supervisor.cancel(second, force: false)
            #expect(try await host.wait(second).status == .cancelled)
            #expect(!host.isStarted(third))
            try Data().write(to: URL(fileURLWithPath: host.directory.path + "/go"))
            #expect(try await host.wait(first).status == .success)
            #expect(try await host.wait(third).text == "third\n")
        }
    }

    @Test("one execution's end does not touch another's processes")
    func isolation() async throws {
        try await Host.with { host in
            let long = await host.launch("(setsid sleep 1000 &); sleep 1000")
            try await eventually("it runs") { processes(with: "QF_EXECUTION_ID=\(long)").count >= 2 }
            for _ in 0..<20 { #expect(try await host.run("(setsid true &); true").status == .success) }
            #expect(processes(with: "QF_EXECUTION_ID=\(long)").count >= 2)
            await host.supervisor.cancel(long, force: true)
            _ = try await host.wait(long)
            #expect(processes(with: "QF_EXECUTION_ID=\(long)").isEmpty)
        }
    }

    @Test("the runner's death interrupts what runs, kills it, and the next job runs again")
    func runnerDeath() async throws {
        try await Host.with { host in
            let id = await host.launch("(setsid sleep 1000 &); sleep 1000")
            try await eventually("it runs") { processes(with: "QF_EXECUTION_ID=\(id)").count >= 2 }
            let first = host.supervisor.runnerPID
            kill(first, SIGKILL)
            let outcome = try await host.wait(id)
            #expect(outcome.status == .failure)
            #expect(outcome.reason == .interrupted)
            #expect(processes(with: "QF_EXECUTION_ID=\(id)").isEmpty)
            #expect(try await host.run("true").status == .success)
            #expect(host.supervisor.runnerPID != first)
        }
    }

    @Test("the agent's end kills what runs, and the next agent starts on a clean host")
    func agentDeath() async throws {
        let directory = try TemporaryDirectory()
        let (id, runner) = try await Host.with(directory: directory) { host in
            let id = await host.launch("trap '' TERM; (setsid sleep 1000 &); while :; do sleep 0.1; done")
            try await eventually("it runs") { processes(with: "QF_EXECUTION_ID=\(id)").count >= 2 }
            return (id, host.supervisor.runnerPID)
        }
        try await Host.with(directory: directory) { host in
            #expect(processes(with: "QF_EXECUTION_ID=\(id)").isEmpty, "before start() returned")
            #expect(host.supervisor.runnerPID != runner)
            let next = try await host.run("true")
            #expect(next.status == .success)
        }
        try await eventually("the first runner is gone") { !isAlive(runner) }
    }

    @Test("runs 200 jobs at once, and as many one after another as spawning allows")
    func throughput() async throws {
        try await Host.with { host in
            let job = Fixture.snapshot(.shell(ShellPayload(command: "exec /bin/sleep 0.3")))
            let orders = (0..<200).map { Fixture.order(job, discriminator: "parallel-\($0)") }
            await host.supervisor.launch(orders.map { Launch(order: $0, attempt: 1) })
            for order in orders { #expect(try await host.wait(order.executionID).status == .success) }
            let quick = Fixture.snapshot(.shell(ShellPayload(command: "exec /bin/true")))
            let many = (0..<500).map { Fixture.order(quick, discriminator: "quick-\($0)") }
            let time = try await ContinuousClock().measure {
                await host.supervisor.launch(many.map { Launch(order: $0, attempt: 1) })
                for order in many { _ = try await host.wait(order.executionID) }
            }
            print("runner: \(Int(500 / (time / .seconds(1)))) executions/s (debug build)")
        }
    }
}
