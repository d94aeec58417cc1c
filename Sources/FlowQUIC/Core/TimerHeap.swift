// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Deadlines of many keys, the earliest first; each key has at most one entry.
///
/// A binary heap with an index from key to position. QUIC moves its deadline with nearly every packet (pacing), so a
/// heap that only ever pushed would fill with stale entries: 45,000 of them for 10,000 connections. Here a deadline
/// is moved in place, and removing a key leaves nothing behind that would keep its connection alive.
///
/// Invariant: `positions[entries[i].key] == i` for every `i`, and no entry is earlier than its parent.
struct TimerHeap<Key: Hashable> {
    private struct Entry {
        var key: Key
        var deadline: UInt64
    }

    private var entries: [Entry] = []
    private var positions: [Key: Int] = [:]

    /// How many keys have a deadline.
    var count: Int { self.entries.count }

    /// The earliest deadline of all, in nanoseconds, or nil when there is none.
    var earliest: UInt64? { self.entries.first?.deadline }

    /// The deadline of a key, in nanoseconds.
    subscript(_ key: Key) -> UInt64? {
        self.positions[key].map { self.entries[$0].deadline }
    }

    /// Sets or moves the deadline of a key.
    ///
    /// - Complexity: O(log n)
    mutating func set(_ key: Key, deadline: UInt64) {
        if let position = self.positions[key] {
            let previous = self.entries[position].deadline
            self.entries[position].deadline = deadline
            if deadline < previous {
                self.siftUp(position)
            } else if deadline > previous {
                self.siftDown(position)
            }
        } else {
            self.entries.append(Entry(key: key, deadline: deadline))
            self.positions[key] = self.entries.count - 1
            self.siftUp(self.entries.count - 1)
        }
    }

    /// Forgets the deadline of a key.
    ///
    /// - Returns: `false` when it had none.
    @discardableResult
    mutating func remove(_ key: Key) -> Bool {
        guard let position = self.positions.removeValue(forKey: key) else { return false }
        let last = self.entries.removeLast()
        guard position < self.entries.count else { return true }
        // The last entry fills the hole; it may belong above or below it.
        self.entries[position] = last
        self.positions[last.key] = position
        self.siftUp(position)
        self.siftDown(self.positions[last.key] ?? position)
        return true
    }

    /// Takes out the earliest key whose deadline is at or before `now`, or nil when none is due.
    mutating func popExpired(now: UInt64) -> Key? {
        guard let first = self.entries.first, first.deadline <= now else { return nil }
        self.remove(first.key)
        return first.key
    }

    private mutating func siftUp(_ start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard self.entries[child].deadline < self.entries[parent].deadline else { return }
            self.swap(child, parent)
            child = parent
        }
    }

    private mutating func siftDown(_ start: Int) {
        var parent = start
        while true {
            var smallest = parent
            let left = 2 * parent + 1
            let right = left + 1
            if left < self.entries.count, self.entries[left].deadline < self.entries[smallest].deadline {
                smallest = left
            }
            if right < self.entries.count, self.entries[right].deadline < self.entries[smallest].deadline {
                smallest = right
            }
            guard smallest != parent else { return }
            self.swap(parent, smallest)
            parent = smallest
        }
    }

    private mutating func swap(_ first: Int, _ second: Int) {
        self.entries.swapAt(first, second)
        self.positions[self.entries[first].key] = first
        self.positions[self.entries[second].key] = second
    }
}
