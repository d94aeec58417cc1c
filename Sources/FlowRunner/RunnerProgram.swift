// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import Glibc

/// The runner's `main`: what the agent says on the command line, and exit codes.
package enum RunnerProgram {
    /// Runs until there is no agent and nothing to do without one.
    ///
    /// - Returns: the exit code: 0, 1 when the kernel refused something, 64 (`EX_USAGE`) for a start that is not the
    ///   agent's.
    package static func run(arguments: [String]) -> Int32 {
        self.keepMemoryPrivate()
        guard let listener = self.word(after: "--listener", in: arguments).flatMap({ Int32($0) }),
            let directory = self.word(after: "--directory", in: arguments),
            let mark = self.word(after: "--mark", in: arguments)
        else {
            self.complain("the runner is started by 'quicflow agent run' and by nobody else")
            return 64
        }
        do {
            try Runner(listener: listener, directory: directory, mark: mark).run()
            return 0
        } catch {
            self.complain("\(error)")
            return 1
        }
    }

    /// A crash of this process leaves nothing of its memory: environments of jobs hold secrets, and the agent hands them on.
    package static func keepMemoryPrivate() { flow_keep_memory_private() }

    private static func word(after name: String, in arguments: [String]) -> String? {
        guard let index = arguments.firstIndex(of: name), index + 1 < arguments.count else { return nil }
        return arguments[index + 1]
    }

    private static func complain(_ text: String) {
        let line = "quicflow-runner: \(text)\n"
        _ = line.withCString { write(2, $0, strlen($0)) }
    }
}
