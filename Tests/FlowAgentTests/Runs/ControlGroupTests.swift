// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowAgentCore
import FlowCore
import FlowRunner
import Foundation
import Glibc
import Testing

/// A control group for each attempt, where the host allows it (`semantics.md` 6).
@Suite("Control groups", .serialized)
struct ControlGroupTests {
    private static let base = GroupBase.find()

    /// Groups of the attempts of this host's runner.
    private static func groups(of host: Host) throws -> [String] {
        guard let base = Self.base else { return [] }
        let runners = try FileManager.default.contentsOfDirectory(atPath: host.directory.path + "/runners")
        let names = try FileManager.default.contentsOfDirectory(atPath: base.path)
        return try names.filter { name in runners.contains { name.hasSuffix($0) } }.flatMap { name in
            try FileManager.default.contentsOfDirectory(atPath: base.path + "/" + name)
                .map { base.path + "/" + name + "/" + $0 }.filter {
                    !$0.contains("/cgroup.") && !$0.contains("pressure")
                }
                .filter { (try? FileManager.default.contentsOfDirectory(atPath: $0)) != nil }
        }
    }

    private static func pid(in file: String) throws -> Int32 {
        let text = try String(contentsOfFile: file, encoding: .utf8)
        return try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
    }

    @Test(
        "the group of a process is found in what the kernel says of mounts and groups",
        arguments: [
            // A host with version 2 alone, under systemd.
            (
                "25 30 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n",
                "0::/system.slice/quicflow-agent.service/agent\n",
                "/sys/fs/cgroup/system.slice/quicflow-agent.service/agent", false
            ),
            // Both versions beside each other.
            (
                """
                30 24 0:27 / /sys/fs/cgroup ro - tmpfs tmpfs ro
                31 30 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory
                32 30 0:29 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw
                """,
                "4:memory:/a/b\n0::/\n", "/sys/fs/cgroup/unified", true
            ),
            // A container that sees a part of its host's.
            (
                "40 30 0:30 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup rw\n", "0::/docker/abc/x\n",
                "/sys/fs/cgroup/x", false
            ),
        ]
    )
    func place(_ mounts: String, _ own: String, _ directory: String, _ isTop: Bool) throws {
        let place = try #require(GroupBase.place(mounts: mounts, own: own))
        #expect(place.directory == directory && place.isTop == isTop)
    }

    @Test(
        "no place where there is no hierarchy of version 2, or it shows another part",
        arguments: [
            ("31 30 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n", "0::/\n"),
            ("40 30 0:30 / /sys/fs/cgroup rw - cgroup2 cgroup rw\n", "4:memory:/a\n"),
            ("40 30 0:30 /docker/abc /sys/fs/cgroup rw - cgroup2 cgroup rw\n", "0::/docker/abcdef\n"),
            ("", ""),
        ]
    )
    func nowhere(_ mounts: String, _ own: String) { #expect(GroupBase.place(mounts: mounts, own: own) == nil) }

    @Test("limits become what the kernel reads (cgroups(7))")
    func settings() {
        let limits = GroupLimits(memoryBytes: 64 << 20, cpuPercent: 150, processes: 20)
        let written = limits.settings.map { "\($0.file)=\($0.value)" }
        #expect(
            written == ["memory.max=67108864", "memory.swap.max=0", "cpu.max=150000 100000", "pids.max=20"]
        )
        let optional = limits.settings.filter { $0.isOptional }.map { $0.file }
        #expect(optional == ["memory.swap.max"])
        #expect(GroupLimits().settings.isEmpty && GroupLimits().isEmpty && !limits.isEmpty)
    }

