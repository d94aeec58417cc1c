// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CLibpq
import Dispatch

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

extension PostgresSession {
    /// How long the answer to a cancel is waited for.
    static let patience: Duration = .seconds(2)

    func requireUsable() throws {
        if let code = self.stopped { throw self.stop(code) }
        guard PQstatus(self.connection) == CONNECTION_OK else { throw self.lost() }
        if self.interrupt.raised, !self.ignoresInterrupt {
            self.isCancelled = true
            self.stopped = .disconnected
            throw CancellationError()
        }
    }

    /// Reads every result of what was sent; the first failure is thrown when all are read.
    func drain(_ body: (OpaquePointer) throws -> Void) throws {
        var failure: (any Error)?
        while let result = try self.next() {
            defer { PQclear(result) }
            do {
                try self.check(result)
                if failure == nil { try body(result) }
            } catch { failure = failure ?? error }
        }
        if let failure { throw failure }
    }

    /// The next result; nil = there is no further one of this statement.
    func next() throws -> OpaquePointer? {
        while true {
            let unsent = PQflush(self.connection)
            guard unsent >= 0 else { throw self.lost() }
            if unsent == 0, PQisBusy(self.connection) == 0 { return PQgetResult(self.connection) }
            try self.wait(for: Int16(POLLIN) | (unsent == 1 ? Int16(POLLOUT) : 0))
            guard PQconsumeInput(self.connection) == 1 else { throw self.lost() }
        }
    }

    /// Waits until the socket is ready, or stops what is under way.
    func wait(for events: Int16) throws {
        while true {
            let clock = ContinuousClock()
            let end = self.graceEnd ?? self.deadline
            var entries = [
                pollfd(fd: PQsocket(self.connection), events: events, revents: 0),
                // Once heard, it need not be heard again.
                pollfd(
                    fd: self.stopped == nil && !self.ignoresInterrupt ? self.interrupt.readEnd : -1,
                    events: Int16(POLLIN),
                    revents: 0
                ),
            ]
            let ready = poll(&entries, 2, end.map { Self.milliseconds(clock.now.duration(to: $0)) } ?? -1)
            if ready < 0, errno != EINTR { throw self.lost() }
            if entries[0].revents != 0 { return }
            if let end, clock.now >= end {
                guard self.graceEnd == nil, self.stopped == nil else { throw self.stop(self.stopped ?? .deadline) }
                self.stopped = .deadline
                self.graceEnd = self.askToCancel(from: clock.now)
            } else if entries[1].revents != 0 {
                self.stopped = .disconnected
                self.isCancelled = true
                self.graceEnd = self.askToCancel(from: clock.now)
            }
        }
    }

    /// Asks the server to cancel, from another thread: libpq connects for that, and waits.
    private func askToCancel(from now: ContinuousClock.Instant) -> ContinuousClock.Instant {
        // Unchecked, because libpq documents a cancel handle as safe to use from any thread.
        struct Handle: @unchecked Sendable {
            let pointer: OpaquePointer
        }
        if let pointer = PQgetCancel(self.connection) {
            let handle = Handle(pointer: pointer)
            DispatchQueue.global().async {
                var message = [CChar](repeating: 0, count: 256)
                _ = PQcancel(handle.pointer, &message, 256)
                PQfreeCancel(handle.pointer)
            }
        }
        return now + Self.patience
    }

    /// What a failed result says.
    func check(_ result: OpaquePointer) throws {
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_PIPELINE_SYNC, PGRES_COPY_IN, PGRES_EMPTY_QUERY: return
        default: throw self.failure(of: result)
        }
    }

    private func failure(of result: OpaquePointer) -> any Error {
        func field(_ letter: Character) -> String? {
            PQresultErrorField(result, Int32(letter.asciiValue ?? 0)).map { String(cString: $0) }
        }
        guard let code = field("C") else { return self.lost() }
        let state = SQLState(code)
        if state == .queryCanceled, let stopped = self.stopped { return self.stop(stopped) }
        let message =
            state.hasPlainMessage ? field("M") ?? "refused" : "the server refused the statement"
        return PostgresError(
            state.endsConnection ? .disconnected : .refused,
            state: state,
            operation: self.operation,
            message: message,
            constraint: field("n")
        )
    }

    /// Why what was under way is over.
    func stop(_ code: PostgresError.Code) -> any Error {
        if self.isCancelled { return CancellationError() }
        return PostgresError(
            code,
            operation: self.operation,
            message: code == .deadline ? "the database did not answer in time" : "the connection is not usable any more"
        )
    }

    func lost() -> any Error {
        if let stopped = self.stopped { return self.stop(stopped) }
        self.stopped = .disconnected
        return PostgresError(
            .disconnected,
            operation: self.operation,
            message: "the connection to the database was lost"
        )
    }

    /// Why a statement could not be sent.
    func unsendable() -> any Error {
        guard PQstatus(self.connection) == CONNECTION_OK, self.stopped == nil else { return self.lost() }
        // For instance while the rows of another one are read.
        return PostgresError(
            .misuse,
            operation: self.operation,
            message: "a statement was run where none may be: \(String(cString: PQerrorMessage(self.connection)))"
        )
    }

    private static func milliseconds(_ duration: Duration) -> Int32 {
        let (seconds, attoseconds) = duration.components
        let milliseconds = seconds * 1000 + attoseconds / 1_000_000_000_000_000
        // One more, because poll() must not return before the end.
        return Int32(clamping: max(0, milliseconds + 1))
    }
}
