// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Which others may write while a transaction does.
enum WriteTurn: Hashable, Sendable {
    /// None: what it read, it may rely on.
    case alone
    /// Other servers' transactions of this kind: fires and reports. They rely only on what none of them writes, on rows that they
    /// hold, and on each row's compare-and-set; they take rows that they may share in one order, and before they add to a log, or
    /// to sums, they take its turn (``Database/takeLogTurn()``). What turns out to need more is begun again with ``alone``
    /// (``Database/requireAlone()``).
    case beside
}

/// A transaction beside others came to something that only one alone may do.
///
/// It is rolled back and run again alone.
struct NeedsTurnAlone: Error {}

/// What a database has to do for the store: transactions.
protocol StoreEngine: Sendable {
    /// Runs one write transaction, when `turn` lets it.
    ///
    /// `body` may be run again when the database took a try back: it changes nothing but the database and caches.
    func write<Value: Sendable>(
        _ operation: String,
        _ turn: WriteTurn,
        _ body: @escaping @Sendable (Database) throws -> Value
    ) async throws -> Value

    /// Reads from one committed snapshot.
    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value

    /// Reads a few rows by their keys, from one committed snapshot: what nearly every request does before anything else.
    func readFew<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value

    /// Reads from one committed snapshot that may be some seconds old, where a copy of the database answers: for people's eyes only.
    func readAside<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value

    /// Whether other servers may write at any time: what was read in one transaction may be false in the next.
    var isShared: Bool { get }

    func size() async throws -> StoreSize

    /// - Throws: `unavailable` where the disk of the database has no room for more, though a write may still find some that it has.
    func requireRoom() throws

    /// Lets go of pages that are kept for later.
    func giveBackMemory() async throws

    /// Waits for what is in progress and lets go of the database.
    func close() async throws
}

extension StoreEngine {
    /// There is no copy.
    func readAside<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        try await self.read(body)
    }
}
