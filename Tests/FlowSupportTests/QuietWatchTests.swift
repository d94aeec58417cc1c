// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import FlowSupport

@Suite("Busy times that end")
struct QuietWatchTests {
    @Test("The end of each busy time is told once, and that of the start too")
    func tellsEachEnd() {
        var watch = QuietWatch(fewerThan: 10)
        let told = [3, 5, 15, 16, 200, 300, 309, 310].map { watch.look($0) }
        #expect(told == [true, false, false, true, false, false, true, false])
    }

    @Test("Nothing is told while it is busy")
    func isSilentWhileBusy() {
        var watch = QuietWatch(fewerThan: 10)
        let told = (1...5).map { watch.look(Int64($0) * 10) }
        #expect(told == [false, false, false, false, false])
    }
}
