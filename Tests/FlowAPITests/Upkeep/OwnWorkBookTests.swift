// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import Logging
import Synchronization
import Testing

@Suite("What a server writes down of its own work")
struct OwnWorkBookTests {
    private static let start = Timestamp(milliseconds: 1_795_255_200_000)

    private final class Shelf: OwnWorkStore {
        private let state = Mutex((works: [OwnWork](), isAway: false))

        var works: [OwnWork] { self.state.withLock { $0.works } }

        func setAway(_ isAway: Bool) { self.state.withLock { $0.isAway = isAway } }

        func record(_ work: OwnWork) async throws {
            try self.state.withLock { state in
                guard !state.isAway else { throw CoreError(.unavailable, "away") }
                state.works.append(work)
            }
        }

        func ownWork(_ id: RunID) async throws -> OwnWork? { self.works.last { $0.id == id } }
    }

    @Test("Steps of a minute are one record; each hour has its own; at the end nothing waits")
    func minutes() async {
        let shelf = Shelf()
        let clock = ManualClock(Self.start)
        let book = OwnWorkBook(store: shelf, clock: clock, logger: Logger(label: "test"))
        for _ in 0..<3 { book.note(.prune, "runs", count: 2) }
        await book.write()
        #expect(shelf.works.map { $0.units.map(\.count) } == [[6]])
        book.note(.prune, "runs", count: 1)
        await book.write()
        #expect(shelf.works.count == 1, "a minute has not passed")
        clock.set(Self.start.advanced(byMilliseconds: 3_600_000))
        book.note(.prune, "runs", count: 5)
        book.note(.archive, "objects", error: "refused")
        await book.write()
        #expect(shelf.works.count == 4 && Set(shelf.works.map(\.id)).count == 3)
        #expect(shelf.works.last { $0.kind == .archive }?.tally.state == "failed")
        book.note(.prune, "runs", count: 1)
        await book.write(force: true)
        #expect(shelf.works.count == 5)
    }

    @Test("What can't be stored waits, with what is done meanwhile")
    func away() async {
        let shelf = Shelf()
        shelf.setAway(true)
        let clock = ManualClock(Self.start)
        let book = OwnWorkBook(store: shelf, clock: clock, logger: Logger(label: "test"))
        book.note(.prune, "runs", count: 2)
        await book.write(force: true)
        book.note(.prune, "runs", count: 3)
        shelf.setAway(false)
        await book.write(force: true)
        #expect(shelf.works.map { $0.units.map(\.count) } == [[5]])
    }
}
