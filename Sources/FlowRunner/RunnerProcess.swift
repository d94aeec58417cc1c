// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// One process tree of the runner.
struct RunnerProcess {
    /// How far the end of the tree has come; it only moves forward.
    enum Phase {
        case running
        /// The leader is dead; what it left gets this long (monotonic microseconds) to go by itself.
        case lingering(until: Int64)
        /// SIGTERM was sent; SIGKILL follows at this instant (monotonic microseconds).
        case terminating(killAt: Int64)
        /// SIGKILL is sent again and again until nobody is left.
        case killing(round: Int)
    }

    struct Exit {
        let status: Int32
        let isSignal: Bool
    }

    /// The program itself; leader of its session.
    let leader: Int32
    /// Its place in the table of leaders.
    let slot: Int
    let execution: String
    let attempt: UInt32
    /// What the program leaves running is let be.
    let leavesProcesses: Bool
    /// Monotonic microseconds; nil = no timeout.
    let timeoutAt: Int64?
    /// Boot clock, microseconds.
    let startedAt: Int64
    /// Reading ends of its standard output and error; -1 = closed.
    var output: Int32
    var error: Int32
    var spool: RunnerSpool
    /// Of an attempt that was given secrets.
    var masker: SecretMasker?
    /// Where that attempt leaves what it hands on.
    let outputFile: String?
    var phase: Phase = .running
    var cause: EndCause = .own
    /// Processes that were told to go after the leader's end: the first ones, and how many.
    var leftBehind: [ProcessLabel] = []
    var leftBehindCount: UInt32 = 0
    /// Processes that could not be signalled and have been told of.
    var stuck: Set<Int32> = []
    /// Set when the leader was reaped; descendants may still live.
    var exit: Exit?
    /// Whether its end waits for orphans whose owner is not known yet.
    var clarity = Clarity()
    /// When it was first sent SIGTERM and SIGKILL; boot clock, microseconds, 0 = never.
    var terminatedAt: Int64 = 0
    var killedAt: Int64 = 0

    var hasSecrets: Bool { self.masker != nil }
}
