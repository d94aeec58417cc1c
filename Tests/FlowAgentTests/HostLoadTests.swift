// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import Testing

/// Rule P2: what a host says of its load.
@Suite("The load of a host")
struct HostLoadTests {
    @Test(
        "Is told in tenths for each processor, and not at all when it can't be read",
        arguments: [
            ("3.00 2.00 1.00 1/2 3\n", 2, 15), ("0.00 0.00 0.00 1/2 3\n", 8, 0), ("1.99 0 0 1/2 3", 1, 19),
            ("", 2, nil), ("x 1 1", 2, nil), ("-1 0 0", 2, nil), ("nan 0 0", 2, nil), ("1 0 0", 0, nil),
            ("99999999 0 0", 1, 10_000),
        ] as [(String, Int, Int?)]
    )
    func tenths(_ text: String, _ processors: Int, _ tenths: Int?) {
        #expect(HostLoad.tenths(text, processors: processors) == tenths)
    }

    @Test("Is said by this host")
    func own() throws { #expect(try #require(HostLoad.tenths()) >= 0) }
}
