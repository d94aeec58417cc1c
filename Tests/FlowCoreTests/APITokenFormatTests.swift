// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import FlowCore

@Suite("The text of an API token")
struct APITokenFormatTests {
    private static let known = "qft_0123456789ABCDEFGHIJKLMNOPQRSTabcdefghijabc1KOHOf"

    @Test("carries a check that a published vector passes, and no mistyped one")
    func check() {
        #expect(APITokenFormat.accepts(Self.known))
        for index in [4, 20, 46, 52] {
            var bytes = Array(Self.known.utf8)
            bytes[index] = bytes[index] == UInt8(ascii: "x") ? UInt8(ascii: "y") : UInt8(ascii: "x")
            #expect(!APITokenFormat.accepts(String(decoding: bytes, as: UTF8.self)))
        }
        #expect(!APITokenFormat.accepts(""))
        #expect(!APITokenFormat.accepts(Self.known + "0"))
    }

    @Test("is made of random characters, and shows its first ten only")
    func generate() {
        var random = SystemRandomNumberGenerator()
        let one = APITokenFormat.generate(using: &random)
        let two = APITokenFormat.generate(using: &random)
        #expect(one != two && APITokenFormat.accepts(one) && APITokenFormat.accepts(two))
        #expect(APITokenFormat.prefix(one).count == 10 && one.hasPrefix(APITokenFormat.prefix(one)))
    }
}
