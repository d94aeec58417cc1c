// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// One attempt of an execution, ready to start.
package struct Launch: Hashable, Sendable {
    package let order: Order
    /// 1 for the first start.
    package let attempt: Int
    /// The values of secrets in its payload; they are masked in its output.
    package let secrets: [String]

    package init(order: Order, attempt: Int, secrets: [String] = []) {
        self.order = order
        self.attempt = attempt
        self.secrets = secrets
    }

    package var id: ExecutionID { self.order.executionID }
}

/// How an attempt ended, as the supervisor saw it.
package struct Outcome: Hashable, Sendable {
    /// SUCCESS, FAILURE, TIMEOUT or CANCELLED.
    package var status: ExecutionStatus
    package var reason: ExecutionReason?
    /// For people: `exit status 3`, `killed by signal 9 (SIGKILL)`, an HTTP client's error.
    package var detail: String?
    /// Of a program that exited by itself.
    package var exitCode: Int?
    /// Of the answer an HTTP job got.
    package var httpStatus: Int?
    /// The host's boot clock in microseconds.
    ///
    /// Nil when nothing was started.
    package var startedAt: Int64?
    package var finishedAt: Int64
    package var outputBytes: Int64
    package var isOutputTruncated: Bool
    /// The whole output when it was small enough to travel in the report and was not streamed.
    package var inlineOutput: [LogChunk]
    /// What it hands on.
    package var outputs: [String: String]

    package init(
        status: ExecutionStatus,
        reason: ExecutionReason? = nil,
        detail: String? = nil,
        exitCode: Int? = nil,
        httpStatus: Int? = nil,
        startedAt: Int64?,
        finishedAt: Int64,
        outputBytes: Int64 = 0,
        isOutputTruncated: Bool = false,
        inlineOutput: [LogChunk] = [],
        outputs: [String: String] = [:]
    ) {
        self.status = status
        self.reason = reason
        self.detail = detail
        self.exitCode = exitCode
        self.httpStatus = httpStatus
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.outputBytes = outputBytes
        self.isOutputTruncated = isOutputTruncated
        self.inlineOutput = inlineOutput
        self.outputs = outputs
    }
}

/// What the supervisor tells the core.
package enum SupervisorEvent: Hashable, Sendable {
    /// The process exists (or the request is under way); boot clock, microseconds.
    case started(ExecutionID, attempt: Int, at: Int64)
    /// The attempt waits or does not get on; the words are for the record of the open execution.
    case hindered(ExecutionID, attempt: Int, detail: String)
    /// The attempt is over and no process of it is left.
    case finished(ExecutionID, attempt: Int, Outcome)
}

/// Starts attempts and ends them; the one port between decisions and processes.
package protocol ExecutionLauncher: Sendable {
    /// Starts attempts; returns when they are handed over. Each is answered by exactly one `finished` event.
    func launch(_ launches: [Launch]) async
    /// Stops an attempt: SIGTERM to everything of it and SIGKILL 10 s later; at once with `force`. Idempotent.
    func cancel(_ id: ExecutionID, force: Bool) async
    /// An attempt is to end after so long unless this is said again: also if the agent is gone by then.
    func lease(_ id: ExecutionID, milliseconds: Int64)
    /// How these attempts ended is in the ledger: nobody else has to remember it.
    func settled(_ attempts: [AttemptKey])
    /// Deletes what is kept of the output of executions with an earlier nominal time.
    func forgetOutputs(before nominal: Timestamp)
    /// Events in order; single consumer.
    var events: AsyncStream<SupervisorEvent> { get }
}

extension ExecutionLauncher {
    /// A launcher that keeps no output has nothing to forget.
    package func forgetOutputs(before nominal: Timestamp) {}

    /// What ends with the agent needs no more.
    package func lease(_ id: ExecutionID, milliseconds: Int64) {}

    /// One that ends with the agent remembers nothing.
    package func settled(_ attempts: [AttemptKey]) {}
}
