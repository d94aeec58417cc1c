// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
package import NIOCore

/// The server's side of a log stream: an opening, then chunks in order of their offsets.
///
/// A value without I/O: bytes in, whole chunks out. What was stored is acknowledged with ``acknowledgement(through:)``.
package struct LogReceiver: Sendable {
    private var decoder: FrameDecoder
    private var open: LogOpen?
    /// Whose output this is; nil until the opening has come.
    package var opening: LogOpen? { self.open }
    /// Where the next chunk may begin at the earliest; a gap is output that the cap cut.
    private var end: Int64 = 0

    package init(frameLimit: Int = Frame.defaultLimit) { self.decoder = FrameDecoder(limit: frameLimit) }

    /// Takes bytes of the stream and returns the chunks they complete.
    package mutating func receive(_ bytes: ByteBuffer) throws(WireError) -> [LogChunk] {
        self.decoder.append(bytes)
        var chunks: [LogChunk] = []
        while let envelope = try self.decoder.next() {
            switch try envelope.logMessage() {
            case .open(let open):
                guard self.open == nil else {
                    throw WireError.outOfOrder(message: "log_open", expected: "no second log_open")
                }
                self.open = open
            case .chunk(let offset, let stream, let bytes):
                guard let open = self.open else {
                    throw WireError.outOfOrder(message: "log_chunk", expected: "a log_open first")
                }
                guard offset >= self.end else {
                    throw WireError.invalid(field: "log_chunk.offset", problem: "is \(offset), before \(self.end)")
                }
                self.end = offset + Int64(bytes.count)
                chunks.append(
                    LogChunk(
                        executionID: open.executionID,
                        attempt: open.attempt,
                        offset: offset,
                        stream: stream,
                        bytes: bytes
                    )
                )
            case .acknowledged:
                throw WireError.outOfOrder(message: "log_ack", expected: "a message of an agent")
            }
        }
        return chunks
    }

    /// The agent finished the stream; it must not end inside a frame.
    package func finish() throws(WireError) { try self.decoder.finish() }

    /// Bytes that tell the agent that `chunks` and all before them are durable.
    package static func acknowledgement(through chunks: [LogChunk]) throws(WireError) -> ByteBuffer? {
        guard let last = chunks.last else { return nil }
        return try self.acknowledgement(of: last.offset + Int64(last.bytes.count))
    }

    /// Bytes that tell the agent that everything before `offset` is durable.
    package static func acknowledgement(of offset: Int64) throws(WireError) -> ByteBuffer {
        try Frame.encode(PBEnvelope(LogMessage.acknowledged(offset: offset)))
    }
}

/// The agent's side of a log stream.
package struct LogSender: Sendable {
    private var decoder = FrameDecoder()

    package init() {}

    /// The first bytes of the stream.
    package static func opening(_ open: LogOpen) throws(WireError) -> ByteBuffer {
        try Frame.encode(PBEnvelope(LogMessage.open(open)))
    }

    package static func bytes(of chunk: LogChunk) throws(WireError) -> ByteBuffer {
        try Frame.encode(
            PBEnvelope(LogMessage.chunk(offset: chunk.offset, stream: chunk.stream, bytes: chunk.bytes))
        )
    }

    /// Takes the server's bytes.
    ///
    /// - Returns: The offset up to which everything is durable there; nil when these bytes say nothing new.
    package mutating func receive(_ bytes: ByteBuffer) throws(WireError) -> Int64? {
        self.decoder.append(bytes)
        var offset: Int64?
        while let envelope = try self.decoder.next() {
            guard case .acknowledged(let acknowledged) = try envelope.logMessage() else {
                throw WireError.outOfOrder(message: envelope.name, expected: "a log_ack")
            }
            offset = max(offset ?? 0, acknowledged)
        }
        return offset
    }
}
