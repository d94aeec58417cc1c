// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowSupport
import Testing

@Suite("Heads of tar archives")
struct TarHeaderTests {
    @Test(
        "What is written is read again, sizes beyond eight gibibytes too",
        arguments: [0, 1, 511, 512, 513, 8_589_934_591, 8_589_934_592, Int64.max / 2] as [Int64]
    )
    func roundTrip(size: Int64) throws {
        let head = TarHeader(name: "ca/ca-key.pem", size: size, mode: 0o600, modified: 1_795_255_200)
        let block = try #require(head.encoded())
        #expect(block.count == TarHeader.blockSize)
        #expect(TarHeader(decoding: block) == head)
        #expect((size % 512 + Int64(head.padding)) % 512 == 0)
    }

    @Test("A byte that was changed anywhere shows")
    func changed() throws {
        let head = TarHeader(name: "a", size: 7, mode: 0o600, modified: 1)
        let block = try #require(head.encoded())
        // The last byte of the checksum's field is a filler that nobody reads.
        for index in block.indices where index != 155 {
            var other = block
            other[index] ^= 0x41
            #expect(TarHeader(decoding: other) != head, "byte \(index)")
        }
    }

    @Test("Links, folders, strange names and anything else is no head of ours")
    func refused() throws {
        #expect(TarHeader(name: String(repeating: "x", count: 101), size: 0, mode: 0, modified: 0).encoded() == nil)
        #expect(TarHeader(name: "", size: 0, mode: 0, modified: 0).encoded() == nil)
        #expect(TarHeader(decoding: [UInt8](repeating: 0, count: 512)) == nil)
        #expect(TarHeader(decoding: [1, 2, 3]) == nil)
        let name = TarHeader(name: "a\nb", size: 0, mode: 0, modified: 0)
        #expect(TarHeader(decoding: try #require(name.encoded())) == nil)
    }
}
