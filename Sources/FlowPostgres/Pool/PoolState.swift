// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Who has which connection and who waits: decisions without threads.
///
/// `Lane` is what is lent. Lanes are made as they are needed, up to a number; callers wait in order, up to a number.
struct PoolState<Lane, Waiter> {
    enum Answer {
        case take(Lane)
        /// A new one is to be made, and given back or dropped.
        case make
        case wait
        case exhausted
        case closed
    }

    private var idle: [Lane] = []
    private var waiting: [(id: Int, waiter: Waiter)] = []
    private(set) var made = 0
    private(set) var isClosed = false
    private let size: Int
    private let maximumWaiting: Int

    init(size: Int, maximumWaiting: Int) {
        self.size = size
        self.maximumWaiting = maximumWaiting
    }

    var waitingCount: Int { self.waiting.count }

    mutating func ask() -> Answer {
        if self.isClosed { return .closed }
        // The one used last is the likeliest to be alive, and the others may rest.
        if let lane = self.idle.popLast() { return .take(lane) }
        if self.made < self.size {
            self.made += 1
            return .make
        }
        return self.waiting.count < self.maximumWaiting ? .wait : .exhausted
    }

    mutating func wait(_ waiter: Waiter, id: Int) { self.waiting.append((id, waiter)) }

    /// - Returns: the waiter, unless it was served meanwhile.
    mutating func giveUp(_ id: Int) -> Waiter? {
        guard let index = self.waiting.firstIndex(where: { $0.id == id }) else { return nil }
        return self.waiting.remove(at: index).waiter
    }

    /// A lane comes back.
    ///
    /// - Returns: who gets it next; nil = it rests, or `isClosed`: then it is to be stopped.
    mutating func giveBack(_ lane: Lane) -> Waiter? {
        if !self.waiting.isEmpty { return self.waiting.removeFirst().waiter }
        if !self.isClosed { self.idle.append(lane) }
        return nil
    }

    /// A lane that could not be made.
    mutating func drop() { self.made -= 1 }

    /// - Returns: lanes to stop and waiters to refuse.
    mutating func close() -> (idle: [Lane], waiting: [Waiter]) {
        self.isClosed = true
        defer {
            self.idle = []
            self.waiting = []
        }
        return (self.idle, self.waiting.map(\.waiter))
    }
}
