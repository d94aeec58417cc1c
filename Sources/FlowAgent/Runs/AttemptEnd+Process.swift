// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Glibc

extension AttemptEnd {
    /// What a process tree's end means for its attempt.
    init(cause: EndCause, status: Int32, isSignal: Bool, at: Int64) {
        let ending = isSignal ? "killed by \(Self.name(ofSignal: status))" : "exit status \(status)"
        let code: Int? = isSignal ? nil : Int(status)
        switch cause {
        case .timeout:
            self.init(status: .timeout, detail: "stopped after its time limit: \(ending)", exitCode: code, at: at)
        case .cancelled:
            self.init(
                status: .cancelled,
                reason: .requested,
                detail: "stopped on request: \(ending)",
                exitCode: code,
                at: at
            )
        case .own where isSignal:
            self.init(status: .failure, reason: .signal, detail: ending, at: at)
        case .own where status == 0:
            self.init(status: .success, exitCode: 0, at: at)
        case .own:
            self.init(status: .failure, reason: .exitCode, detail: ending, exitCode: code, at: at)
        }
    }

    /// Nothing was started.
    static func spawnFailed(_ error: Int32, at: Int64) -> AttemptEnd {
        let hint =
            switch error {
            case ENOENT, ENOTDIR: "the shell or the working directory does not exist"
            case EACCES: "no permission to enter the working directory or to run the shell"
            case E2BIG: "the script, its parameters and environment are larger than the system allows"
            case EAGAIN, ENOMEM: "the host has no room for another process"
            case EMFILE, ENFILE: "the host has no file descriptors left"
            default: "the process could not be started"
            }
        return AttemptEnd(
            status: .failure,
            reason: .spawn,
            detail: "\(hint) (\(String(cString: strerror(error))))",
            at: at
        )
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
