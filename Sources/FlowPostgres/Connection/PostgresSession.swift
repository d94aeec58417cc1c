// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CLibpq

/// One connection, for the thread that owns it: every call waits for its answer.
///
/// Waiting ends at the session's deadline or when the interrupt is raised. The server is then asked to cancel, and the session
/// is not used again: a cancel that is still on its way would hit the next statement.
package final class PostgresSession {
    let connection: OpaquePointer
    let interrupt: Interrupt
    /// By when what is being done must be over; nil = waits for ever.
    var deadline: ContinuousClock.Instant?
    /// What errors are named for.
    var operation = "connect"
    /// COMMIT is not stopped once it was sent: its answer is worth more than the time.
    var ignoresInterrupt = false
    /// Why what is under way was stopped, if it was.
    var stopped: PostgresError.Code?
    var isCancelled = false
    /// Until when the answer to a cancel is waited for.
    var graceEnd: ContinuousClock.Instant?
    private var statements = StatementNames()

    /// Takes over a connection that is established.
    init(connection: OpaquePointer, interrupt: Interrupt) {
        self.connection = connection
        self.interrupt = interrupt
    }

    deinit { PQfinish(self.connection) }

    /// Whether more can be done with it.
    package var isUsable: Bool { self.stopped == nil && PQstatus(self.connection) == CONNECTION_OK }

    package var processIdentifier: Int32 { PQbackendPID(self.connection) }

    /// Whether a transaction is open, or one has failed and waits for its end.
    package var isInTransaction: Bool { PQtransactionStatus(self.connection) != PQTRANS_IDLE }

    /// Runs statements without parameters, several with semicolons between them.
    ///
    /// - Returns: the last one's command tag.
    @discardableResult
    package func execute(_ sql: String) throws -> String {
        try self.requireUsable()
        guard PQsendQuery(self.connection, sql) == 1 else { throw self.unsendable() }
        var tag = ""
        try self.drain { result in tag = String(cString: PQcmdStatus(result)) }
        return tag
    }

    /// Runs a statement with parameters `$1`, `$2`, …, and gives its rows to `body` while that wants more; `body` may run
    /// further statements.
    ///
    /// - Parameter isKept: whether it stays prepared; not for statements of ever new texts.
    /// - Returns: how many rows it changed or returned.
    @discardableResult
    package func query(
        _ sql: String,
        _ values: [PostgresValue] = [],
        isKept: Bool = true,
        _ body: (PostgresRow) throws -> Bool = { _ in true }
    ) throws -> Int {
        try self.requireUsable()
        let name = isKept ? try self.prepare(sql, values.map(\.typeIdentifier)) : nil
        let isSent = Parameters(values).withPointers { count, pointers, lengths, formats in
            if let name {
                return PQsendQueryPrepared(self.connection, name, count, pointers, lengths, formats, 1)
            }
            let types = values.map(\.typeIdentifier)
            return PQsendQueryParams(self.connection, sql, count, types, pointers, lengths, formats, 1)
        }
        guard isSent == 1 else { throw self.unsendable() }
        return try self.rows(body)
    }

    /// Reads the answer to one statement.
    ///
    /// - Returns: how many rows it changed or returned.
    func rows(_ body: (PostgresRow) throws -> Bool) throws -> Int {
        let rows = try self.result()
        defer { PQclear(rows) }
        for row in 0..<PQntuples(rows) {
            if try !body(PostgresRow(result: rows, row: row)) { break }
        }
        return Self.changes(of: rows)
    }

    /// The one result of a statement, once all of the answer is here: `body` may ask for more then.
    private func result() throws -> OpaquePointer {
        var kept: OpaquePointer?
        var failure: (any Error)?
        while let result = try self.next() {
            do { try self.check(result) } catch { failure = failure ?? error }
            PQclear(kept)
            kept = result
        }
        guard let kept else { throw self.lost() }
        guard let failure else { return kept }
        PQclear(kept)
        throw failure
    }

    /// Runs one statement with many sets of parameters, all of them sent before the first answer is read.
    ///
    /// For a thousand rows that is one wait instead of a thousand. The first one that fails fails all.
    ///
    /// - Parameter body: is given the set's number and each of its rows; it must not run statements.
    /// - Returns: for each set, how many rows it changed or returned.
    @discardableResult
    package func queryEach(
        _ sql: String,
        _ sets: [[PostgresValue]],
        _ body: (Int, PostgresRow) throws -> Void = { _, _ in }
    ) throws -> [Int] {
        guard let first = sets.first else { return [] }
        try self.requireUsable()
        let name = try self.prepare(sql, first.map(\.typeIdentifier))
        return try self.pipeline(sets.count) { index in
            Parameters(sets[index]).withPointers { count, pointers, lengths, formats in
                PQsendQueryPrepared(self.connection, name, count, pointers, lengths, formats, 1)
            }
        } read: { index, result in
            for row in 0..<PQntuples(result) { try body(index, PostgresRow(result: result, row: row)) }
        }
    }

    /// - Returns: the name of the prepared statement.
    func prepare(_ sql: String, _ types: [UInt32]) throws -> String {
        switch self.statements.name(of: sql) {
        case .known(let name): return name
        case .new(let name, let forgotten):
            if let forgotten { try self.execute("DEALLOCATE \(forgotten)") }
            guard PQsendPrepare(self.connection, name, sql, Int32(types.count), types) == 1 else {
                throw self.unsendable()
            }
            do { try self.drain { _ in } } catch {
                self.statements.forget(sql)
                throw error
            }
            return name
        }
    }

    static func changes(of result: OpaquePointer) -> Int { Int(String(cString: PQcmdTuples(result))) ?? 0 }
}