    @Test("limits and the word of want of memory pass between agent and runner, and those of before are understood")
    func coding() throws {
        let limits = GroupLimits(memoryBytes: 1 << 40, cpuPercent: 5, processes: nil)
        let spawn = SpawnRequest(
            token: 7,
            execution: "e",
            attempt: 2,
            timeoutMilliseconds: 0,
            program: "/bin/sh",
            directory: "/",
            arguments: ["sh"],
            environment: [],
            limits: limits,
            unit: "quicflow-e-2.scope"
        )
        var writer = ByteWriter()
        RunnerCoding.append(.spawn(spawn), to: &writer)
        #expect(RunnerCoding.request(writer.bytes[4...]) == .spawn(spawn))
        // An agent of before says nothing of units, and one of before that nothing of limits.
        var plain = spawn
        plain.unit = nil
        let unitBytes = 4 + "quicflow-e-2.scope".utf8.count
        #expect(RunnerCoding.request(writer.bytes[4..<writer.bytes.count - unitBytes]) == .spawn(plain))
        plain.limits = GroupLimits()
        #expect(RunnerCoding.request(writer.bytes[4..<writer.bytes.count - unitBytes - 16]) == .spawn(plain))
        for isSignal in [false, true] {
            for isStarved in [false, true] {
                let end = TreeEnd(cause: .own, status: 9, isSignal: isSignal, isStarved: isStarved, at: 5)
                var writer = ByteWriter()
                RunnerCoding.append(.finished(token: 1, .ended(end)), to: &writer)
                #expect(RunnerCoding.notice(writer.bytes[4...]) == .finished(token: 1, .ended(end)))
            }
        }
    }

    @Test("what a host has is said in words of features, and read back as what they are used for")
    func features() {
        let words = [HostFeature.leases] + HostFeature.groups(with: ["memory", "pids"])
        #expect(HostFeature.groupUses(in: words) == ["kill", "memory", "pids"])
        #expect(HostFeature.groupUses(in: HostFeature.groups(with: [])) == ["kill"])
        #expect(HostFeature.groupUses(in: [HostFeature.leases]).isEmpty)
    }

    @Test("what the kernel has killed for want of memory is counted")
    func memoryKills() throws {
        let directory = try TemporaryDirectory()
        let group = ControlGroup(path: directory.path)
        #expect(group.memoryKills == 0)
        let events = "low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 0\n"
        try events.write(toFile: directory.path + "/memory.events", atomically: true, encoding: .utf8)
        #expect(group.memoryKills == 2)
    }

    @Test("a host that cannot keep a limit of all processes starts nothing, and says which one")
    func refusal() async throws {
        let there = Self.base?.controllers ?? []
        let limit = ProcessLimit.allCases.first { $0.controller.map { !there.contains($0) } ?? false }
        // A host that has all of them keeps all limits.
        guard let missing = limit else { return }
        try await Host.with { host in
            let payload = ShellPayload(command: "true", limits: [missing.rawValue: 64 << 20, "open_files": 64])
            let outcome = try await host.wait(await host.launch(.shell(payload)))
            #expect(outcome.status == .failure && outcome.reason == .spawn && outcome.startedAt == nil)
            #expect(outcome.detail?.contains("this host cannot limit '\(missing.rawValue)'") == true)
        }
    }

    @Test(
        "limits of all processes hold",
        .enabled(if: Self.base?.controllers.contains("pids") == true, "no controller of processes on this host")
    )
    func processLimit() async throws {
        try await Host.with { host in
            let script = "for i in 1 2 3 4 5 6 7 8; do sleep 1 & done; wait"
            let payload = ShellPayload(command: script, limits: [ProcessLimit.totalProcesses.rawValue: 4])
            let outcome = try await host.wait(await host.launch(.shell(payload)))
            #expect(outcome.text.contains("fork"), "\(outcome.text)")
        }
    }

