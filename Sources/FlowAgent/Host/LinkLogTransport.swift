// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowWire
import Synchronization

/// Carries output over log streams of the agent's link.
final class LinkLogTransport: LogTransport {
    private let link = Mutex<AgentLink?>(nil)

    /// Set once, after the link exists.
    func attach(_ link: AgentLink) { self.link.withLock { $0 = link } }

    func open(_ execution: ExecutionID, attempt: Int) async throws -> any LogSink {
        guard let link = self.link.withLock({ $0 }) else { throw LinkDown() }
        return LinkLogSink(try await link.openLog(LogOpen(executionID: execution, attempt: attempt)))
    }
}

/// One log stream of the link.
private final class LinkLogSink: LogSink {
    private let stream: AgentLogStream
    let acknowledgements: AsyncStream<Int64>
    var takesJoined: Bool { self.stream.isAnswered }

    init(_ stream: AgentLogStream) {
        self.stream = stream
        let (acknowledgements, continuation) = AsyncStream<Int64>.makeStream()
        self.acknowledgements = acknowledgements
        // The first value says what the server has. One that does not tell keeps what it has when everything comes again.
        if !stream.isAnswered { continuation.yield(0) }
        // Unstructured: it lives as long as the stream, whose end or failure ends it.
        let reading = Task {
            try? await stream.acknowledgements { continuation.yield($0) }
            continuation.finish()
        }
        continuation.onTermination = { _ in reading.cancel() }
    }

    func write(_ chunks: [LogChunk]) async throws {
        for chunk in chunks { try await self.stream.write(chunk) }
    }

    func close() async { try? await self.stream.finish() }
}
