// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The runner's `main`: what the agent says on the command line, and exit codes.
package enum RunnerProgram {
    /// Runs until the agent is gone.
    ///
    /// - Returns: the exit code: 0, 1 when the kernel refused something, 64 (`EX_USAGE`) for a start that is not the
    ///   agent's, 69 (`EX_UNAVAILABLE`) for an agent of another build.
    package static func run(arguments: [String]) -> Int32 {
        guard let socket = self.number(after: "--socket", in: arguments) else {
            self.complain("the runner is started by 'quicflow agent run' and by nobody else")
            return 64
        }
        guard self.number(after: "--version", in: arguments) == Int32(RunnerCoding.version) else {
            self.complain("this runner belongs to another version of the agent; restart the agent")
            return 69
        }
        do {
            try Runner(socket: socket).run()
            return 0
        } catch {
            self.complain("\(error)")
            return 1
        }
    }

    private static func number(after name: String, in arguments: [String]) -> Int32? {
        guard let index = arguments.firstIndex(of: name), index + 1 < arguments.count else { return nil }
        return Int32(arguments[index + 1])
    }

    private static func complain(_ text: String) {
        let line = "quicflow-runner: \(text)\n"
        _ = line.withCString { write(2, $0, strlen($0)) }
    }
}
