// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Synchronization

/// Connections that are lent to one caller at a time.
///
/// Bounded both ways: at most `size` connections, and at most `maximumWaiting` callers that wait for one. Who waits longer
/// than its operation may take, or is cancelled, waits no more.
package final class PostgresPool: Sendable {
    private typealias Waiter = CheckedContinuation<PostgresLane, any Error>

    package let configuration: PostgresConfiguration
    private let state: Mutex<PoolState<PostgresLane, Waiter>>
    private let numbers = Atomic<Int>(0)

    private let onConnect: @Sendable (PostgresSession) throws -> Void
    /// Lanes that have not ended, and who waits for that.
    private let ends = Mutex<(open: Int, waiting: [CheckedContinuation<Void, Never>])>((0, []))

    /// - Parameter onConnect: what each new connection does first; when it throws, the connection is closed again.
    package init(
        _ configuration: PostgresConfiguration,
        onConnect: @escaping @Sendable (PostgresSession) throws -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.onConnect = onConnect
        self.state = Mutex(PoolState(size: configuration.size, maximumWaiting: configuration.maximumWaiting))
    }

    /// How many callers wait for a connection.
    package var waitingCount: Int { self.state.withLock { $0.waitingCount } }

    /// Runs `body` with a connection, outside of any transaction.
    package func withSession<Value: Sendable>(
        _ operation: String,
        timeout: Duration? = nil,
        _ body: @escaping @Sendable (PostgresSession) throws -> Value
    ) async throws -> Value {
        try await self.lend(operation, until: .now + (timeout ?? self.configuration.transactionTimeout), body)
    }

    /// Runs `body` in a transaction, and again when `retry` says so: it must change nothing but the database.
    ///
    /// - Throws: what `body` throws, after a rollback; ``PostgresError``; `CancellationError`.
    package func transaction<Value: Sendable>(
        _ operation: String,
        _ mode: TransactionMode = .readWrite,
        timeout: Duration? = nil,
        retry: RetryPolicy = RetryPolicy(),
        _ body: @escaping @Sendable (PostgresSession) throws -> Value
    ) async throws -> Value {
        let deadline = ContinuousClock.now + (timeout ?? self.configuration.transactionTimeout)
        let commitTimeout = self.configuration.commitTimeout
        var attempt = 1
        while true {
            do {
                return try await self.lend(operation, until: deadline) { session in
                    try session.transaction(mode, commitTimeout: commitTimeout, body)
                }
            } catch let error as PostgresError {
                let chance = Double.random(in: 0...1)
                guard let delay = retry.delay(after: error, attempt: attempt, chance: chance),
                    ContinuousClock.now + delay < deadline
                else { throw error }
                try await Task.sleep(for: delay)
                attempt += 1
            }
        }
    }

    /// Lets go of all connections; those in use when they come back.
    package func close() {
        let (idle, waiting) = self.state.withLock { $0.close() }
        for lane in idle { lane.stop() }
        for waiter in waiting { waiter.resume(throwing: Self.closed("wait for a connection")) }
    }

    /// Lets go of all connections and waits until the last one is closed.
    package func end() async {
        self.close()
        await withCheckedContinuation { continuation in
            let isOver = self.ends.withLock { ends in
                if ends.open > 0 { ends.waiting.append(continuation) }
                return ends.open == 0
            }
            if isOver { continuation.resume() }
        }
    }

    private func makeLane() throws -> PostgresLane {
        let lane = try PostgresLane(self.configuration, onConnect: self.onConnect) { [weak self] in self?.laneEnded() }
        self.ends.withLock { $0.open += 1 }
        return lane
    }

    private func laneEnded() {
        let waiting = self.ends.withLock { ends in
            ends.open -= 1
            guard ends.open == 0 else { return [CheckedContinuation<Void, Never>]() }
            defer { ends.waiting = [] }
            return ends.waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    private func lend<Value: Sendable>(
        _ operation: String,
        until deadline: ContinuousClock.Instant,
        _ body: @escaping @Sendable (PostgresSession) throws -> Value
    ) async throws -> Value {
        let lane = try await self.lane(operation, until: deadline)
        defer { self.giveBack(lane) }
        return try await lane.perform(operation, until: deadline, body)
    }

    private func lane(_ operation: String, until deadline: ContinuousClock.Instant) async throws -> PostgresLane {
        switch self.state.withLock({ $0.ask() }) {
        case .take(let lane): return lane
        case .make:
            do { return try self.makeLane() } catch {
                self.state.withLock { $0.drop() }
                throw error
            }
        case .wait: return try await self.wait(operation, until: deadline)
        case .exhausted: throw Self.exhausted(operation)
        case .closed: throw Self.closed(operation)
        }
    }

    private func wait(_ operation: String, until deadline: ContinuousClock.Instant) async throws -> PostgresLane {
        let id = self.numbers.add(1, ordering: .relaxed).newValue
        // A timer and not a task: it must not outlive the wait by anything but itself.
        let timer = DispatchSource.makeTimerSource()
        timer.schedule(deadline: .now() + Self.interval(ContinuousClock.now.duration(to: deadline)))
        timer.setEventHandler { self.giveUp(id, Self.exhausted(operation)) }
        timer.activate()
        defer { timer.cancel() }
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in self.enqueue(continuation, id, operation) }
        } onCancel: {
            self.giveUp(id, CancellationError())
        }
    }

    /// Asks once more under the lock: a lane may have come back meanwhile.
    private func enqueue(_ waiter: Waiter, _ id: Int, _ operation: String) {
        let answer = self.state.withLock { state in
            let answer = state.ask()
            if case .wait = answer { state.wait(waiter, id: id) }
            return answer
        }
        switch answer {
        case .take(let lane): waiter.resume(returning: lane)
        case .make:
            do { waiter.resume(returning: try self.makeLane()) } catch {
                self.state.withLock { $0.drop() }
                waiter.resume(throwing: error)
            }
        // Cancelled before it waited: nobody else would end it.
        case .wait: if Task.isCancelled { self.giveUp(id, CancellationError()) }
        case .exhausted: waiter.resume(throwing: Self.exhausted(operation))
        case .closed: waiter.resume(throwing: Self.closed(operation))
        }
    }

    private func giveUp(_ id: Int, _ error: any Error) {
        self.state.withLock { $0.giveUp(id) }?.resume(throwing: error)
    }

    private func giveBack(_ lane: PostgresLane) {
        let (next, isClosed) = self.state.withLock { ($0.giveBack(lane), $0.isClosed) }
        if let next { next.resume(returning: lane) } else if isClosed { lane.stop() }
    }

    private static func exhausted(_ operation: String) -> PostgresError {
        PostgresError(
            .exhausted,
            operation: operation,
            message: "all connections to the database are in use, and too many wait for one"
        )
    }

    private static func closed(_ operation: String) -> PostgresError {
        PostgresError(.closed, operation: operation, message: "the pool is closed")
    }

    private static func interval(_ duration: Duration) -> DispatchTimeInterval {
        let (seconds, attoseconds) = duration.components
        return .milliseconds(Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000))
    }
}
