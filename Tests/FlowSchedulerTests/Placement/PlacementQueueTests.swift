// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import Testing

@Suite("Which slots are tried next")
struct PlacementQueueTests {
    private static func ids(_ count: Int) -> [ExecutionID] {
        (0..<count).map { ExecutionID.lowerBound(at: Timestamp(milliseconds: Int64($0 + 1))) }
    }

    @Test("What could not be given is tried again after news, or a while later")
    func triesAgain() {
        let ids = Self.ids(2)
        var queue = PlacementQueue()
        #expect(queue.next(of: ids, hasNews: false, now: 0).due == Set(ids))
        #expect(queue.next(of: ids, hasNews: false, now: 4999).due.isEmpty)
        #expect(queue.next(of: ids, hasNews: true, now: 4999).due == Set(ids))
        #expect(queue.next(of: ids, hasNews: false, now: 5000).due.isEmpty)
        #expect(queue.next(of: ids, hasNews: false, now: 9999).due == Set(ids))
        queue.failed()
        #expect(queue.next(of: ids, hasNews: false, now: 10_000).due == Set(ids))
    }

    @Test("Thousands that can't move keep nobody waiting behind them, though there is news all the time")
    func starvesNobody() {
        let ids = Self.ids(2 * PlacementQueue.limit + 1)
        var queue = PlacementQueue()
        var seen: Set<ExecutionID> = []
        for round in 0..<3 {
            let (due, hasMore) = queue.next(of: ids, hasNews: true, now: Int64(round))
            #expect(due.count <= PlacementQueue.limit && hasMore)
            seen.formUnion(due)
        }
        #expect(seen.count == ids.count)
        // The oldest go first where none was tried.
        var other = PlacementQueue()
        #expect(other.next(of: ids, hasNews: true, now: 0).due == Set(ids.prefix(PlacementQueue.limit)))
    }
}