    @Test(
        "a fork storm and a daemon without any mark are in the job's group, and gone with it",
        .enabled(if: Self.base != nil, "no cgroup v2 that may be written on this host")
    )
    func storm() async throws {
        try await Host.with { host in
            let script = """
                trap '' TERM
                env -i setsid sh -c 'trap "" TERM; echo $$ > pid.new; mv pid.new pid; while :; do /bin/sleep 1; done' &
                storm() { while :; do ( : ) & ( setsid sleep 0.1 & ) ; sleep 0.05; done; }
                storm & storm &
                while :; do sleep 0.1; done
                """
            let id = await host.launch(script, directory: host.directory.path)
            let daemon = try await eventually("the daemon runs") { try? Self.pid(in: host.directory.path + "/pid") }
            let group = try #require(try Self.groups(of: host).first { $0.contains("\(id)-1") })
            #expect(ControlGroup(path: group).isPopulated)
            #expect(ControlGroup(path: group).members.contains(daemon))
            await host.supervisor.cancel(id, force: true)
            let outcome = try await host.wait(id)
            #expect(outcome.detail?.contains("SIGKILL, no process left after ") == true, "\(outcome.detail ?? "")")
            #expect(ControlGroup(path: group).members.isEmpty && !isAlive(daemon))
            // The kernel may hold an empty group for another moment; it goes at the next look.
            #expect(try await host.run("true").status == .success)
            try await eventually("its group is taken away") { try Self.groups(of: host).isEmpty }
        }
    }

    @Test(
        "a daemon that hides ends with its own job, though another could be its own (R4)",
        .enabled(if: Self.base != nil, "no cgroup v2 that may be written on this host")
    )
    func hides() async throws {
        try await Host.with { host in
            let other = await host.launch("while ! test -e go; do sleep 0.05; done", directory: host.directory.path)
            let hide = "env -i setsid /bin/sleep 1000 >/dev/null 2>&1 & echo $! > pid; sleep 0.2"
            let outcome = try await host.run(hide, directory: host.directory.path)
            #expect(outcome.status == .success)
            #expect(outcome.detail?.hasPrefix("1 process left behind was ended (") == true, "\(outcome.detail ?? "")")
            let hidden = try Self.pid(in: host.directory.path + "/pid")
            #expect(!isAlive(hidden))
            #expect(host.outcome(other) == nil, "the other goes on")
            _ = FileManager.default.createFile(atPath: host.directory.path + "/go", contents: nil)
            #expect(try await host.wait(other).status == .success)
        }
    }

    @Test("what may be left running has no group, and stays")
    func leaves() async throws {
        try await Host.with { host in
            let payload = ShellPayload(
                command: "sleep 1000 >/dev/null 2>&1 & echo $! > pid; true",
                workingDirectory: host.directory.path,
                leavesProcesses: true
            )
            let outcome = try await host.wait(await host.launch(.shell(payload)))
            #expect(outcome.status == .success)
            let left = try Self.pid(in: host.directory.path + "/pid")
            #expect(isAlive(left))
            #expect(try Self.groups(of: host).isEmpty)
            kill(left, SIGKILL)
        }
    }

    @Test(
        "of a runner that was killed, what hides in its groups is ended before the next agent starts anything",
        .enabled(if: Self.base != nil, "no cgroup v2 that may be written on this host")
    )
    func deadRunner() async throws {
        let directory = try TemporaryDirectory()
        let (former, hidden, group) = try await Host.with(directory: directory) { host in
            // Its leader ends at once, so neither a session nor an environment says whose it is.
            let script = """
                (env -i setsid sh -c 'echo $$ > pid.new; mv pid.new pid; exec /bin/sleep 1000' &)
                while ! test -e pid; do sleep 0.02; done; echo $$ > leader; exec sleep 1000
                """
            let id = await host.launch(script, directory: directory.path)
            let hidden = try await eventually("it hides") { try? Self.pid(in: directory.path + "/pid") }
            let leader = try await eventually("its leader waits") { try? Self.pid(in: directory.path + "/leader") }
            let group = try #require(try Self.groups(of: host).first { $0.contains("\(id)-1") })
            kill(host.supervisor.runnerPID, SIGSTOP)
            kill(leader, SIGKILL)
            host.leaveJobs()
            return (host, hidden, group)
        }
        #expect(isAlive(hidden))
        kill(former.supervisor.runnerPID, SIGKILL)
        try await Host.with(directory: directory) { host in
            #expect(!isAlive(hidden), "before start() returned")
            #expect(!FileManager.default.fileExists(atPath: group))
            let next = try await host.run("echo next")
            #expect(next.text == "next\n")
        }
    }
}
