// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import NIOCore
import Synchronization

/// Runs a session over a stream of bytes: the one place where its actions meet a clock and a connection.
///
/// One task reads with ``next()``, any task sends, and one watches the clock with ``watch()``. Reading is pulled, so that
/// a busy receiver slows its peer down instead of filling memory.
package final class ControlStream<Session: WireSession>: Sendable {
    private struct State {
        var session: Session
        var pending = CircularBuffer<Session.Incoming>()
        var end: SessionEnd?
        /// Whether the reader waits for the peer.
        ///
        /// While it does not, silence is not the peer's fault.
        var isWaiting = false
    }

    private let state: Mutex<State>
    private let read: @Sendable () async throws -> ByteBuffer?
    private let write: @Sendable (ByteBuffer) async throws -> Void

    /// Runs `session`; `read` gives nil at the end of the stream.
    package init(
        _ session: Session,
        read: @escaping @Sendable () async throws -> ByteBuffer?,
        write: @escaping @Sendable (ByteBuffer) async throws -> Void
    ) {
        self.state = Mutex(State(session: session))
        self.read = read
        self.write = write
    }

    /// Why the session ended; nil while it goes on.
    package var end: SessionEnd? { self.state.withLock { $0.end } }

    /// The next message of the peer; nil when the peer closed the session in order.
    ///
    /// - Throws: ``SessionEnd`` when it ended in another way, or what the stream throws.
    package func next() async throws -> Session.Incoming? {
        while true {
            if let message = self.state.withLock({ $0.pending.popFirst() }) { return message }
            if let end = self.end {
                if end.code == .done { return nil }
                throw end
            }
            self.state.withLock { $0.isWaiting = true }
            defer { self.state.withLock { $0.isWaiting = false } }
            let bytes: ByteBuffer?
            do {
                bytes = try await self.read()
            } catch {
                // Whoever ended the session also cut the stream; their reason says more.
                throw self.end ?? error
            }
            let writes = self.state.withLock { state in
                let actions =
                    if let bytes { state.session.receive(bytes, now: .now()) } else { state.session.receiveEnd() }
                return Self.perform(actions, &state)
            }
            for buffer in writes { try await self.write(buffer) }
        }
    }

    /// Sends a message; it is written as a whole, whatever else is sent at the same time.
    ///
    /// - Throws: ``WireError`` when it has no place now, or what the stream throws.
    package func send(_ message: Session.Outgoing) async throws {
        let bytes = try self.state.withLock { state in try state.session.send(message, now: .now()) }
        try await self.write(bytes)
    }

    /// Ends the session from this side; ``next()`` throws `end` after what arrived before.
    package func finish(_ end: SessionEnd) {
        self.state.withLock { if $0.end == nil { $0.end = end } }
    }

    /// Waits until the session has ended or the peer was silent for too long.
    ///
    /// - Returns: The end; nil when the task was cancelled first.
    package func watch() async -> SessionEnd? {
        while !Task.isCancelled {
            let (end, wait) = self.state.withLock { state -> (SessionEnd?, TimeAmount) in
                let now = NIODeadline.now()
                if state.end == nil, state.isWaiting { _ = Self.perform(state.session.tick(now: now), &state) }
                guard let deadline = state.session.deadline else { return (state.end, .seconds(1)) }
                // Not sooner than a second: a deadline that passed while nobody was reading stays in the past.
                return (state.end, max(.seconds(1), deadline - now))
            }
            if let end { return end }
            try? await Task.sleep(for: .nanoseconds(wait.nanoseconds))
        }
        return nil
    }

    /// Takes messages and the end out of actions and returns what is to be written.
    private static func perform(_ actions: [SessionAction<Session.Incoming>], _ state: inout State) -> [ByteBuffer] {
        var writes: [ByteBuffer] = []
        for action in actions {
            switch action {
            case .deliver(let message): state.pending.append(message)
            case .write(let bytes): writes.append(bytes)
            case .close(let end): if state.end == nil { state.end = end }
            }
        }
        return writes
    }
}
