// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import FlowQUIC
import FlowWire
import NIOCore

/// One execution's output on its way to the server.
///
/// Chunks are written in order; the spool keeps them until ``acknowledgements(_:)`` says that they are durable there.
package final class AgentLogStream: Sendable {
    private let stream: QUICStream
    /// The server says first what it has of the output; one that is too old for that says nothing.
    package let isAnswered: Bool

    init(_ stream: QUICStream, isAnswered: Bool) {
        self.stream = stream
        self.isAnswered = isAnswered
    }

    /// Sends a chunk, waiting while the server does not take what was sent before.
    package func write(_ chunk: LogChunk) async throws {
        try await self.stream.write(try LogSender.bytes(of: chunk))
    }

    /// Nothing more comes; acknowledgements of what was written still do.
    package func finish() async throws { try await self.stream.finish() }

    /// Gives each offset before which everything is durable to `body`, until the server finishes the stream.
    ///
    /// - Throws: When the stream is reset or lost: send again from the last acknowledged offset on a new one.
    package func acknowledgements(_ body: @Sendable (Int64) async throws -> Void) async throws {
        var sender = LogSender()
        for try await bytes in self.stream.inbound {
            if let offset = try sender.receive(bytes) { try await body(offset) }
        }
    }
}
