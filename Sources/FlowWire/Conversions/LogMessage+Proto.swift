// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import SwiftProtobuf

import struct Foundation.Data

/// Whose output a log stream carries; its first message.
package struct LogOpen: Hashable, Sendable {
    package let executionID: ExecutionID
    package let attempt: Int

    package init(executionID: ExecutionID, attempt: Int) {
        self.executionID = executionID
        self.attempt = attempt
    }
}

/// Everything that is said on a log stream.
package enum LogMessage: Hashable, Sendable {
    /// Agent, first.
    case open(LogOpen)
    /// Agent, any number of times.
    case chunk(offset: Int64, stream: OutputStream, bytes: [UInt8])
    /// Server: everything before `offset` is durable.
    case acknowledged(offset: Int64)
}

extension PBEnvelope {
    package init(_ message: LogMessage) {
        self.init()
        switch message {
        case .open(let open):
            self.logOpen = .with {
                $0.executionID = Data(open.executionID.bytes)
                $0.attempt = Int32(clamping: open.attempt)
            }
        case .chunk(let offset, let stream, let bytes):
            self.logChunk = .with {
                $0.offset = offset
                $0.stream = PBOutputStream(stream)
                $0.bytes = Data(bytes)
            }
        case .acknowledged(let offset): self.logAck = .with { $0.offset = offset }
        }
    }

    /// - Throws: ``WireError`` when this is not, or not a valid, message of a log stream.
    package func logMessage() throws(WireError) -> LogMessage {
        switch self.message {
        case .logOpen(let open):
            return .open(
                LogOpen(
                    executionID: try Fields.identifier(open.executionID, "log_open.execution_id"),
                    attempt: try Fields.count(open.attempt, "log_open.attempt")
                )
            )
        case .logChunk(let chunk):
            return .chunk(
                offset: try Fields.count(chunk.offset, "log_chunk.offset"),
                stream: try chunk.stream.decoded("log_chunk.stream"),
                bytes: Array(chunk.bytes)
            )
        case .logAck(let acknowledgement):
            return .acknowledged(offset: try Fields.count(acknowledgement.offset, "log_ack.offset"))
        default: throw WireError.outOfOrder(message: self.name, expected: "a message of a log stream")
        }
    }
}
