// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowCore
import Testing

@Suite("Link: addresses and pauses")
struct LinkTests {
    /// Always the same number; 0 would be rejected by `Double.random` for ever.
    private struct Constant: RandomNumberGenerator {
        let value: UInt64
        func next() -> UInt64 { self.value }
    }

    @Test("Pauses double from half a second to 15 s; jitter takes at most half away")
    func backoff() {
        var low = Constant(value: 1)
        var high = Constant(value: .max)
        var short = Backoff()
        var long = Backoff()
        #expect((0..<7).map { _ in short.next(using: &low) } == [0.5, 1, 2, 4, 7.5, 7.5, 7.5].map { .seconds($0) })
        let longest = (0..<7).map { _ in long.next(using: &high) }
        for (pause, limit) in zip(longest, [1, 2, 4, 8, 15, 15, 15]) {
            #expect(pause <= .seconds(limit))
            #expect(pause > .seconds(limit) * 0.99)
        }
    }

    @Test("Success begins again at half a second; a thousand failures do not overflow")
    func reset() {
        var random = Constant(value: 1)
        var backoff = Backoff()
        for _ in 0..<1000 { #expect(backoff.next(using: &random) <= .seconds(15)) }
        backoff.reset()
        #expect(backoff.next(using: &random) == .milliseconds(500))
    }

    @Test(
        "Addresses are read as people write them",
        arguments: [
            ("flow.example.org", "flow.example.org:8474"), ("10.0.0.1:99", "10.0.0.1:99"),
            ("[::1]:99", "[::1]:99"), ("[::1]", "[::1]:8474"), ("fe80::1", "[fe80::1]:8474"),
        ]
    )
    func addresses(text: String, expected: String) throws {
        #expect(try ServerAddress(parsing: text).description == expected)
    }

    @Test(
        "What is no address is refused",
        arguments: ["", ":80", "host:", "host:0", "host:65536", "host:x", "[::1", "[::1]x", "a b", "http://x"]
    )
    func badAddresses(text: String) {
        #expect(throws: CoreError.self) { try ServerAddress(parsing: text) }
    }
}
