// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A process the agent wants from its runner.
package struct SpawnRequest: Hashable, Sendable {
    /// Names the attempt between agent and runner; never used twice in one runner's life.
    package var token: UInt64
    /// The value of `QF_EXECUTION_ID`, by which strayed descendants are recognised.
    package var execution: String
    /// 0 = none.
    package var timeoutMilliseconds: UInt32
    /// What the program leaves running when it ends is let be.
    package var leavesProcesses: Bool
    package var program: String
    package var directory: String
    package var arguments: [String]
    /// `NAME=value` entries: all the child gets.
    package var environment: [String]

    package init(
        token: UInt64,
        execution: String,
        timeoutMilliseconds: UInt32,
        leavesProcesses: Bool = false,
        program: String,
        directory: String,
        arguments: [String],
        environment: [String]
    ) {
        self.token = token
        self.execution = execution
        self.timeoutMilliseconds = timeoutMilliseconds
        self.leavesProcesses = leavesProcesses
        self.program = program
        self.directory = directory
        self.arguments = arguments
        self.environment = environment
    }
}

/// From the agent to the runner.
package enum RunnerRequest: Hashable, Sendable {
    case spawn(SpawnRequest)
    case cancel(token: UInt64, force: Bool)
    /// Ends everything: SIGTERM, and SIGKILL after the grace time.
    case stop(graceMilliseconds: UInt32)
}

/// Why the runner ended a process tree.
package enum EndCause: UInt8, Sendable {
    /// The program ended by itself.
    case own = 0
    case timeout = 1
    case cancelled = 2
    /// The agent was told to stop.
    case stopped = 3
}

/// Which of a job's two outputs a piece came from.
package enum RunnerStream: UInt8, Sendable {
    case output = 0
    case error = 1
}

/// How far a start came before it failed.
package enum SpawnStep: UInt8, Sendable {
    case prepare = 0
    case directory = 1
    case program = 2
}

/// A process in words.
package struct ProcessLabel: Hashable, Sendable {
    package var pid: Int32
    package var user: UInt32
    package var name: String

    package init(pid: Int32, user: UInt32, name: String) {
        self.pid = pid
        self.user = user
        self.name = name
    }
}

/// How a process tree ended.
package struct TreeEnd: Hashable, Sendable {
    package var cause: EndCause
    /// The exit status, or the signal's number.
    package var status: Int32
    package var isSignal: Bool
    /// Processes that the program had left behind and that were ended for it; of many only the first ones.
    package var leftBehind: [ProcessLabel]
    package var leftBehindCount: UInt32
    /// Boot clock, microseconds.
    package var at: Int64

    package init(
        cause: EndCause,
        status: Int32,
        isSignal: Bool,
        leftBehind: [ProcessLabel] = [],
        leftBehindCount: UInt32 = 0,
        at: Int64
    ) {
        self.cause = cause
        self.status = status
        self.isSignal = isSignal
        self.leftBehind = leftBehind
        self.leftBehindCount = leftBehindCount
        self.at = at
    }
}

/// From the runner to the agent.
///
/// Times are the boot clock's microseconds.
package enum RunnerNotice: Hashable, Sendable {
    case started(token: UInt64, at: Int64)
    /// Nothing runs; the errno of the failed start.
    case failed(token: UInt64, error: Int32, step: SpawnStep, at: Int64)
    case output(token: UInt64, stream: RunnerStream, bytes: [UInt8])
    /// A process of the tree may not be signalled by us and runs on; `cause` says why it was to end.
    case stuck(token: UInt64, ProcessLabel, cause: EndCause)
    /// No process of the tree is left, and all output was sent.
    case ended(token: UInt64, TreeEnd)
}
