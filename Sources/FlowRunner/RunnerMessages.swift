// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A process the agent wants from its runner.
package struct SpawnRequest: Hashable, Sendable {
    /// Names the attempt between agent and runner; never used twice in one runner's life.
    package var token: UInt64
    /// The value of `QF_EXECUTION_ID`, by which strayed descendants are recognised.
    package var execution: String
    package var attempt: UInt32
    /// 0 = none.
    package var timeoutMilliseconds: UInt32
    /// What the program leaves running when it ends is let be.
    package var leavesProcesses: Bool
    /// Nil = what the agent was started with.
    package var mask: UInt32?
    /// Nil = the agent's own.
    package var niceness: Int32?
    package var program: String
    package var directory: String
    package var arguments: [String]
    /// `NAME=value` entries: all the child gets.
    package var environment: [String]
    /// What is masked in the output, in all its spellings; it never touches a disk.
    package var masked: [[UInt8]]
    /// What it and all that it starts may use together; it starts only where that can be kept.
    package var limits: GroupLimits
    /// The scope of the host's systemd that its program puts itself into; nil = none.
    package var unit: String?

    package init(
        token: UInt64,
        execution: String,
        attempt: UInt32,
        timeoutMilliseconds: UInt32,
        leavesProcesses: Bool = false,
        mask: UInt32? = nil,
        niceness: Int32? = nil,
        program: String,
        directory: String,
        arguments: [String],
        environment: [String],
        masked: [[UInt8]] = [],
        limits: GroupLimits = GroupLimits(),
        unit: String? = nil
    ) {
        self.token = token
        self.execution = execution
        self.attempt = attempt
        self.timeoutMilliseconds = timeoutMilliseconds
        self.leavesProcesses = leavesProcesses
        self.mask = mask
        self.niceness = niceness
        self.program = program
        self.directory = directory
        self.arguments = arguments
        self.environment = environment
        self.masked = masked
        self.limits = limits
        self.unit = unit
    }
}

/// How much of each attempt's output a runner keeps, for an agent that comes later.
package struct RunnerLimits: Hashable, Sendable {
    package var headBytes: UInt32
    package var tailBytes: UInt32
    /// All files together.
    package var diskBytes: UInt64

    package init(headBytes: UInt32 = 63 << 20, tailBytes: UInt32 = 1 << 20, diskBytes: UInt64 = 512 << 20) {
        self.headBytes = headBytes
        self.tailBytes = tailBytes
        self.diskBytes = diskBytes
    }
}

/// From the agent to the runner.
package enum RunnerRequest: Hashable, Sendable {
    /// The first word of an agent: the version it speaks, and what it allows. The runner answers with what it has.
    ///
    /// Said again to a runner of version 5 it changes what is allowed from then on, and is not answered.
    case hello(version: UInt32, RunnerLimits)
    case spawn(SpawnRequest)
    case cancel(token: UInt64, force: Bool)
    /// Ends everything: SIGTERM, and SIGKILL after the grace time.
    case stop(graceMilliseconds: UInt32)
    /// An attempt of an earlier agent is this one's as well: everything about it is told from its beginning.
    case adopt(token: UInt64)
    /// Nobody accounts for an attempt of an earlier agent: what runs of it is killed, and nothing is told.
    case discard(token: UInt64)
    /// The end of an attempt is in the ledger.
    case forget(token: UInt64)
    /// Unless this is said again within so many milliseconds the attempt is ended: another host may have it then. From version 4 on.
    case lease(token: UInt64, milliseconds: UInt32)
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
    /// The niceness could not be set.
    case niceness = 3
    /// Its control group could not be made as it was wanted.
    case group = 4
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
    /// The kernel has ended something of it for want of memory.
    package var isStarved: Bool
    /// Processes that the program had left behind and that were ended for it; of many only the first ones.
    package var leftBehind: [ProcessLabel]
    package var leftBehindCount: UInt32
    /// When everything of the tree was first sent SIGTERM and SIGKILL; boot clock, microseconds, 0 = never.
    package var terminatedAt: Int64
    package var killedAt: Int64
    /// When no process of it was left; boot clock, microseconds.
    package var at: Int64

    package init(
        cause: EndCause,
        status: Int32,
        isSignal: Bool,
        isStarved: Bool = false,
        leftBehind: [ProcessLabel] = [],
        leftBehindCount: UInt32 = 0,
        terminatedAt: Int64 = 0,
        killedAt: Int64 = 0,
        at: Int64
    ) {
        self.cause = cause
        self.status = status
        self.isSignal = isSignal
        self.isStarved = isStarved
        self.leftBehind = leftBehind
        self.leftBehindCount = leftBehindCount
        self.terminatedAt = terminatedAt
        self.killedAt = killedAt
        self.at = at
    }
}

/// What became of a request to start something.
package enum RunnerOutcome: Hashable, Sendable {
    /// Nothing runs; the errno of the failed start.
    case failed(error: Int32, step: SpawnStep, at: Int64)
    /// No process of the tree is left.
    case ended(TreeEnd)
}

/// From the runner to the agent.
///
/// Times are the boot clock's microseconds.
package enum RunnerNotice: Hashable, Sendable {
    /// After a hello: an attempt of an earlier agent, which waits to be adopted or discarded.
    case holding(token: UInt64, execution: String, attempt: UInt32)
    /// After a hello: all was said. The agent's own tokens begin above the highest one.
    case ready(version: UInt32, pid: Int32, highestToken: UInt64)
    case started(token: UInt64, at: Int64)
    case output(token: UInt64, stream: RunnerStream, bytes: [UInt8])
    /// So many bytes of output were not kept.
    case skipped(token: UInt64, bytes: UInt64)
    /// A process of the tree may not be signalled by us and runs on; `cause` says why it was to end.
    case stuck(token: UInt64, ProcessLabel, cause: EndCause)
    /// It is over, all its output was sent, and the outcome is on the disk.
    case finished(token: UInt64, RunnerOutcome)
}
