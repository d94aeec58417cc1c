// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowAgentCore
import FlowCore
import FlowProcess
import FlowRunner
import Foundation
import Testing

/// Scripts in transient units, against a real systemd for users (S3, `semantics.md` 6).
@Suite("Jobs in units of systemd", .serialized, .enabled { await Systemd.works() }, .timeLimit(.minutes(10)))
struct UnitJobTests {
    private func job(
        _ script: String,
        in directory: TemporaryDirectory,
        slice: String? = "batch-nightly.slice",
        _ change: (inout ShellPayload) -> Void = { _ in }
    ) -> Payload {
        var payload = ShellPayload(
            command: script,
            workingDirectory: directory.path,
            unit: TransientUnit(slice: slice, description: "Nightly work")
        )
        change(&payload)
        return .shell(payload)
    }

    private static func pid(in file: String) throws -> Int32 {
        let text = try String(contentsOfFile: file, encoding: .utf8)
        return try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
    }

    @Test(
        "A script runs in its scope from its first word on, and all else of it stays as it is; the scope goes with it"
    )
    func whole() async throws {
        let systemd = try await Systemd()
        try await Host.with(serviceManager: systemd.manager) { host in
            #expect(host.supervisor.features.contains(HostFeature.manager(.user)))
            let script = """
                grep ^0:: /proc/self/cgroup; echo err >&2; echo rows=7 >"$QF_OUTPUT"; touch there
                while ! test -e go; do sleep 0.02; done; exit 3
                """
            let id = await host.launch(self.job(script, in: host.directory) { $0.successCodes = [3] })
            let unit = "quicflow-\(id)-1.scope"
            let there = host.directory.path + "/there"
            try await eventually("it runs") { FileManager.default.fileExists(atPath: there) }
            let facts = try await systemd.properties(unit, "Description", "Slice", "ActiveState", "CollectMode")
            #expect(
                facts == [
                    "Description": "Nightly work", "Slice": "batch-nightly.slice", "ActiveState": "active",
                    "CollectMode": "inactive-or-failed",
                ]
            )
            _ = FileManager.default.createFile(atPath: host.directory.path + "/go", contents: nil)
            let outcome = try await host.wait(id)
            #expect(outcome.status == .success && outcome.exitCode == 3, "\(outcome) \(outcome.text)")
            #expect(outcome.text.contains("/batch.slice/batch-nightly.slice/\(unit)\n"), "\(outcome.text)")
            #expect(outcome.text.contains("err\n") && outcome.outputs == ["rows": "7"])
            let deadline = ContinuousClock.now + .seconds(20)
            while try await systemd.properties(unit, "LoadState")["LoadState"] != "not-found" {
                try #require(ContinuousClock.now < deadline, "systemd forgets the scope")
            }
            // Exit codes are the script's own, also the one that says elsewhere that nothing was started.
            let failed = try await host.wait(await host.launch(self.job("exit 126", in: host.directory, slice: nil)))
            #expect(failed.reason == .exitCode && failed.exitCode == 126, "\(failed)")
        }
    }

    @Test("A script runs in its scope as another user, with the limits of each process")
    func otherUser() async throws {
        let systemd = try await Systemd()
        try await Host.with(serviceManager: systemd.manager) { host in
            let job = self.job("id -un; ulimit -n; grep ^0:: /proc/self/cgroup", in: host.directory) {
                $0.runAs = "nobody"
                $0.workingDirectory = "/"
                $0.limits = ["open_files": 64]
            }
            let id = await host.launch(job)
            let outcome = try await host.wait(id)
            #expect(outcome.text.hasPrefix("nobody\n64\n"), "\(outcome) \(outcome.text)")
            #expect(outcome.text.contains("/quicflow-\(id)-1.scope\n"), "\(outcome.text)")
        }
    }

    @Test("A fork storm and a daemon without any mark are in the scope, and gone when the job is stopped by force")
    func storm() async throws {
        let systemd = try await Systemd()
        try await Host.with(serviceManager: systemd.manager) { host in
            let script = """
                trap '' TERM
                env -i setsid sh -c 'trap "" TERM; echo $$ > pid.new; mv pid.new pid; while :; do /bin/sleep 1; done' &
                storm() { while :; do ( : ) & ( setsid sleep 0.1 & ) ; sleep 0.05; done; }
                storm & storm &
                while :; do sleep 0.1; done
                """
            let id = await host.launch(self.job(script, in: host.directory))
            let daemon = try await eventually("the daemon runs") { try? Self.pid(in: host.directory.path + "/pid") }
            let groups = try String(contentsOfFile: "/proc/\(daemon)/cgroup", encoding: .utf8)
            #expect(groups.contains("/quicflow-\(id)-1.scope"), "\(groups)")
            await host.supervisor.cancel(id, force: true)
            let outcome = try await host.wait(id)
            #expect(outcome.detail?.contains("SIGKILL, no process left after ") == true, "\(outcome.detail ?? "")")
            #expect(!isAlive(daemon))
        }
    }

    @Test("A daemon that hides ends with its own job, though another in a scope could be its own (R4)")
    func hides() async throws {
        let systemd = try await Systemd()
        try await Host.with(serviceManager: systemd.manager) { host in
            let wait = "while ! test -e go; do sleep 0.05; done"
            let other = await host.launch(self.job(wait, in: host.directory))
            let hide = "env -i setsid /bin/sleep 1000 >/dev/null 2>&1 & echo $! > pid; sleep 0.2"
            let outcome = try await host.wait(await host.launch(self.job(hide, in: host.directory)))
            #expect(outcome.status == .success)
            #expect(outcome.detail?.hasPrefix("1 process left behind was ended (") == true, "\(outcome.detail ?? "")")
            #expect(!isAlive(try Self.pid(in: host.directory.path + "/pid")))
            #expect(host.outcome(other) == nil, "the other goes on")
            _ = FileManager.default.createFile(atPath: host.directory.path + "/go", contents: nil)
            #expect(try await host.wait(other).status == .success)
        }
    }

    @Test("Stopped politely, and by its time limit, a script in a scope ends as any other")
    func stops() async throws {
        let systemd = try await Systemd()
        try await Host.with(serviceManager: systemd.manager) { host in
            let script = "trap 'echo bye; exit 0' TERM; touch there; while :; do sleep 0.05; done"
            let id = await host.launch(self.job(script, in: host.directory))
            let there = host.directory.path + "/there"
            try await eventually("it runs") { FileManager.default.fileExists(atPath: there) }
            await host.supervisor.cancel(id, force: false)
            let stopped = try await host.wait(id)
            #expect(stopped.status == .cancelled && stopped.text.contains("bye\n"), "\(stopped) \(stopped.text)")
            let late = try await host.wait(await host.launch(self.job("sleep 100", in: host.directory), timeout: 1))
            #expect(late.status == .timeout && late.detail?.contains("no process left after") == true, "\(late)")
        }
    }

    @Test("Of a runner that was killed, what is in the scopes of its scripts is ended by the next agent")
    func deadRunner() async throws {
        let systemd = try await Systemd()
        let directory = try TemporaryDirectory()
        let (former, id, hidden) = try await Host.with(directory: directory, serviceManager: systemd.manager) { host in
            let script = """
                env -i setsid sh -c 'echo $$ > pid.new; mv pid.new pid; exec /bin/sleep 1000' >/dev/null 2>&1 &
                exec sleep 1000
                """
            let id = await host.launch(self.job(script, in: directory))
            let hidden = try await eventually("the daemon runs") { try? Self.pid(in: directory.path + "/pid") }
            host.leaveJobs()
            return (host, id, hidden)
        }
        #expect(isAlive(hidden))
        kill(former.supervisor.runnerPID, SIGKILL)
        try await Host.with(directory: directory, serviceManager: systemd.manager, adopting: [id], from: former) {
            host in
            #expect(host.adoptedIDs.isEmpty)
            #expect(!isAlive(hidden))
        }
    }

    @Test(
        "What the host's systemd cannot keep, and its absence, are failed starts with the reason: nothing of the job runs"
    )
    func refusals() async throws {
        let systemd = try await Systemd()
        try await Host.with(serviceManager: systemd.manager) { host in
            let mark = host.directory.path + "/mark"
            if GroupBase.find()?.controllers.contains("memory") != true {
                let limited = self.job("touch mark", in: host.directory) {
                    $0.limits = ["total_memory_bytes": 64 << 20]
                }
                let refused = try await host.wait(await host.launch(limited))
                #expect(refused.reason == .spawn, "\(refused)")
                let words = "the unit of systemd could not be made: this host cannot limit 'total_memory_bytes'"
                #expect(refused.detail?.hasPrefix(words) == true, "\(refused)")
            }
            await systemd.end()
            let alone = try await host.wait(await host.launch(self.job("touch mark", in: host.directory)))
            #expect(alone.reason == .spawn && alone.startedAt == nil, "\(alone)")
            #expect(alone.detail?.hasPrefix("this host makes no units: the systemd of '") == true, "\(alone)")
            #expect(!FileManager.default.fileExists(atPath: mark))
        }
    }

    @Test("A scope of the same name that is there already is refused, in systemd's own words")
    func twice() async throws {
        let systemd = try await Systemd()
        let directory = try TemporaryDirectory()
        func start(_ program: String...) throws -> ChildProcess {
            let log = open(directory.path + "/log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
            defer { close(log) }
            let words = ["unit=quicflow-twice-1.scope", "manager=" + systemd.manager.socket, "description=twice"]
            let work = FileManager.default.currentDirectoryPath + "/.build/debug/quicflow-work"
            return try ChildProcess(
                work,
                ["limits"] + words + ["--"] + program,
                streams: .init(output: log, error: log)
            )
        }
        let first = try start("/bin/sh", "-c", "touch \(directory.path)/there; exec /bin/sleep 1000")
        try await eventually("it runs") { FileManager.default.fileExists(atPath: directory.path + "/there") }
        #expect(await (try start("/usr/bin/touch", directory.path + "/mark")).end() == .exited(126))
        let log = try String(contentsOfFile: directory.path + "/log", encoding: .utf8)
        let words = "the unit of systemd could not be made: systemd refuses the unit quicflow-twice-1.scope: "
        #expect(log.hasPrefix(words) && log.contains("already"), "\(log)")
        #expect(!FileManager.default.fileExists(atPath: directory.path + "/mark"))
        first.signal(SIGKILL)
        #expect(await first.end() == .signalled(SIGKILL))
    }
}
