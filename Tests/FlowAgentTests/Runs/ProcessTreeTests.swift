// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
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
                (trap '' TERM; while :; do sleep 0.2; done) &
                setsid bash -c 'setsid bash -c "trap \\"\\" TERM; while :; do sleep 0.2; done" & exit 0' &
                env -i setsid bash -c 'trap "" TERM; while :; do /bin/sleep 0.2; done' &
                echo $! > pid
                trap '' TERM
                echo ready
                while :; do sleep 0.1; done
                """
            let id = await host.launch(script, timeout: 1, directory: host.directory.path)
            _ = try await eventually("the tree is there") { processes(with: "QF_EXECUTION_ID=\(id)").count >= 4 }
            let text = try String(contentsOfFile: host.directory.path + "/pid", encoding: .utf8)
            let cleared = try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
            let outcome = try await host.wait(id)
            #expect(outcome.status == .timeout)
            #expect(processes(with: "QF_EXECUTION_ID=\(id)").isEmpty)
            #expect(!isAlive(cleared), "a process without any mark of its execution is gone too")
            let seconds = Double(outcome.finishedAt - (outcome.startedAt ?? 0)) / 1e6
            #expect(seconds > 10.5 && seconds < 14, "SIGKILL follows SIGTERM after 10 s")
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
            await host.supervisor.cancel(stubborn, force: true)
            let killed = try await host.wait(stubborn, seconds: 8)
            #expect(killed.status == .cancelled)
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
