// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowCore
import Testing

@Suite("When a certificate is renewed")
struct RenewalScheduleTests {
    private static let begin = Timestamp(milliseconds: 1_790_000_000_000)
    private static let day: Int64 = 86_400_000
    private static let year = RenewalSchedule(begin: begin, end: begin.advanced(byMilliseconds: 366 * day))

    @Test("From two thirds of its life on, and at once when that is past")
    func due() {
        #expect(Self.year.pause(now: Self.begin, attempts: 0) == 244 * Self.day)
        #expect(Self.year.pause(now: Self.begin.advanced(byMilliseconds: 244 * Self.day), attempts: 0) == 0)
        #expect(Self.year.pause(now: Self.begin.advanced(byMilliseconds: 400 * Self.day), attempts: 0) == 0)
    }

    @Test("Tries after a refusal are an hour apart, closer for a short life, and never without a pause")
    func again() {
        let late = Self.begin.advanced(byMilliseconds: 300 * Self.day)
        #expect(Self.year.pause(now: late, attempts: 1) == 3_600_000)
        let hour = RenewalSchedule(begin: Self.begin, end: Self.begin.advanced(byMilliseconds: 3_600_000))
        #expect(hour.pause(now: Self.begin.advanced(byMilliseconds: 3_000_000), attempts: 3) == 12_000)
        let broken = RenewalSchedule(begin: Self.begin, end: Self.begin)
        #expect(broken.pause(now: Self.begin, attempts: 1) == 1000)
    }
}
