// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowAgentCore
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

    @Test("no signal is ignored or blocked in a job, whatever its runner does with them")
    func signals() async throws {
        try await Host.with { host in
            let outcome = try await host.run("grep -E '^Sig(Blk|Ign)' /proc/self/status | cut -f 2")
            // The two behind the ordinary ones are the C library's own, which nobody can set.
            let masks = outcome.text.split(separator: "\n").map { UInt64($0, radix: 16).map { $0 & ~(3 << 31) } }
            #expect(masks == [0, 0])
        }
    }

    @Test("starts a job at every limit at once: what a server saves can be run")
    func limits() async throws {
        try await Host.with { host in
            let script = "printf '%s %s' \"${#V0}\" \"$#\"; exit 0\n"
            let comment = "#" + String(repeating: "x", count: JobLimits.payloadBytes - script.utf8.count - 1)
            let value = String(repeating: "v", count: JobLimits.variableBytes - 8)
            let environment = (0..<JobLimits.environmentBytes / JobLimits.variableBytes).map { ("V\($0)", value) }
            let parameter = String(repeating: "p", count: JobLimits.parameterBytes - 8)
            let parameters = (0..<JobLimits.parametersBytes / JobLimits.parameterBytes).map { ("p\($0)", parameter) }
            let id = await host.launch(
                script + comment,
                parameters: Dictionary(uniqueKeysWithValues: parameters),
                environment: Dictionary(uniqueKeysWithValues: environment)
            )
            let text = try await host.wait(id).text
            #expect(text == "\(value.utf8.count) \(parameters.count)")
        }
    }

    @Test("hands on what the script wrote to QF_OUTPUT, masks nothing that is no secret, and leaves no file (W12)")
    func outputs() async throws {
        try await Host.with { host in
            let good = try await host.run("echo rows=12 > \"$QF_OUTPUT\"; echo \"$QF_OUTPUT\"")
            #expect(good.outputs == ["rows": "12"] && good.detail == nil)
            let path = good.text.trimmingCharacters(in: .newlines)
            #expect(path.hasPrefix("/") && !FileManager.default.fileExists(atPath: path))
            let faulty = try await host.run("echo nonsense > \"$QF_OUTPUT\"")
            #expect(faulty.status == .success && faulty.outputs.isEmpty)
            #expect(faulty.detail == "its outputs were not taken: line 1: 'nonsense' is not 'key=value'")
            let link = try await host.run("ln -s /etc/hostname \"$QF_OUTPUT\"")
            #expect(link.outputs.isEmpty && link.detail == "its outputs were not taken: the file can't be read")
            let pipe = try await host.run("mkfifo \"$QF_OUTPUT\"")
            #expect(pipe.outputs.isEmpty && pipe.detail == "its outputs were not taken: it is no file")
            let large = try await host.run("yes a=1 | head -c 200000 > \"$QF_OUTPUT\"")
            #expect(large.outputs.isEmpty && large.detail?.contains("more than") == true)
        }
    }

    @Test("ends what is no longer held: the runner does it, whatever becomes of the agent")
    func leases() async throws {
        try await Host.with { host in
            let id = await host.launch("trap 'exit 0' TERM; while :; do sleep 0.05; done")
            try await eventually("it runs") { host.isStarted(id) }
            host.supervisor.lease(id, milliseconds: 200)
            #expect(try await host.wait(id).status == .cancelled)
        }
    }

    @Test("starts nothing of which the lease ended while it waited for a place; what starts ends with its own")
    func leasesOfWaiting() async throws {
        try await Host.with(concurrencyLimit: 1) { host in
            let first = await host.launch("sleep 0.3")
            let late = await host.launch("echo started")
            host.supervisor.lease(late, milliseconds: 50)
            let held = await host.launch("trap 'exit 0' TERM; while :; do sleep 0.05; done")
            host.supervisor.lease(held, milliseconds: 900)
            #expect(try await host.wait(first).status == .success)
            let outcome = try await host.wait(late)
            #expect(outcome.status == .cancelled && outcome.startedAt == nil && !host.isStarted(late))
            #expect(outcome.detail?.contains("lease") == true)
            let ended = try await host.wait(held)
            #expect(ended.status == .cancelled)
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
                "COLOUR=blue", "QF_SCHEDULED_TIME=2027-01-15T08:00:00.000Z", "LANG=C.UTF-8", "SHELL=/bin/sh",
            ] {
                #expect(text.split(separator: "\n").contains(Substring(line)), "\(line) is missing")
            }
            #expect(text.split(separator: "\n").contains(Substring(NSHomeDirectory())), "it starts in the user's home")
            let refused = try await host.run("true", parameters: ["LD PRELOAD": "x"])
            #expect(refused.reason == .spawn)
            #expect(refused.detail?.contains("LD PRELOAD") == true)
            #expect(try await host.run("true", parameters: ["a": "b\0c"]).reason == .spawn)
        }
    }

    @Test("a script gets the umask and the limits that the agent was started with")
    func inheritance() async throws {
        let before = umask(0o027)
        defer { umask(before) }
        let probe = "umask; ulimit -Sn; ulimit -Hn; ulimit -Sc; ulimit -Hc"
        // The C library's own way, which shares nothing with the runner's.
        let plain = try #require(popen(probe, "r"))
        let pipe = FileHandle(fileDescriptor: fileno(plain), closeOnDealloc: false)
        let expected = String(decoding: pipe.readDataToEndOfFile(), as: UTF8.self)
        pclose(plain)
        try await Host.with { host in
            let outcome = try await host.run(probe)
            #expect(outcome.text == expected)
            #expect(expected.hasPrefix("0027\n"))
        }
    }

    @Test("a job may name its interpreter, and one that is missing is named in the record")
    func interpreter() async throws {
        try await Host.with { host in
            let bash = ShellPayload(command: "echo ${BASH_VERSION:+bash} $SHELL", interpreter: "/bin/bash")
            #expect(try await host.wait(await host.launch(.shell(bash))).text == "bash /bin/bash\n")
            let missing = ShellPayload(command: "true", interpreter: "/opt/none/sh")
            let outcome = try await host.wait(await host.launch(.shell(missing)))
            #expect(outcome.reason == .spawn)
            #expect(outcome.detail?.hasPrefix("/opt/none/sh does not exist on this host") == true)
            let directory = try await host.run("true", directory: "/opt/none")
            #expect(directory.detail?.hasPrefix("the working directory '/opt/none' does not exist") == true)
        }
    }

    @Test("a job says what its interpreter takes, which exit codes are success, its umask and its niceness")
    func start() async throws {
        try await Host.with { host in
            func run(_ payload: ShellPayload) async throws -> Outcome {
                try await host.wait(await host.launch(.shell(payload)))
            }
            let arguments = ["-eu", "-c"]
            let strict = ShellPayload(command: "false; echo on", interpreterArguments: arguments)
            #expect(try await run(strict).exitCode == 1)
            let fine = ShellPayload(command: "umask; nice; exit 3", successCodes: [3, 4], umask: 0o077, niceness: 7)
            let outcome = try await run(fine)
            #expect(outcome.status == .success && outcome.exitCode == 3)
            #expect(outcome.text == "0077\n7\n")
            let zero = try await run(ShellPayload(command: "true", successCodes: [3]))
            #expect(zero.status == .failure && zero.reason == .exitCode && zero.exitCode == 0)
            #expect(zero.detail == "exit status 0, which is none of the job's success codes")
        }
    }

    @Test(
        "a script runs as the user it names, with that user's home, groups and rights, or not at all",
        .enabled(if: geteuid() == 0)
    )
    func user() async throws {
        try await Host.with { host in
            func run(_ payload: ShellPayload) async throws -> Outcome {
                try await host.wait(await host.launch(.shell(payload)))
            }
            let probe =
                "id -un; id -Gn; pwd; echo $HOME $USER $LOGNAME; umask; ulimit -n; "
                + "echo $COLOUR$LD_LIBRARY_PATH; "
                + "cat /etc/shadow; echo a=1 > \"$QF_OUTPUT\"; "
                + "sh -c 'echo b=2 >> \"$QF_OUTPUT\"; echo end > /dev/stderr'"
            let outcome = try await run(
                ShellPayload(
                    command: probe,
                    umask: 0o027,
                    runAs: "games",
                    limits: ["open_files": 99],
                    environment: ["COLOUR": "blue", "LD_LIBRARY_PATH": "/nonexistent"]
                )
            )
            #expect(outcome.status == .success && outcome.outputs == ["a": "1", "b": "2"], "\(outcome)")
            let games = "games\ngames\n/usr/games\n/usr/games games games\n0027\n99\nblue/nonexistent\n"
            #expect(outcome.text.hasPrefix(games), "\(outcome.text)")
            #expect(outcome.text.contains("Permission denied") && outcome.text.contains("end\n"))
            let unknown = try await run(ShellPayload(command: "id", runAs: "no-such-user"))
            #expect(unknown.exitCode == 126 && unknown.text == "there is no user 'no-such-user' on this host\n")
            let outputs = host.directory.path + "/outputs"
            let closed = try await run(ShellPayload(command: "id", workingDirectory: outputs, runAs: "games"))
            #expect(closed.exitCode == 126 && closed.text.hasPrefix("'games' can't enter the directory"))
            // What runs as another is ended as well.
            let stubborn = "trap '' TERM; sleep 60 & wait; wait"
            let id = await host.launch(.shell(ShellPayload(command: stubborn, runAs: "games")))
            try await eventually("it runs") { host.isStarted(id) }
            await host.supervisor.cancel(id, force: true)
            #expect(try await host.wait(id).status == .cancelled)
        }
    }

    @Test("a scratch directory is there for a job that asks for one, and gone with its end")
    func scratch() async throws {
        try await Host.with { host in
            let payload = ShellPayload(command: "touch a; pwd; ls", usesScratchDirectory: true)
            let id = await host.launch(.shell(payload))
            let text = try await host.wait(id).text
            #expect(text.hasSuffix("/work/\(id)\na\n"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: host.directory.path + "/work").isEmpty)
        }
    }

    @Test("whatever a job leaves in its scratch directory goes, however deep and named; links are not followed")
    func scratchLeftovers() async throws {
        try await Host.with { host in
            let beside = host.directory.path + "/beside"
            try FileManager.default.createDirectory(atPath: beside, withIntermediateDirectories: true)
            try Data().write(to: URL(fileURLWithPath: beside + "/kept"))
            let script = """
                ln -s \(beside) link && mkfifo pipe && touch -- -rf ' ' '*' "$(printf 'no\\377\\376text')" qf-1
                mkdir -p shut/inner "$(printf 'no\\200dir')/x" && touch shut/inner/file && ln -s ../.. shut/up && chmod 000 shut
                # Together a path that is longer than any call takes.
                n=a-name-of-20-letters; n=$n/$n/$n/$n; n=$n/$n/$n/$n/$n; n=$n/$n/$n/$n
                mkdir -p $n && cd $n && mkdir -p $n/$n && touch $n/$n/file
                """
            let id = await host.launch(.shell(ShellPayload(command: script, usesScratchDirectory: true)))
            let outcome = try await host.wait(id)
            #expect(outcome.status == .success, "\(outcome.text)")
            #expect(try FileManager.default.contentsOfDirectory(atPath: host.directory.path + "/work").isEmpty)
            #expect(FileManager.default.fileExists(atPath: beside + "/kept"))
            // What takes the directory's place is removed, and what a link names is left as it is.
            #expect(chmod(beside, 0o750) == 0)
            for place in ["ln -s \(beside) \"$own\"", "touch \"$own\""] {
                let script = "own=$PWD; cd /; rm -rf \"$own\"; \(place)"
                let id = await host.launch(.shell(ShellPayload(command: script, usesScratchDirectory: true)))
                #expect(try await host.wait(id).status == .success)
                #expect(try FileManager.default.contentsOfDirectory(atPath: host.directory.path + "/work").isEmpty)
            }
            let mode = try FileManager.default.attributesOfItem(atPath: beside)[.posixPermissions] as? Int
            #expect(mode == 0o750)
            #expect(FileManager.default.fileExists(atPath: beside + "/kept"))
        }
    }
}
