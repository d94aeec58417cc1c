// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowSupport
import Testing

@Suite("The addresses of a name")
struct AddressOrderTests {
    private let six = HostAddress(
        text: "2001:db8::1",
        bytes: [0x20, 0x01, 0x0d, 0xb8] + Array(repeating: 0, count: 12)
    )
    private let sixToo = HostAddress(
        text: "2001:db8::2",
        bytes: [0x20, 0x01, 0x0d, 0xb8] + Array(repeating: 1, count: 12)
    )
    private let four = HostAddress(text: "192.0.2.1", bytes: [192, 0, 2, 1])
    private let metadata = HostAddress(text: "169.254.169.254", bytes: [169, 254, 169, 254])

    @Test("families take turns, the resolver's first one first")
    func families() throws {
        let order = try AddressOrder.candidates(
            [self.six, self.sixToo, self.four, self.six],
            of: "dual.test",
            policy: HTTPPolicy()
        )
        #expect(order == [self.six, self.four, self.sixToo])
    }

    @Test("a refused address is left out, and only a name without any other is refused")
    func refusals() throws {
        let rest = try AddressOrder.candidates([self.metadata, self.four], of: "mixed.test", policy: HTTPPolicy())
        #expect(rest == [self.four])
        #expect(throws: (any Error).self) {
            try AddressOrder.candidates([self.metadata], of: "bad.test", policy: HTTPPolicy())
        }
        #expect(throws: (any Error).self) { try AddressOrder.candidates([], of: "none.test", policy: HTTPPolicy()) }
    }
}
