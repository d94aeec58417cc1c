// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowPostgres
import Synchronization

/// What servers agree on, in PostgreSQL.
///
/// On connections of its own and without the lock that writers wait for: a lease must not end because somebody else writes.
/// Every statement is a compare-and-set by itself, or touches rows of its own server only.
final class PostgresCluster: ClusterStore {
    private let pool: PostgresPool
    private let listening: PostgresConfiguration
    private let listeners = Mutex<[PostgresListener]>([])

    init(_ configuration: PostgresConfiguration) {
        self.listening = configuration
        var configuration = configuration
        // One for leases, one for everything else that may be slow.
        configuration.size = 2
        configuration.transactionTimeout = .seconds(5)
        self.pool = PostgresPool(configuration) { session in
            try session.execute("SET idle_in_transaction_session_timeout = '\(PostgresOwner.idleLimit)'")
            try session.execute("SET lock_timeout = '2s'")
        }
    }

    func end() async {
        for listener in self.listeners.withLock({ $0 }) { listener.close() }
        await self.pool.end()
    }

    func wakeUps(of server: ServerID) -> AsyncStream<Void> {
        // Without it messages are found by looking.
        guard let listener = try? PostgresListener(self.listening, channels: [Self.channel]) else {
            return AsyncStream { $0.finish() }
        }
        self.listeners.withLock { $0.append(listener) }
        let (wakeUps, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        // Ends when the listener is closed.
        Task {
            for await news in listener.news {
                switch news {
                case .notification(_, server.rawValue), .connected: continuation.yield()
                case .notification, .disconnected: break
                }
            }
            continuation.finish()
        }
        return wakeUps
    }

    /// What is tried again still counts from before the first try (trust in leases).
    func transaction<Value: Sendable>(
        _ operation: String,
        _ body: @escaping @Sendable (PostgresSession) throws -> Value
    ) async throws -> Value {
        try await PostgresFailure.mappingErrors {
            try await self.pool.transaction(operation, .readWrite, body)
        }
    }

    /// Numbers as PostgreSQL writes an array of them.
    static func numbers(_ numbers: some Sequence<Int64>) -> PostgresValue {
        .text("{" + numbers.map(String.init).joined(separator: ",") + "}")
    }
}

extension PostgresSession {
    /// All rows of a statement.
    func rows<Value>(
        _ sql: String,
        _ values: [PostgresValue] = [],
        _ transform: (PostgresRow) throws -> Value
    ) throws -> [Value] {
        var rows: [Value] = []
        try self.query(sql, values) { row in
            rows.append(try transform(row))
            return true
        }
        return rows
    }
}
