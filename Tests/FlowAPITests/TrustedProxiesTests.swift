// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@testable import FlowAPI

@Suite("Whom a request is from, behind proxies")
struct TrustedProxiesTests {
    private let proxies = TrustedProxies(
        ranges: ["10.0.0.0/8", "192.0.2.7", "2001:db8::/32"].compactMap { AddressRange($0) }
    )

    @Test(
        "The rightmost address that is no proxy of ours counts; a stranger's header does not",
        arguments: [
            ("198.51.100.1", ["203.0.113.9"], "198.51.100.1"),
            ("10.1.2.3", [], "10.1.2.3"),
            ("10.1.2.3", ["203.0.113.9"], "203.0.113.9"),
            ("10.1.2.3", ["127.0.0.1, 203.0.113.9"], "203.0.113.9"),
            ("10.1.2.3", ["127.0.0.1", " 203.0.113.9 ,\t192.0.2.7"], "203.0.113.9"),
            ("::ffff:10.1.2.3", ["203.0.113.9"], "203.0.113.9"),
            ("2001:db8::1", ["2001:db9::1"], "2001:db9::1"),
            ("10.1.2.3", ["unknown"], "10.1.2.3"),
            ("10.1.2.3", ["203.0.113.9, nonsense, 10.9.9.9"], "10.9.9.9"),
            ("10.1.2.3", ["10.5.5.5, 192.0.2.7"], "10.5.5.5"),
        ]
    )
    func client(peer: String, forwarded: [String], expected: String) {
        #expect(self.proxies.client(peer: peer, forwarded: forwarded) == expected)
    }

    @Test("Without trusted proxies the header means nothing")
    func none() {
        #expect(TrustedProxies(ranges: []).client(peer: "10.1.2.3", forwarded: ["203.0.113.9"]) == "10.1.2.3")
    }

    @Test(
        "What is no address or network is refused",
        arguments: [
            "", "10.0.0.0/", "10.0.0.0/33", "10.1.0.0/8", "::/129", "proxy.example", "10.0.0.0/8/8", "10.0.0.0/+8",
        ]
    )
    func refused(text: String) {
        #expect(AddressRange(text) == nil)
    }

    @Test("Networks have any length")
    func lengths() throws {
        let half = try #require(AddressRange("10.128.0.0/9"))
        #expect(half.contains("10.200.0.1") && !half.contains("10.127.0.1"))
        let all = try #require(AddressRange("0.0.0.0/0"))
        #expect(all.contains("203.0.113.9") && !all.contains("2001:db8::1"))
        #expect(AddressRange("192.0.2.7")?.contains("192.0.2.7") == true)
    }
}
