// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowAgentCore
import FlowCore
import Testing

/// A host whose boot clock and the truth are known; all in microseconds.
private struct ClockBench {
    static let epoch: Int64 = 1_767_225_600_000_000
    var clock: SchedClock
    var boot: Int64 = 1_000_000_000

    init(error: Int64, notBefore earliest: Timestamp = .distantPast) {
        self.clock = SchedClock(
            agreed: nil,
            reading: ClockReading(boot: 1_000_000_000, wall: Self.epoch + 1_000_000_000 + error),
            notBefore: earliest
        )
    }

    /// How far the clock is ahead of the truth.
    var error: Int64 { self.clock.offset - Self.epoch }

    /// An exchange that takes so long there and so long back.
    @discardableResult
    mutating func exchange(there: Int64, back: Int64) -> Int64 {
        let sent = self.boot
        let stamp = Self.epoch + sent + there
        self.boot += there + back
        return self.clock.adjust(
            by: ClockSample(agentSent: sent, serverReceived: stamp, serverSent: stamp),
            at: self.reading()
        )
    }

    func reading(wallError: Int64 = 0) -> ClockReading {
        ClockReading(boot: self.boot, wall: Self.epoch + self.boot + wallError)
    }
}

@Suite("The clock that fires follow (R7)")
struct SchedClockTests {
    private static let second: Int64 = 1_000_000

    @Test("One slow answer never makes a right clock wrong", arguments: [(0, 4000), (4000, 0), (20, 2500), (900, 100)])
    func slowAnswers(there: Int64, back: Int64) {
        var bench = ClockBench(error: 0)
        bench.clock.beginSession(at: bench.reading())
        #expect(bench.exchange(there: there * 1000, back: back * 1000) == 0)
        #expect(bench.error == 0)
    }

    @Test("A clock that is far off is set by a slow answer as well as that can, and by the next quick one exactly")
    func settles() {
        var bench = ClockBench(error: -9 * Self.second)
        bench.clock.beginSession(at: bench.reading())
        bench.exchange(there: 3 * Self.second, back: 0)
        #expect(abs(bench.error) <= 1_600_000)
        for _ in 0..<3 { bench.exchange(there: 500, back: 700) }
        #expect(abs(bench.error) <= 2000)
    }

    @Test("After a restart a slow answer moves a clock that was agreed no further than it must")
    func slowAnswerAfterRestart() {
        // 25 ms off, and of all the answers only a slow one comes.
        let reading = ClockReading(boot: 1_000_000_000, wall: 0)
        var bench = ClockBench(error: 0)
        bench.clock = SchedClock(agreed: ClockBench.epoch + 25_000, reading: reading)
        bench.clock.beginSession(at: bench.reading())
        bench.exchange(there: 1000, back: 1_070_000)
        #expect(abs(bench.error) <= 25_000)
    }

    @Test("Of several samples the one with the shortest round trip counts")
    func shortestRoundTrip() {
        var bench = ClockBench(error: 300_000)
        bench.clock.beginSession(at: bench.reading())
        bench.exchange(there: 1000, back: 1000)
        #expect(abs(bench.error) <= 1000)
        for _ in 0..<6 { bench.exchange(there: 10_000, back: 900_000) }
        #expect(abs(bench.error) <= 1000)
    }

    @Test("In a session that has settled small errors are slewed at 500 ppm, and more than 2 s are stepped over")
    func slews() {
        var bench = ClockBench(error: 0)
        bench.clock.beginSession(at: bench.reading())
        bench.exchange(there: 100, back: 100)
        bench.boot += 3600 * Self.second
        // The server's clock was set by half a second.
        let sent = bench.boot
        let stamp = ClockBench.epoch + sent + 500_000
        bench.boot += 200
        let sample = ClockSample(agentSent: sent, serverReceived: stamp, serverSent: stamp)
        let moved = bench.clock.adjust(by: sample, at: bench.reading())
        #expect(moved > 0 && moved <= 500_000)
        let far = ClockSample(agentSent: bench.boot, serverReceived: stamp + 60_000_000, serverSent: stamp + 60_000_000)
        bench.boot += 200
        let before = bench.error
        #expect(bench.clock.adjust(by: far, at: bench.reading()) > 59 * Self.second)
        #expect(bench.error > before)
    }

    @Test("An answer from before its question is no sample")
    func impossible() {
        var bench = ClockBench(error: 0)
        let sample = ClockSample(agentSent: bench.boot + 5, serverReceived: 0, serverSent: 0)
        #expect(bench.clock.adjust(by: sample, at: bench.reading()) == 0)
        #expect(!bench.clock.isAgreed)
    }

    @Test("Time is never before the last the ledger knows, and a wall clock set right later is followed while offline")
    func lostItsClock() {
        // A host without a battery boots in 1970; NTP comes a minute later.
        let last = Timestamp(milliseconds: ClockBench.epoch / 1000)
        var bench = ClockBench(error: -ClockBench.epoch, notBefore: last)
        #expect(bench.clock.now(bench.reading()) == last)
        let in1970 = ClockReading(boot: bench.boot + 10 * Self.second, wall: bench.boot)
        #expect(bench.clock.followWall(at: in1970, notBefore: last) == 0)
        bench.boot += 60 * Self.second
        #expect(bench.clock.followWall(at: bench.reading(), notBefore: last) != 0)
        #expect(bench.error == 0)
    }

    @Test("Once a server agreed, the wall clock has no influence")
    func ignoresTheWall() {
        var bench = ClockBench(error: 0)
        bench.exchange(there: 100, back: 100)
        let reading = bench.reading(wallError: 3600 * Self.second)
        #expect(bench.clock.followWall(at: reading, notBefore: .distantPast) == 0)
        #expect(bench.clock.wallError(at: reading) > 3599 * Self.second)
    }
}
