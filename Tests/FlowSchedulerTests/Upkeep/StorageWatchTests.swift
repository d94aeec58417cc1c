// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import Testing

@Suite("Whether the store takes writes (issue 8, I/O faults)")
struct StorageWatchTests {
    private static let noon = Timestamp(milliseconds: 1_795_262_400_000)

    private static func noon(_ seconds: Int64) -> Timestamp { Self.noon.advanced(byMilliseconds: seconds * 1000) }

    private static let full: Wording = "The disk is full."
    private static let away: Wording = "The database is away."

    private static func words(_ change: StorageWatch.Change?) -> String {
        switch change {
        case nil: "nothing"
        case .failing(let failure): "failing since \(failure.since): \(failure.reason.english)"
        case .recovered(let failure): "recovered since \(failure.since)"
        }
    }

    @Test("a failure is said once, with the time of its first try, again with another reason, and its end once")
    func once() {
        var watch = StorageWatch()
        #expect(Self.words(watch.end(nil, at: Self.noon)) == "nothing")
        #expect(Self.words(watch.end(Self.full, at: Self.noon)) == "failing since \(Self.noon): The disk is full.")
        #expect(Self.words(watch.end(Self.full, at: Self.noon(2))) == "nothing")
        let other = watch.end(Self.away, at: Self.noon(4))
        #expect(Self.words(other) == "failing since \(Self.noon): The database is away.")
        #expect(watch.failure?.since == Self.noon)
        #expect(Self.words(watch.end(nil, at: Self.noon(6))) == "recovered since \(Self.noon)")
        #expect(watch.failure == nil)
        #expect(Self.words(watch.end(nil, at: Self.noon(8))) == "nothing")
    }

    @Test("a store that is late each time is not said to be back, and one that says why it fails is")
    func slow() {
        var watch = StorageWatch()
        for round in Int64(0)..<10 {
            watch.begin(at: round * 10_000)
            let seen = watch.look(at: round * 10_000 + 5000, instant: Self.noon(round * 10))
            #expect((Self.words(seen) == "nothing") == (round > 0))
            #expect(watch.end(nil, at: Self.noon(round * 10 + 6)) == nil)
        }
        watch.begin(at: 200_000)
        #expect(Self.words(watch.end(Self.full, at: Self.noon(200))).contains("The disk is full."))
    }

    @Test("a database that says nothing counts as one that says no, within five seconds of the last success")
    func silence() {
        var watch = StorageWatch()
        #expect(watch.look(at: 9999, instant: Self.noon) == nil, "nothing is under way")
        watch.begin(at: 10_000)
        #expect(watch.look(at: 13_399, instant: Self.noon) == nil)
        let silent = watch.look(at: 13_400, instant: Self.noon)
        #expect(Self.words(silent).contains("does not answer"))
        #expect(watch.look(at: 20_000, instant: Self.noon(7)) == nil, "said once")
        #expect(Self.words(watch.end(nil, at: Self.noon(9))) == "nothing", "it was stored, but late")
        watch.begin(at: 30_000)
        #expect(Self.words(watch.end(nil, at: Self.noon(11))) == "recovered since \(Self.noon)")
        #expect(StorageWatch.interval + .milliseconds(StorageWatch.patience) < .seconds(5))
    }
}
