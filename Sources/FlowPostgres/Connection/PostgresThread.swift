// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A thread that does one thing after another.
///
/// A connection has its own: libpq's calls may block (a name is looked up, a certificate checked), transactions are
/// written as plain code from top to bottom, and none of it may hold a thread of the cooperative pool. Dispatch queues would
/// take their threads from a pool that others need.
///
/// Unchecked: `work` and `isOver` are only touched under the condition's lock.
final class PostgresThread: @unchecked Sendable {
    private let condition = NSCondition()
    private var work: [@Sendable () -> Void] = []
    private var isOver = false

    init(name: String) {
        // The thread keeps itself alive until stop().
        let thread = Thread { [self] in self.run() }
        thread.name = name
        thread.stackSize = 1 << 20
        thread.start()
    }

    /// - Returns: false after ``stop()``: it will not be done.
    func enqueue(_ item: @escaping @Sendable () -> Void) -> Bool {
        self.condition.withLock {
            guard !self.isOver else { return false }
            self.work.append(item)
            self.condition.signal()
            return true
        }
    }

    /// Lets the thread end when it has done what it has.
    func stop() {
        self.condition.withLock {
            self.isOver = true
            self.condition.signal()
        }
    }

    private func run() {
        while let items = self.next() {
            for item in items { item() }
        }
    }

    private func next() -> [@Sendable () -> Void]? {
        self.condition.withLock {
            while self.work.isEmpty {
                if self.isOver { return nil }
                self.condition.wait()
            }
            defer { self.work = [] }
            return self.work
        }
    }
}
