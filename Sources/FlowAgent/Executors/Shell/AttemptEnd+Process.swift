// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowRunner
import Glibc

extension AttemptEnd {
    init(_ outcome: RunnerOutcome, of handed: ProcessRunner.Handed?) {
        switch outcome {
        case .ended(let end): self.init(end, successCodes: handed?.successCodes ?? [])
        case .failed(let error, let step, let at):
            self = .spawnFailed(error, step: step, handed, at: at)
        }
    }

    /// What a process tree's end means for its attempt.
    init(_ end: TreeEnd, successCodes: [Int] = []) {
        var ending = end.isSignal ? "killed by \(Self.name(ofSignal: end.status))" : "exit status \(end.status)"
        let code: Int? = end.isSignal ? nil : Int(end.status)
        if end.cause != .own, let proof = Self.proof(end) { ending += "; \(proof)" }
        switch end.cause {
        case .timeout:
            self.init(status: .timeout, detail: "stopped after its time limit: \(ending)", exitCode: code, at: end.at)
        case .cancelled:
            self = .cancelled("stopped on request: \(ending)", at: end.at)
            self.exitCode = code
        case .stopped:
            self = .interrupted("stopped because the agent was told to stop: \(ending)", at: end.at)
            self.exitCode = code
        case .own where end.isSignal:
            self.init(status: .failure, reason: .signal, detail: ending, at: end.at)
        case .own where successCodes.isEmpty ? end.status == 0 : successCodes.contains(Int(end.status)):
            self.init(status: .success, exitCode: code, at: end.at)
        case .own where end.status == 0:
            let words = "exit status 0, which is none of the job's success codes"
            self.init(status: .failure, reason: .exitCode, detail: words, exitCode: 0, at: end.at)
        case .own:
            self.init(status: .failure, reason: .exitCode, detail: ending, exitCode: code, at: end.at)
        }
        if end.isStarved {
            let starved = "the system ended a process of it that needed more memory than there was for it"
            self.detail = self.detail.map { "\($0); \(starved)" } ?? starved
        }
        guard let left = Self.leftBehind(end) else { return }
        self.detail = self.detail.map { "\($0); \(left)" } ?? left
    }

    /// Says what was sent when, and that nothing is left; nil when nothing was sent, as to what had not started.
    private static func proof(_ end: TreeEnd) -> String? {
        guard let first = [end.terminatedAt, end.killedAt].filter({ $0 != 0 }).min() else { return nil }
        let gone = "no process left after \(self.seconds(end.at - first))"
        if end.terminatedAt == 0 { return "SIGKILL, \(gone)" }
        if end.killedAt == 0 { return "SIGTERM, \(gone)" }
        return "SIGTERM, SIGKILL after \(self.seconds(end.killedAt - first)), \(gone)"
    }

    private static func seconds(_ microseconds: Int64) -> String {
        let hundredths = max(0, microseconds) / 10_000
        let rest = hundredths % 100
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest) s"
    }

    /// Says what was running in the background when the program ended.
    private static func leftBehind(_ end: TreeEnd) -> String? {
        guard end.leftBehindCount > 0 else { return nil }
        let names = end.leftBehind.map { "\($0.pid), \($0.name)" }.joined(separator: "; ")
        let more = Int(end.leftBehindCount) - end.leftBehind.count
        let rest = more > 0 ? "; and \(more) more" : ""
        return end.leftBehindCount == 1
            ? "1 process left behind was ended (\(names))"
            : "\(end.leftBehindCount) processes left behind were ended (\(names)\(rest))"
    }

    /// Nothing was started.
    private static func spawnFailed(
        _ error: Int32,
        step: SpawnStep,
        _ handed: ProcessRunner.Handed?,
        at: Int64
    ) -> AttemptEnd {
        let program = handed?.program ?? "the program"
        let directory = handed?.directory ?? "the working directory"
        let what =
            switch (step, error) {
            case (.directory, ENOENT), (.directory, ENOTDIR): "the working directory '\(directory)' does not exist"
            case (.directory, EACCES): "no permission to enter the working directory '\(directory)'"
            case (.directory, _): "the working directory '\(directory)' cannot be entered"
            case (.niceness, _): "the agent may not give this niceness"
            case (.group, _): "this host cannot keep what the job's processes may use together"
            case (.program, ENOENT), (.program, ENOTDIR): "\(program) does not exist on this host"
            case (.program, EACCES): "no permission to run \(program)"
            case (_, E2BIG): "the script, its parameters and environment are larger than the system allows"
            case (_, EAGAIN), (_, ENOMEM): "the host has no room for another process"
            case (_, EMFILE), (_, ENFILE): "the host has no file descriptors left"
            default: "\(program) could not be started"
            }
        return .unstartable("\(what) (\(String(cString: strerror(error))))", at: at)
    }

    static func name(ofSignal number: Int32) -> String {
        let names: [Int32: String] = [
            SIGHUP: "SIGHUP", SIGINT: "SIGINT", SIGQUIT: "SIGQUIT", SIGILL: "SIGILL", SIGTRAP: "SIGTRAP",
            SIGABRT: "SIGABRT", SIGBUS: "SIGBUS", SIGFPE: "SIGFPE", SIGKILL: "SIGKILL", SIGUSR1: "SIGUSR1",
            SIGSEGV: "SIGSEGV", SIGUSR2: "SIGUSR2", SIGPIPE: "SIGPIPE", SIGALRM: "SIGALRM", SIGTERM: "SIGTERM",
            SIGXCPU: "SIGXCPU", SIGXFSZ: "SIGXFSZ", SIGSYS: "SIGSYS",
        ]
        return "signal \(number)" + (names[number].map { " (\($0))" } ?? "")
    }
}
