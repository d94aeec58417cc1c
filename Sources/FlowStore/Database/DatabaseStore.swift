// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import Synchronization

/// The server's durable state, in SQLite or in PostgreSQL: statements, records and caches are the same.
///
/// Of what the database holds, only what never changes is cached where other servers write too.
package final class DatabaseStore: Store {
    /// Told after each commit: the operation's name, from a bounded set, and how long its transaction took.
    package typealias CommitHook = @Sendable (_ operation: String, _ duration: Duration) -> Void

    let engine: any StoreEngine
    /// Only touched inside write transactions, so never contended.
    let targets = Mutex(TargetCache())
    let snapshots = SnapshotCache()
    /// Where forgetting goes on; not durable, because a walk may as well begin anew.
    let walks = Mutex<[Growth: Forgetting.Position]>([:])
    /// Small writes that wait for the same commit.
    let group = Mutex(WriteGroup())
    private let onCommit: CommitHook?
    private let commitCount = Atomic<Int64>(0)
    private let isClosed = Mutex(false)
    private let closing = Mutex<Task<Void, any Error>?>(nil)

    init(engine: any StoreEngine, onCommit: CommitHook?) {
        self.engine = engine
        self.onCommit = onCommit
    }

    /// What servers on this database agree on; nil where there is only one.
    package var cluster: (any ClusterStore)? { (self.engine as? PostgresEngine)?.cluster }

    /// Whether the database's role could change or drop tables; a server needs only rows.
    package var mayChangeSchema: Bool {
        (self.engine as? PostgresEngine)?.mayChangeSchema.load(ordering: .relaxed) ?? true
    }

    /// Closes the database; whoever asks again waits for the one end there is.
    package func close() async throws {
        // A second end at the same time would ask SQLite through a handle that is gone. A task of its own, because all who
        // wait share it.
        let end = self.closing.withLock { closing in
            let end = closing ?? Task { try await self.finish() }
            closing = end
            return end
        }
        try await end.value
    }

    private func finish() async throws {
        self.isClosed.withLock { $0 = true }
        try await self.engine.close()
    }

    /// Runs one write transaction; `operation` is what the hook is told.
    func write<Value: Sendable>(
        _ operation: String,
        _ turn: WriteTurn = .alone,
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value {
        try self.requireOpen()
        let clock = ContinuousClock()
        let start = clock.now
        let value = try await self.engine.write(operation, turn, body)
        self.noteCommit(operation, clock.now - start)
        return value
    }

    func noteCommit(_ operation: String, _ duration: Duration) {
        self.commitCount.add(1, ordering: .relaxed)
        self.onCommit?(operation, duration)
    }

    /// Reads from one committed snapshot.
    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try self.requireOpen()
        return try await self.engine.read(body)
    }

    /// Reads history for people's eyes, perhaps from a copy of the database that is a moment behind; never for a decision.
    func readAside<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try self.requireOpen()
        return try await self.engine.readAside(body)
    }

    /// Reads a few rows by their keys; whatever grows with the number of records goes through ``read(_:)``.
    func readFew<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try self.requireOpen()
        return try await self.engine.readFew(body)
    }

    /// Who answered people's questions of history; nil where no replica is configured.
    package var replicaReads: ReplicaReads? { (self.engine as? PostgresEngine)?.replica?.reads }

    /// How many versions of jobs were read from the database and decoded; for metrics.
    package var jobReads: Int64 { self.snapshots.reads }

    /// How many write transactions there were.
    package var commits: Int64 { self.commitCount.load(ordering: .relaxed) }

    /// Lets go of pages of the database that are kept for later, to be asked for where there is not much to do.
    package func giveBackMemory() async throws {
        try self.requireOpen()
        try await self.engine.giveBackMemory()
    }

    package func size() async throws -> StoreSize {
        try self.requireOpen()
        return try await self.engine.size()
    }

    func requireOpen() throws {
        guard !self.isClosed.withLock({ $0 }) else {
            throw CoreError(.unavailable, "The database is closed: the server is stopping.")
        }
    }
}
