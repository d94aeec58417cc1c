// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgentCore
import FlowCore

/// Which attempts run and which wait for a place on this host; first come, first served.
///
/// A host that is asked for thousands of processes at once (everybody's job at midnight) would do none of them well. No I/O:
/// whoever calls starts what is returned.
struct LaunchQueue {
    /// Attempts at once.
    let limit: Int
    private(set) var running: Set<AttemptKey> = []
    private var waiting: [Launch] = []
    /// Where the first waiting one is; those before it have started.
    private var head = 0

    init(limit: Int) { self.limit = max(1, limit) }

    var waitingCount: Int { self.waiting.count - self.head }

    /// Takes new attempts.
    ///
    /// - Returns: those that start now.
    mutating func add(_ launches: [Launch]) -> [Launch] {
        self.waiting += launches
        return self.startable()
    }

    /// Attempts that run already hold their places, even if there are more of them than the limit.
    mutating func occupy(_ keys: some Sequence<AttemptKey>) { self.running.formUnion(keys) }

    /// An attempt that ran is over.
    ///
    /// - Returns: those that start now.
    mutating func ended(_ keys: some Sequence<AttemptKey>) -> [Launch] {
        var hasRoom = false
        for key in keys where self.running.remove(key) != nil { hasRoom = true }
        return hasRoom ? self.startable() : []
    }

    /// Takes a waiting attempt out.
    ///
    /// - Returns: whether it waited.
    mutating func withdraw(_ key: AttemptKey) -> Bool {
        guard let index = self.waiting[self.head...].firstIndex(where: { AttemptKey($0) == key }) else { return false }
        self.waiting.remove(at: index)
        return true
    }

    /// Takes everything out that waits.
    mutating func withdrawAll() -> [AttemptKey] {
        defer {
            self.waiting = []
            self.head = 0
        }
        return self.waiting[self.head...].map { AttemptKey($0) }
    }

    private mutating func startable() -> [Launch] {
        let count = min(self.limit - self.running.count, self.waitingCount)
        guard count > 0 else { return [] }
        let launches = Array(self.waiting[self.head..<self.head + count])
        self.head += count
        // Moves the rest only now and then, so that a long queue costs the same per attempt as a short one.
        if self.head > 1024, self.head * 2 > self.waiting.count {
            self.waiting.removeFirst(self.head)
            self.head = 0
        }
        for launch in launches { self.running.insert(AttemptKey(launch)) }
        return launches
    }
}
