// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowPostgres
import Synchronization

/// A standby of the database that answers what people ask of history (`database.replica-url`), and nothing that is decided by.
///
/// It is asked as long as it is at most ``ReplicaWatch/bound`` behind; else, and when it does not answer, the primary is. So
/// nobody waits for it, and nobody sees older history than that.
final class PostgresReplica: Sendable {
    /// Why the primary answers instead; `nil` = the replica does again.
    typealias NewsHook = @Sendable (_ trouble: String?) -> Void

    /// Where the primary's log is, and whose log that is.
    struct Mark: Hashable, Sendable {
        /// Bytes.
        let position: Int64
        /// The database cluster's own number, which its standbys share.
        let system: Int64

        /// For the primary.
        static func read(_ session: PostgresSession) throws -> Mark? {
            try session.rows(
                "SELECT pg_current_wal_lsn() - '0/0'::pg_lsn, (SELECT system_identifier FROM pg_control_system())"
            ) { Mark(position: $0.integer(0), system: $0.integer(1)) }.first
        }
    }

    private enum Answer<Value: Sendable>: Sendable {
        case value(Value)
        case behind
        case trouble(String)
    }

    private struct State {
        var watch = ReplicaWatch()
        var reads = ReplicaReads()
        var trouble: String?
    }

    private let pool: PostgresPool
    private let state = Mutex(State())
    /// The primary's number, as it was told last.
    private let system = Atomic<Int64>(0)
    private let onNews: NewsHook
    /// Monotonic milliseconds.
    private let time: @Sendable () -> Int64
    private static let timeout = Duration.seconds(10)

    init(
        _ configuration: PostgresConfiguration,
        onNews: @escaping NewsHook,
        time: @escaping @Sendable () -> Int64 = PostgresReplica.monotonic
    ) {
        var configuration = configuration
        configuration.sessionAttributes = "any"
        configuration.connectTimeout = .seconds(2)
        configuration.transactionTimeout = Self.timeout
        self.pool = PostgresPool(configuration) { try PostgresEngine.prepareReading($0) }
        self.onNews = onNews
        self.time = time
    }

    static let monotonic: @Sendable () -> Int64 = {
        let start = ContinuousClock.Instant.now
        return {
            let (seconds, attoseconds) = start.duration(to: .now).components
            return seconds * 1000 + attoseconds / 1_000_000_000_000_000
        }
    }()

    var reads: ReplicaReads { self.state.withLock { $0.reads } }

    func end() async { await self.pool.end() }

    /// Reads from one snapshot of the copy.
    ///
    /// - Parameter mark: asks the primary.
    /// - Returns: nil when the primary is to be asked.
    /// - Throws: what `body` throws that is not the database's.
    func read<Value: Sendable>(
        mark: () async throws -> Mark?,
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value? {
        let now = self.time()
        guard self.state.withLock({ $0.watch.isUsable(at: now) }) else { return self.left() }
        if self.state.withLock({ $0.watch.needsMark(at: now) }) {
            // The primary's own trouble is said by whoever asks it next.
            guard let mark = try? await mark() else { return self.left() }
            self.state.withLock { $0.watch.noted(mark.position, askedAt: now) }
            self.system.store(mark.system, ordering: .relaxed)
        }
        guard let needed = self.state.withLock({ $0.watch.needed(at: now) }) else { return self.left() }
        let system = self.system.load(ordering: .relaxed)
        do {
            let answer = try await self.pool.withSession("read_replica") { session -> Answer<Value> in
                let seen = try Self.position(session, system: system)
                if let trouble = seen.trouble { return .trouble(trouble) }
                guard seen.position >= needed else { return .behind }
                // After the look: a snapshot is at least as new as what was seen before it.
                return .value(
                    try session.transaction(.snapshot, commitTimeout: Self.timeout) { session in
                        try body(Database(connection: .postgres(session)))
                    }
                )
            }
            switch answer {
            case .value(let value):
                self.tell(nil)
                self.state.withLock { $0.reads.byReplica += 1 }
                return value
            case .behind:
                if self.state.withLock({ $0.watch.tellsOfDelay(at: now) }) {
                    self.tell("it is more than \(ReplicaWatch.bound / 1000) s behind")
                }
                return self.left()
            case .trouble(let trouble):
                self.tell(trouble)
                return self.left()
            }
        } catch let error as PostgresError where Self.isOfOneQuestion(error) {
            // One question that the copy gives up for what it has to replay, or has no place for, says nothing of the next.
            return self.left()
        } catch let error as PostgresError {
            self.state.withLock { $0.watch.failed(at: self.time()) }
            self.tell("\(error)")
            return self.left()
        }
    }

    private static func isOfOneQuestion(_ error: PostgresError) -> Bool {
        guard error.code == .refused, let state = error.state else { return error.code == .exhausted }
        return state.isTransient || state == .queryCanceled
    }

    private func left<Value>() -> Value? {
        self.state.withLock { $0.reads.byPrimary += 1 }
        return nil
    }

    private func tell(_ trouble: String?) {
        let isNews = self.state.withLock { state in
            defer { state.trouble = trouble }
            return (state.trouble == nil) != (trouble == nil)
        }
        if isNews { self.onNews(trouble) }
    }

    /// How far the copy is, and why it is none to go by.
    private static func position(
        _ session: PostgresSession,
        system: Int64
    ) throws -> (position: Int64, trouble: String?) {
        let seen = try session.rows(
            """
            SELECT pg_is_in_recovery(), coalesce(pg_last_wal_replay_lsn() - '0/0'::pg_lsn, 0),
                (SELECT system_identifier FROM pg_control_system())
            """
        ) { (isCopy: $0.integer(0) != 0, position: $0.integer(1), system: $0.integer(2)) }.first
        guard let seen, seen.system == system else { return (0, "it is a copy of another database") }
        return (seen.position, seen.isCopy ? nil : "it takes changes of its own, so it is no copy any more")
    }
}

/// How often people's questions of history were answered by whom, where a replica is configured.
package struct ReplicaReads: Hashable, Sendable {
    package fileprivate(set) var byReplica: Int64 = 0
    package fileprivate(set) var byPrimary: Int64 = 0
}
