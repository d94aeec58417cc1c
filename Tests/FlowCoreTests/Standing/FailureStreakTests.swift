// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import FlowCore

@Suite("Failures in a row")
struct FailureStreakTests {
    private static func run(
        _ minute: Int64,
        _ counts: [ExecutionStatus: Int],
        retryOf root: SettledRun? = nil
    ) -> SettledRun {
        let nominal = Timestamp(seconds: 1_767_225_600 + minute * 60)
        return SettledRun(
            id: RunID(uuid: UUID()),
            root: root?.root,
            job: 7,
            nominal: nominal,
            rootNominal: root?.rootNominal,
            endedAt: nominal,
            settledAt: nominal,
            tally: RunTally(counts: counts)
        )
    }

    @Test(
        "A table of what counts: a failure or timeout on any host; skipped and cancelled runs say nothing",
        arguments: [
            ([ExecutionStatus.failure: 1], 3), ([.timeout: 1], 3), ([.failure: 1, .success: 9], 3),
            ([.timeout: 1, .skipped: 2], 3), ([.success: 1], 0), ([.success: 1, .skipped: 4, .cancelled: 1], 0),
            ([.skipped: 3], 2), ([.cancelled: 1], 2), ([:], 2),
        ] as [([ExecutionStatus: Int], Int)]
    )
    func counts(_ tally: [ExecutionStatus: Int], _ expected: Int) {
        var streak = FailureStreak()
        streak.take(Self.run(1, [.failure: 1]))
        streak.take(Self.run(2, [.failure: 2]))
        #expect(streak.count == 2)
        let isMore = streak.take(Self.run(3, tally))
        #expect(isMore == (expected == 3))
        #expect(streak.count == expected)
    }

    @Test("What a host reports late of an older run, or twice, changes nothing")
    func late() {
        var streak = FailureStreak()
        let newest = Self.run(5, [.failure: 1])
        streak.take(newest)
        for run in [newest, Self.run(4, [.success: 1]), Self.run(3, [.failure: 1])] {
            let isMore = streak.take(run)
            #expect(!isMore && streak.count == 1)
        }
    }

    @Test("A run and its retries by hand are one: the newest counts in place of the others")
    func retries() {
        var streak = FailureStreak()
        streak.take(Self.run(1, [.failure: 1]))
        let failed = Self.run(2, [.failure: 1])
        streak.take(failed)
        let isMore = streak.take(Self.run(3, [.failure: 1], retryOf: failed))
        #expect(!isMore && streak.count == 2, "it was counted before")
        streak.take(Self.run(4, [.success: 1], retryOf: failed))
        #expect(streak.count == 0)
        streak.take(Self.run(5, [.failure: 1]))
        #expect(streak.count == 1)
    }

    @Test("Enabling the job begins anew, also for the retry of what failed before")
    func resets() {
        var streak = FailureStreak()
        let failed = Self.run(1, [.failure: 1])
        streak.take(failed)
        streak.reset()
        #expect(streak.count == 0)
        streak.take(Self.run(2, [.failure: 1], retryOf: failed))
        #expect(streak.count == 1)
    }
}
