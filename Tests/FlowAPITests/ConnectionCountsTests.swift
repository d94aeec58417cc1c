// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import FlowAPI

@Suite("Connections are counted")
struct ConnectionCountsTests {
    @Test("One address gets its share, this host all there is, and what ends makes room")
    func limits() {
        let counts = ConnectionCounts(total: 5, perAddress: 2)
        let first = [counts.enter("192.0.2.1"), counts.enter("192.0.2.1"), counts.enter("::ffff:192.0.2.1")]
        #expect(first == [true, true, false])
        let local = [counts.enter("127.0.0.1"), counts.enter("127.0.0.1"), counts.enter("::1")]
        #expect(local == [true, true, true])
        #expect(!counts.enter("192.0.2.2"), "five in all")
        counts.leave("192.0.2.1")
        #expect(counts.enter("192.0.2.2"))
    }

    @Test("The many addresses of one IPv6 network count as one; a trusted proxy's are not counted apart")
    func networks() {
        let proxy = NetworkAddress("2001:db8:9::1")
        let counts = ConnectionCounts(total: 9, perAddress: 1) { $0 == proxy }
        let network = [counts.enter("2001:db8::1"), counts.enter("2001:db8::2"), counts.enter("2001:db8:1::1")]
        #expect(network == [true, false, true])
        let proxied = [counts.enter("2001:db8:9::1"), counts.enter("2001:db8:9::1")]
        #expect(proxied == [true, true])
    }

    @Test("The bound leaves descriptors for the store and the agents")
    func standard() {
        #expect((64...8192).contains(ConnectionLimits.standardTotal))
    }

    @Test(
        "What is no address has no bytes",
        arguments: ["", "localhost", "1.2.3", "1.2.3.4:80", "[::1]", "fe80::1%eth0"]
    )
    func nonsense(text: String) {
        #expect(NetworkAddress(text) == nil)
    }
}
