// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A thread with at most one connection, which it makes when it is needed and when the last one was lost.
///
/// Unchecked: `session` and `lastUse` are only touched on the lane's own thread.
final class PostgresLane: @unchecked Sendable {
    private let configuration: PostgresConfiguration
    private let onConnect: @Sendable (PostgresSession) throws -> Void
    private let thread: PostgresThread
    private let interrupt: Interrupt
    private var session: PostgresSession?
    private var lastUse = ContinuousClock.now
    private let tickets = Atomic<Int>(0)
    private let onEnd: @Sendable () -> Void

    /// - Parameter onEnd: called once, when it was stopped and its connection is closed.
    init(
        _ configuration: PostgresConfiguration,
        onConnect: @escaping @Sendable (PostgresSession) throws -> Void,
        onEnd: @escaping @Sendable () -> Void
    ) throws {
        self.configuration = configuration
        self.onConnect = onConnect
        self.onEnd = onEnd
        self.interrupt = try Interrupt()
        self.thread = PostgresThread(name: "postgres")
    }

    /// Runs `body` on the lane's thread with a connection that was alive a moment ago.
    ///
    /// Cancelling the task stops what the server does for it.
    ///
    /// - Parameter operation: what errors are named for.
    func perform<Value: Sendable>(
        _ operation: String,
        until deadline: ContinuousClock.Instant,
        _ body: @escaping @Sendable (PostgresSession) throws -> Value
    ) async throws -> Value {
        try Task.checkCancellation()
        let ticket = self.tickets.add(1, ordering: .relaxed).newValue
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isTaken = self.thread.enqueue {
                    continuation.resume(with: Result { try self.run(ticket, operation, until: deadline, body) })
                }
                if !isTaken {
                    continuation.resume(
                        throwing: PostgresError(.closed, operation: operation, message: "the pool is closed")
                    )
                }
            }
        } onCancel: {
            self.interrupt.raise(ticket)
        }
    }

    private func run<Value>(
        _ ticket: Int,
        _ operation: String,
        until deadline: ContinuousClock.Instant,
        _ body: (PostgresSession) throws -> Value
    ) throws -> Value {
        self.interrupt.begin(ticket)
        defer {
            self.interrupt.end()
            self.lastUse = .now
            if self.session?.isUsable == false { self.session = nil }
        }
        let session = try self.connected()
        session.operation = operation
        session.deadline = deadline
        session.ignoresInterrupt = false
        return try body(session)
    }

    private func connected() throws -> PostgresSession {
        if let session = self.session {
            session.deadline = .now + self.configuration.connectTimeout
            let hasRested = ContinuousClock.now - self.lastUse > self.configuration.checkAfter
            if session.isAlive(asks: hasRested) { return session }
            self.session = nil
        }
        let session = try PostgresSession.connect(
            self.configuration,
            interrupt: self.interrupt,
            onConnect: self.onConnect
        )
        self.session = session
        return session
    }

    /// Closes the connection when what is under way is done.
    func stop() {
        _ = self.thread.enqueue {
            self.session = nil
            self.onEnd()
        }
        self.thread.stop()
    }
}
