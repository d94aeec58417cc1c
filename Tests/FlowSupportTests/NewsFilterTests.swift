// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowSupport
import Testing

@Suite("What is said again and again")
struct NewsFilterTests {
    @Test("The same is news once in an interval, and at once after it was over")
    func interval() {
        var filter = NewsFilter<String>(intervalMilliseconds: 1000)
        let answers = [("a", 0), ("a", 999), ("b", 999), ("a", 1000)].map { filter.isNews($0.0, at: $0.1) }
        #expect(answers == [true, false, true, true])
        filter.forget("a")
        let again = filter.isNews("a", at: 1001)
        #expect(again)
    }

    @Test("Its memory is bounded: the oldest is forgotten")
    func bounded() {
        var filter = NewsFilter<Int>(intervalMilliseconds: 1000, capacity: 2)
        let first = (0..<3).map { filter.isNews($0, at: Int64($0)) }
        #expect(first == [true, true, true])
        let second = [2, 1, 0].map { filter.isNews($0, at: 3) }
        #expect(second == [false, false, true], "the oldest had to make room")
    }
}
