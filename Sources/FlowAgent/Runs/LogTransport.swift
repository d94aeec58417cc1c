// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Carries output of executions to the server while they run; the link to the server implements it.
package protocol LogTransport: Sendable {
    /// Opens the log stream of an attempt.
    ///
    /// - Throws: when there is no session now; the caller tries again later.
    func open(_ execution: ExecutionID, attempt: Int) async throws -> any LogSink
}

/// One log stream of an attempt on the current session.
package protocol LogSink: Sendable {
    /// Sends chunks in the order of their offsets; returns when the stream took them (back-pressure).
    func write(_ chunks: [LogChunk]) async throws
    /// Ends of what is durable at the server, growing; finishes when the stream is over. Single consumer.
    ///
    /// The first value is what the server has from earlier streams of the attempt (0 = nothing).
    var acknowledgements: AsyncStream<Int64> { get }
    /// Chunks may be joined on their way: the server knows what it has by bytes, not by chunks.
    var takesJoined: Bool { get }
    /// Nothing more will be written; acknowledgements still come.
    func close() async
}

extension LogSink {
    package var takesJoined: Bool { true }
}
