// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Instants with a token each, earliest first; a binary heap.
///
/// Entries are not removed when their process ends: whoever takes one out looks whether it still means something.
struct DeadlineQueue {
    private var heap: [(time: Int64, token: UInt64)] = []

    var count: Int { self.heap.count }
    var earliest: Int64? { self.heap.first?.time }

    mutating func push(_ token: UInt64, at time: Int64) {
        self.heap.append((time, token))
        var child = self.heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard self.heap[child].time < self.heap[parent].time else { break }
            self.heap.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes one token that is due.
    mutating func pop(dueBy now: Int64) -> UInt64? {
        guard let first = self.heap.first, first.time <= now else { return nil }
        let last = self.heap.removeLast()
        if !self.heap.isEmpty {
            self.heap[0] = last
            self.siftDown()
        }
        return first.token
    }

    /// Drops entries whose token is not kept, when there are far more entries than `live` tokens.
    mutating func compact(live: Int, isKept: (UInt64) -> Bool) {
        guard self.heap.count > 2 * live + 1024 else { return }
        self.heap = self.heap.filter { isKept($0.token) }.sorted { $0.time < $1.time }
    }

    private mutating func siftDown() {
        var parent = 0
        while true {
            var smallest = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < self.heap.count {
                if self.heap[child].time < self.heap[smallest].time { smallest = child }
            }
            guard smallest != parent else { return }
            self.heap.swapAt(parent, smallest)
            parent = smallest
        }
    }
}
