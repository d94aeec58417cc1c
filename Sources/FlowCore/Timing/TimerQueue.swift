// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import HeapModule

/// Timers in order of time; setting a key again moves it.
///
/// Moved and removed entries stay in the heap until their time and are passed over then, so that setting is O(log n).
/// Equal times come out in the order in which they were set, never in an order that depends on hashing. Inlinable, since a
/// module that gives it its keys makes one of its own for them then: others look up each type at each call.
package struct TimerQueue<Key: Hashable & Sendable>: Sendable {
    @usableFromInline
    struct Entry: Comparable, Sendable {
        @usableFromInline let at: Timestamp
        @usableFromInline let number: UInt64
        @usableFromInline let key: Key

        @inlinable
        init(at: Timestamp, number: UInt64, key: Key) {
            self.at = at
            self.number = number
            self.key = key
        }

        @inlinable
        static func < (lhs: Entry, rhs: Entry) -> Bool { (lhs.at, lhs.number) < (rhs.at, rhs.number) }

        @inlinable
        static func == (lhs: Entry, rhs: Entry) -> Bool { lhs.number == rhs.number }
    }

    @usableFromInline var heap = Heap<Entry>()
    @usableFromInline var current: [Key: UInt64] = [:]
    @usableFromInline var numbers: UInt64 = 0

    @inlinable
    package init() {}

    /// How many timers are set.
    @inlinable package var count: Int { self.current.count }

    @inlinable
    package mutating func set(_ key: Key, at: Timestamp) {
        self.numbers += 1
        self.current[key] = self.numbers
        self.heap.insert(Entry(at: at, number: self.numbers, key: key))
        // A queue that is mostly stale entries is rebuilt, which keeps memory in proportion to live timers.
        if self.heap.count > 64, self.heap.count > 4 * self.current.count {
            self.heap = Heap(self.heap.unordered.filter { self.current[$0.key] == $0.number })
        }
    }

    @inlinable
    package mutating func remove(_ key: Key) { self.current[key] = nil }

    /// The earliest time; nil when no timer is set.
    @inlinable
    package mutating func next() -> Timestamp? {
        while let entry = self.heap.min {
            if self.current[entry.key] == entry.number { return entry.at }
            self.heap.removeMin()
        }
        return nil
    }

    /// Takes out the earliest timer if it is due.
    @inlinable
    package mutating func popDue(at now: Timestamp) -> Key? {
        while let entry = self.heap.min, entry.at <= now {
            self.heap.removeMin()
            guard self.current[entry.key] == entry.number else { continue }
            self.current[entry.key] = nil
            return entry.key
        }
        return nil
    }
}
