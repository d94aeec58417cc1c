// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Synchronization
import Testing

@testable import FlowScheduler

@Suite("Reports that took long")
struct KeptReportsTests {
    private static let base = Timestamp(milliseconds: 1_767_225_600_000)
    private static let hour: Int64 = 3_600_000

    private static func at(_ milliseconds: Int64) -> Timestamp { self.base.advanced(byMilliseconds: milliseconds) }

    private static func report(at milliseconds: Int64) -> RunReport {
        RunReport(
            from: self.base,
            until: self.at(1),
            at: self.at(milliseconds),
            sums: [:],
            jobs: [],
            groups: [],
            limit: 10
        )
    }

    private static func question(_ from: Int64 = 0, _ until: Int64 = hour, limit: Int = 10) -> KeptReports.Question {
        KeptReports.Question(from: self.at(from), until: self.at(until), limit: limit)
    }

    private static func word(_ found: KeptReports.Found) -> String {
        switch found {
        case .nothing: "nothing"
        case .fresh: "fresh"
        case .old: "old"
        }
    }

    @Test("Spans of the same whole hours are one question; other hours and other lengths of lists are others")
    func questions() {
        #expect(Self.question(5, Self.hour - 5) == Self.question())
        #expect(Self.question(0, Self.hour + 1) != Self.question())
        #expect(Self.question(-1) != Self.question())
        #expect(Self.question(limit: 11) != Self.question())
    }

    @Test("What is quick is never kept; what is slow is fresh for fifty times as long, then old, then gone")
    func ages() {
        var kept = KeptReports()
        kept.keep(Self.report(at: 0), for: Self.question(), took: KeptReports.worth - 1)
        #expect(Self.word(kept.find(Self.question(), at: Self.at(0))) == "nothing")
        kept.keep(Self.report(at: 0), for: Self.question(), took: 200)
        let ages: [(Int64, String)] = [
            (0, "fresh"), (10_000, "fresh"), (10_001, "old"), (KeptReports.longestOld, "old"),
            (KeptReports.longestOld + 1, "nothing"), (-1, "nothing"),
        ]
        for (age, word) in ages {
            #expect(Self.word(kept.find(Self.question(), at: Self.at(age))) == word, "\(age) ms")
        }
        kept.keep(Self.report(at: 0), for: Self.question(), took: 60_000)
        #expect(Self.word(kept.find(Self.question(), at: Self.at(KeptReports.longestFresh))) == "fresh")
        #expect(Self.word(kept.find(Self.question(), at: Self.at(KeptReports.longestFresh + 1))) == "old")
        // It has become quick: history was forgotten.
        kept.keep(Self.report(at: 5), for: Self.question(), took: 1)
        #expect(kept.count == 0)
    }

    @Test("The number that is kept is bounded, and the oldest goes")
    func bound() {
        var kept = KeptReports()
        for number in 0...Int64(KeptReports.capacity) {
            kept.keep(
                Self.report(at: number),
                for: Self.question(number * Self.hour, (number + 1) * Self.hour),
                took: 1000
            )
        }
        #expect(kept.count == KeptReports.capacity)
        #expect(Self.word(kept.find(Self.question(), at: Self.at(100))) == "nothing")
        #expect(Self.word(kept.find(Self.question(Self.hour, 2 * Self.hour), at: Self.at(100))) == "fresh")
    }

    @Test("Who asks while a report is made waits for that one, and an old one is shown while it is made anew")
    func desk() async throws {
        let clock = StandingClock(Self.base)
        let desk = ReportDesk(clock: clock)
        let made = Mutex(0)
        let make: @Sendable () async throws -> RunReport = {
            made.withLock { $0 += 1 }
            let now = clock.now
            // Takes so long.
            clock.advance(milliseconds: 1000)
            return RunReport(from: now, until: now, at: now, sums: [:], jobs: [], groups: [], limit: 10)
        }
        let first = try await desk.report(Self.question(), make: make)
        #expect(first.at == Self.base && made.withLock { $0 } == 1)
        #expect(try await desk.report(Self.question(), make: make).at == Self.base)
        #expect(made.withLock { $0 } == 1)
        clock.advance(milliseconds: 60_000)
        #expect(try await desk.report(Self.question(), make: make).at == Self.base)
        // The one that is made meanwhile is had by whoever asks for it long after.
        var next = try await desk.report(Self.question(), make: make)
        while next.at == Self.base {
            await Task.yield()
            next = try await desk.report(Self.question(), make: make)
        }
        #expect(next.at == Self.at(61_000) && made.withLock { $0 } == 2)
    }

    @Test("A report that could not be made is tried again by the next who asks")
    func failure() async throws {
        let desk = ReportDesk(clock: StandingClock(Self.base))
        await #expect(throws: CoreError.self) {
            _ = try await desk.report(Self.question()) { throw CoreError(.unavailable, "away") }
        }
        let report = Self.report(at: 0)
        #expect(try await desk.report(Self.question()) { report }.at == Self.base)
    }
}
