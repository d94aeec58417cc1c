// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A bounded cache without bookkeeping per hit: two generations, and the older one is dropped when the younger is full.
struct GenerationCache<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private var young: [Key: Value] = [:]
    private var old: [Key: Value] = [:]
    private let capacity: Int

    /// - Parameter capacity: entries per generation; at most twice as many are held.
    init(capacity: Int) { self.capacity = capacity }

    mutating func value(_ key: Key) -> Value? {
        if let value = self.young[key] { return value }
        guard let value = self.old[key] else { return nil }
        self.insert(value, for: key)
        return value
    }

    mutating func insert(_ value: Value, for key: Key) {
        if self.young.count >= self.capacity {
            self.old = self.young
            self.young = [:]
        }
        self.young[key] = value
    }

    mutating func remove(_ key: Key) {
        self.young[key] = nil
        self.old[key] = nil
    }

    mutating func removeAll() {
        self.young = [:]
        self.old = [:]
    }
}
