// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import FlowQUIC

@Suite("Timer heap")
struct TimerHeapTests {
    @Test("Keys come out in the order of their deadlines, none before its time")
    func order() {
        var heap = TimerHeap<Int>()
        for (key, deadline) in [(1, 50), (2, 10), (3, 30), (4, 20), (5, 40)] {
            heap.set(key, deadline: UInt64(deadline))
        }
        #expect(heap.earliest == 10)
        let tooEarly = heap.popExpired(now: 9)
        #expect(tooEarly == nil)
        var order: [Int] = []
        while let key = heap.popExpired(now: 40) { order.append(key) }
        #expect(order == [2, 4, 3, 5])
        #expect(heap.count == 1)
        #expect(heap.earliest == 50)
    }

    @Test("Moving a deadline keeps one entry per key")
    func movesInPlace() {
        var heap = TimerHeap<String>()
        for step in 0..<1_000 { heap.set("a", deadline: UInt64(1_000 - step)) }
        heap.set("b", deadline: 500)
        #expect(heap.count == 2)
        #expect(heap.earliest == 1)
        heap.set("a", deadline: 600)
        let first = heap.popExpired(now: 1_000)
        #expect(first == "b")
        let second = heap.popExpired(now: 1_000)
        #expect(second == "a")
        let third = heap.popExpired(now: 1_000)
        #expect(third == nil)
    }

    @Test("A removed key never comes out")
    func removal() {
        var heap = TimerHeap<Int>()
        for key in 0..<10 { heap.set(key, deadline: UInt64(key)) }
        let removedInside = heap.remove(3)
        #expect(removedInside)
        let removedTwice = heap.remove(3)
        #expect(!removedTwice)
        let removedLast = heap.remove(9)
        #expect(removedLast)
        #expect(heap[3] == nil)
        var order: [Int] = []
        while let key = heap.popExpired(now: 100) { order.append(key) }
        #expect(order == [0, 1, 2, 4, 5, 6, 7, 8])
    }

    @Test("Any mix of sets and removals behaves as a sorted list does", arguments: [1, 2, 3, 4, 5] as [UInt64])
    func agreesWithModel(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var heap = TimerHeap<Int>()
        var model: [Int: UInt64] = [:]
        for _ in 0..<2_000 {
            let key = Int.random(in: 0..<64, using: &random)
            if Bool.random(using: &random) {
                let deadline = UInt64.random(in: 0..<1_000, using: &random)
                heap.set(key, deadline: deadline)
                model[key] = deadline
            } else {
                let wasKnown = heap.remove(key)
                let expected = model.removeValue(forKey: key) != nil
                #expect(wasKnown == expected)
            }
            #expect(heap.earliest == model.values.min())
            #expect(heap.count == model.count)
        }
        while let key = heap.popExpired(now: .max) {
            let deadline = model.removeValue(forKey: key)
            #expect(deadline != nil)
        }
        #expect(model.isEmpty)
    }
}
