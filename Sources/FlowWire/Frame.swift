// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import NIOCore
import SwiftProtobuf

/// One message on a stream: four bytes of length, most significant first, then an `Envelope` in protobuf.
package enum Frame {
    /// The longest envelope that is sent or accepted, in bytes.
    package static let defaultLimit = 4 << 20

    static let headerLength = 4

    /// Appends an envelope to `buffer`, in several frames when it is a list that does not fit into one.
    ///
    /// - Throws: ``WireError/frameTooLarge(length:limit:)`` when a single item is larger than `limit`.
    package static func write(
        _ envelope: PBEnvelope,
        into buffer: inout ByteBuffer,
        limit: Int = Self.defaultLimit
    ) throws(WireError) {
        let bytes: [UInt8]
        do {
            bytes = try envelope.serializedBytes()
        } catch {
            // Only messages with required fields or over 2 GiB fail to serialise.
            throw WireError.malformedMessage
        }
        if bytes.count <= limit {
            buffer.reserveCapacity(minimumWritableBytes: Self.headerLength + bytes.count)
            buffer.writeInteger(UInt32(bytes.count))
            buffer.writeBytes(bytes)
            return
        }
        guard let (first, second) = envelope.halves else {
            throw WireError.frameTooLarge(length: bytes.count, limit: limit)
        }
        try Self.write(first, into: &buffer, limit: limit)
        try Self.write(second, into: &buffer, limit: limit)
    }

    /// The frames of one envelope.
    package static func encode(
        _ envelope: PBEnvelope,
        limit: Int = Self.defaultLimit
    ) throws(WireError) -> ByteBuffer {
        var buffer = ByteBuffer()
        try Self.write(envelope, into: &buffer, limit: limit)
        return buffer
    }
}
