// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@Suite("How late starts are")
struct PunctualityTests {
    private static let start = Timestamp(milliseconds: 1_795_255_200_000)

    private static func at(_ delays: [Int64]) -> [StartDelay] {
        delays.map { StartDelay(nominal: self.start, milliseconds: $0) }
    }

    @Test("Without any start there is no figure")
    func none() {
        let figures = Punctuality(delays: [StartDelay]())
        #expect(figures.count == 0 && figures.median == nil && figures.p99 == nil && figures.longest == nil)
    }

    @Test(
        "A figure is one of the delays: the smallest that so many percent are not above",
        arguments: [
            (Array(1...100), 50, 99), (Array(1...101), 51, 100), ([7], 7, 7), ([3, 1], 1, 3),
            (Array(1...200), 100, 198),
        ] as [([Int64], Int64, Int64)]
    )
    func ranks(_ delays: [Int64], _ median: Int64, _ p99: Int64) {
        let figures = Punctuality(delays: Self.at(delays.shuffled()))
        #expect(figures.median == median && figures.p99 == p99 && figures.count == delays.count)
        #expect(figures.longest == delays.max())
    }

    @Test("What a fast clock starts before its time was punctual")
    func early() {
        let figures = Punctuality(delays: Self.at([-40, -1, 5]))
        #expect(figures.median == 0 && figures.longest == 5)
    }

    @Test("Hours stand apart, the oldest first, and those without a start are absent")
    func hours() {
        func at(_ seconds: Int64) -> Timestamp { Self.start.advanced(byMilliseconds: seconds * 1000) }
        let delays = [(7201, 30), (0, 10), (3599, 20), (-1, 5)].map { second, delay in
            StartDelay(nominal: at(second), milliseconds: delay)
        }
        let hours = delays.punctualityByHour()
        #expect(hours.map { $0.hour } == [at(-3600), at(0), at(7200)])
        #expect(hours.map { $0.figures.count } == [1, 2, 1] && hours.map { $0.figures.p99 } == [5, 20, 30])
    }
}
