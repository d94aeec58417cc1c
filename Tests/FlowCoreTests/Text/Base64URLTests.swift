// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import FlowCore

@Suite("Base64 for addresses and tokens (RFC 4648, 5)")
struct Base64URLTests {
    @Test(
        "Bytes and their one spelling",
        arguments: [
            ([], ""), ([0], "AA"), ([0xfb, 0xff], "-_8"), ([1, 2, 3], "AQID"), ([0xff, 0xef, 0xfe, 0xff], "_-_-_w"),
        ] as [([UInt8], String)]
    )
    func both(bytes: [UInt8], text: String) {
        #expect(Base64URL.encode(bytes) == text)
        #expect(Base64URL.decode(text) == bytes)
    }

    @Test("Every other spelling is none", arguments: ["A", "AB", "AA==", "A A", "+/8", "-_9", "AA\n", "é"])
    func others(text: String) { #expect(Base64URL.decode(text) == nil) }
}
