// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CLibpq
import Foundation
import Synchronization

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What a listener hears.
package enum PostgresNews: Hashable, Sendable {
    /// Listening from now on: whatever was notified before may have been missed. Comes first, and after each reconnect.
    case connected
    case notification(channel: String, payload: String)
    /// The connection is gone; another one is tried.
    case disconnected
}

/// Hears what is notified on some channels (LISTEN), on a connection of its own.
///
/// Notifications are hints: between two connections they are lost, and a slow reader loses the oldest. Whoever follows
/// them must find the truth in tables.
package final class PostgresListener: Sendable {
    package let news: AsyncStream<PostgresNews>
    private let continuation: AsyncStream<PostgresNews>.Continuation
    private let interrupt: Interrupt
    private let thread: PostgresThread
    private let isOver = Mutex(false)

    /// - Parameter channels: any names; they are quoted.
    package init(_ configuration: PostgresConfiguration, channels: [String]) throws {
        (self.news, self.continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1024))
        self.interrupt = try Interrupt()
        self.thread = PostgresThread(name: "postgres-listen")
        _ = self.thread.enqueue { [self] in self.run(configuration, channels) }
        self.thread.stop()
    }

    /// Ends the stream.
    package func close() {
        self.isOver.withLock { $0 = true }
        self.interrupt.raise(1)
    }

    private func run(_ configuration: PostgresConfiguration, _ channels: [String]) {
        self.interrupt.begin(1)
        var failures = 0
        while !self.isOver.withLock({ $0 }) {
            do {
                let session = try PostgresSession.connect(configuration, interrupt: self.interrupt)
                session.operation = "listen"
                for channel in channels { try session.execute("LISTEN \(Self.quoted(channel))") }
                failures = 0
                self.continuation.yield(.connected)
                try self.listen(session)
            } catch {
                if failures == 0 { self.continuation.yield(.disconnected) }
                failures += 1
                self.rest(milliseconds: min(5000, 50 << min(failures, 7)))
            }
        }
        self.continuation.finish()
    }

    private func listen(_ session: PostgresSession) throws {
        while true {
            try session.wait(for: Int16(POLLIN))
            guard PQconsumeInput(session.connection) == 1 else { throw session.lost() }
            while let notification = PQnotifies(session.connection) {
                defer { PQfreemem(notification) }
                self.continuation.yield(
                    .notification(
                        channel: String(cString: notification.pointee.relname),
                        payload: String(cString: notification.pointee.extra)
                    )
                )
            }
            guard session.isUsable else { throw session.lost() }
        }
    }

    /// Waits, unless it is to end.
    private func rest(milliseconds: Int) {
        var entry = pollfd(fd: self.interrupt.readEnd, events: Int16(POLLIN), revents: 0)
        _ = poll(&entry, 1, Int32(milliseconds))
    }

    private static func quoted(_ name: String) -> String {
        "\"" + name.replacingOccurrences(of: "\"", with: "\"\"") + "\""
    }
}
