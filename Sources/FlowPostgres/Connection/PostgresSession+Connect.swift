// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CLibpq

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

extension PostgresSession {
    /// Settings of every connection: nothing waits for ever, and nothing depends on the database's own defaults.
    private static let settings = """
        SET client_encoding = 'UTF8'; SET standard_conforming_strings = on; SET TimeZone = 'UTC'; \
        SET client_min_messages = warning; SET lock_timeout = '5s'; SET idle_in_transaction_session_timeout = '30s'; \
        SET synchronous_commit = on; SET tcp_keepalives_idle = 30; SET tcp_keepalives_interval = 10; \
        SET tcp_keepalives_count = 3
        """

    /// Connects; blocks until the connection is there, refused, or the time is up.
    package static func connect(
        _ configuration: PostgresConfiguration,
        interrupt: Interrupt,
        onConnect: (PostgresSession) throws -> Void = { _ in }
    ) throws -> PostgresSession {
        let end = ContinuousClock.now + configuration.connectTimeout
        // What stands behind the address overrides it, what stands before it is overridden.
        var options = [
            ("target_session_attrs", configuration.sessionAttributes), ("keepalives_idle", "30"),
            ("keepalives_interval", "10"), ("keepalives_count", "3"),
            ("fallback_application_name", configuration.applicationName),
            ("dbname", configuration.address),
        ]
        if !configuration.hosts.isEmpty {
            options += [
                ("host", configuration.hosts.map(\.name).joined(separator: ",")),
                ("hostaddr", configuration.hosts.map(\.address).joined(separator: ",")),
                ("port", configuration.hosts.map(\.port).joined(separator: ",")),
            ]
        }
        guard let connection = Self.start(options) else {
            throw PostgresError(.disconnected, operation: "connect", message: "not enough memory")
        }
        let session = PostgresSession(connection: connection, interrupt: interrupt)
        session.deadline = end
        try session.finishConnecting(configuration)
        guard PQsetnonblocking(connection, 1) == 0 else { throw session.lost() }
        // Warnings of the server are nobody's news.
        PQsetNoticeReceiver(connection, { _, _ in }, nil)
        try session.execute(Self.settings)
        try onConnect(session)
        session.deadline = nil
        return session
    }

    private static func start(_ options: [(String, String)]) -> OpaquePointer? {
        let keys = options.map { strdup($0.0) }
        let values = options.map { strdup($0.1) }
        defer { for string in keys + values { free(string) } }
        let keyPointers = keys.map { UnsafePointer<CChar>($0) } + [nil]
        let valuePointers = values.map { UnsafePointer<CChar>($0) } + [nil]
        return PQconnectStartParams(keyPointers, valuePointers, 1)
    }

    private func finishConnecting(_ configuration: PostgresConfiguration) throws {
        var events = Int16(POLLOUT)
        while PQstatus(self.connection) != CONNECTION_BAD {
            do { try self.wait(for: events) } catch let error as PostgresError where error.code == .deadline {
                throw PostgresError(
                    .disconnected,
                    operation: "connect",
                    message: "\(configuration.publicAddress) did not answer in time"
                )
            }
            switch PQconnectPoll(self.connection) {
            case PGRES_POLLING_OK: return
            case PGRES_POLLING_READING: events = Int16(POLLIN)
            case PGRES_POLLING_WRITING: events = Int16(POLLOUT)
            default: throw self.refusal(configuration)
            }
        }
        throw self.refusal(configuration)
    }

    /// libpq's words, which name host, user and database, and never the password.
    private func refusal(_ configuration: PostgresConfiguration) -> PostgresError {
        let words = String(cString: PQerrorMessage(self.connection))
        return PostgresError(
            .disconnected,
            operation: "connect",
            message: words.split(whereSeparator: \.isNewline).joined(separator: "; ")
        )
    }

    /// Whether the other side is still there; costs a round trip when `asks`.
    func isAlive(asks: Bool) -> Bool {
        guard self.isUsable, !self.isInTransaction else { return false }
        // Something to read where nothing was asked: usually words of farewell and then the end.
        for _ in 0..<16 {
            var entry = pollfd(fd: PQsocket(self.connection), events: Int16(POLLIN), revents: 0)
            guard poll(&entry, 1, 0) > 0 else { break }
            guard PQconsumeInput(self.connection) == 1 else { return false }
        }
        guard self.isUsable else { return false }
        guard asks else { return true }
        return (try? self.execute("")) != nil && self.isUsable
    }
}
