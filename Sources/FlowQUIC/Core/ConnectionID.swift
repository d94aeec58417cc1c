// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A QUIC connection id: up to 20 bytes, compared by value (RFC 9000 §5.1).
///
/// Kept inline, without an array: one lookup by connection id is made for every datagram that arrives.
struct ConnectionID: Hashable, Sendable {
    /// The longest connection id QUIC version 1 allows, in bytes.
    static let maximumLength = 20

    /// The length of every id this library issues, in bytes; short headers do not carry a length.
    static let ownLength = 8

    private var high: UInt64 = 0
    private var middle: UInt64 = 0
    private var low: UInt32 = 0

    /// How many bytes are used.
    let count: UInt8

    /// Makes an id of bytes; nil when there are more than version 1 allows (a hostile packet can claim 255).
    init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count <= Self.maximumLength else { return nil }
        self.count = UInt8(bytes.count)
        for (index, byte) in bytes.enumerated() {
            switch index {
            case 0..<8: self.high |= UInt64(byte) << UInt64(8 * (7 - index))
            case 8..<16: self.middle |= UInt64(byte) << UInt64(8 * (15 - index))
            default: self.low |= UInt32(byte) << UInt32(8 * (19 - index))
            }
        }
    }
}
