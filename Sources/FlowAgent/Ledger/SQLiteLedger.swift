// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowAgentCore
package import FlowCore
import FlowCrash
import Foundation
import GRDB
import Synchronization

/// The agent's ledger in one SQLite file, `agent.db` in its data directory.
///
/// WAL with `synchronous=FULL`: a commit costs one fsync of the log and survives a power cut. The directory is locked for
/// as long as the ledger lives.
///
/// What is read while the agent works is read without GRDB's guard against writes: that is a setting of the connection, and
/// SQLite prepares every statement anew after a setting has changed, which costs more than the reading and the writing.
package final class SQLiteLedger: Ledger {
    let queue: DatabaseQueue
    /// Reports are read by a connection of their own: on a busy host one transaction follows the other, each of up to two
    /// thousand operations, and a server would wait for what is durable already.
    let reader: DatabaseQueue
    private let lock: DataDirectoryLock
    private let mark: LedgerMark
    private let incarnation: Mutex<String>
    /// Whether the file was found to be an older copy of what it had been.
    package let wentBack: Bool
    /// Only ever used inside a transaction of `queue`; the mutex makes that plain to the compiler.
    private let state: Mutex<LedgerTransaction.State>

    /// Outputs kept per job for `task logs` on the host.
    package static let defaultKeptOutputs = 20

    /// Opens the ledger, or makes a new one with a new incarnation (R11).
    ///
    /// - Throws: `CoreError` `conflict` when another agent uses the directory.
    package init(
        directory: String,
        keptOutputs: Int = SQLiteLedger.defaultKeptOutputs
    ) throws {
        try FileManager.default.createDirectory(
            atPath: directory,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        self.lock = try DataDirectoryLock(directory: directory)
        let path = Self.path(in: directory)
        // Created before SQLite does it, so that nobody else may read it even for a moment; WAL and shm follow its mode.
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw CoreError(.unavailable, "cannot open \(path): \(String(cString: strerror(errno)))")
        }
        fchmod(descriptor, 0o600)
        close(descriptor)
        var configuration = Configuration()
        configuration.journalMode = .wal
        configuration.label = "agent-ledger"
        configuration.busyMode = .timeout(5)
        self.queue = try DatabaseQueue(path: path, configuration: configuration)
        try LedgerSchema.migrator.migrate(self.queue)
        try self.queue.writeWithoutTransaction { database in
            // GRDB opens WAL databases with NORMAL, which loses the last commits in a power cut.
            try database.execute(sql: "PRAGMA synchronous = FULL")
            let isFull = try Int.fetchOne(database, sql: "PRAGMA synchronous") == 2
            let isWAL = try String.fetchOne(database, sql: "PRAGMA journal_mode") == "wal"
            guard isFull, isWAL else {
                throw CoreError(.unavailable, "\(path): the file system does not allow a durable WAL database")
            }
        }
        configuration.label = "agent-ledger-reader"
        configuration.readonly = true
        self.reader = try DatabaseQueue(path: path, configuration: configuration)
        // Each page is read once, in order: nothing is gained by keeping two megabytes of them.
        try self.reader.unsafeRead { try $0.execute(sql: "PRAGMA cache_size = 32") }
        let mark = try LedgerMark(directory: directory)
        let known = mark.read()
        let fresh = UUID().uuidString.lowercased()
        var (incarnation, sequence) = try self.queue.write { database in
            try database.execute(
                sql: "INSERT OR IGNORE INTO meta (one, incarnation) VALUES (1, ?)",
                arguments: [fresh]
            )
            let sql = "SELECT incarnation, max(acknowledged, coalesce((SELECT max(sequence) FROM outbox), 0)) FROM meta"
            guard let row = try Row.fetchOne(database, sql: sql) else {
                throw CoreError(.internal, "the ledger has no identity")
            }
            try QuarterTable.catchUp(to: row[1], in: database)
            return (row[0] as String, row[1] as Int64)
        }
        // A mark of another incarnation belongs to a ledger that was given up.
        if let known, known.incarnation == incarnation, known.sequence > sequence {
            self.wentBack = true
            try self.queue.write { database in
                try database.execute(
                    sql: LedgerSchema.rollForward,
                    arguments: [
                        "incarnation": fresh, "time": known.time.milliseconds, "shift": known.sequence - sequence,
                    ]
                )
                try QuarterTable.setCounted(known.sequence, in: database)
            }
            incarnation = fresh
            sequence = known.sequence
        } else {
            self.wentBack = false
        }
        self.mark = mark
        self.incarnation = Mutex(incarnation)
        var state = LedgerTransaction.State(lastSequence: sequence, keptOutputs: keptOutputs)
        if let known, known.incarnation == incarnation || self.wentBack { state.latest = known.time }
        self.state = Mutex(state)
    }

    /// The last connection to close moves the log into the file, which the reader may not: without that a copy of the file alone
    /// would lack the last transactions.
    deinit {
        try? self.reader.close()
        try? self.queue.close()
    }

    /// Makes the ledger that of one agent, for good.
    ///
    /// A host that was deleted and enrolled again has another id, and what is in its ledger belongs to the old one: its
    /// jobs and orders are dropped, what was open ends as interrupted, and its reports, which nobody waits for, are given up.
    /// The history stays for queries on the host. The new identity counts its reports from 1 under a new incarnation (R11).
    ///
    /// - Returns: the id the ledger belonged to before, when that was another one.
    package func claim(for agent: AgentID) throws -> String? {
        let incarnation = UUID().uuidString.lowercased()
        return try self.state.withLock { state in
            let former = try self.queue.write { database -> String? in
                let owner = try String.fetchOne(database, sql: "SELECT agent FROM meta")
                if owner == agent.rawValue { return nil }
                try database.execute(sql: "UPDATE meta SET agent = ?", arguments: [agent.rawValue])
                // A ledger of the first version does not say whose it is; it is the one beside the identity.
                guard let owner else { return nil }
                try database.execute(sql: LedgerSchema.giveUp, arguments: ["incarnation": incarnation])
                return owner
            }
            if former != nil {
                self.incarnation.withLock { $0 = incarnation }
                state = LedgerTransaction.State(lastSequence: 0, keptOutputs: state.keptOutputs)
            }
            return former
        }
    }

    /// Where the ledger of a data directory lies.
    package static func path(in directory: String) -> String { directory + "/agent.db" }

    package func commit(_ operations: [LedgerOperation]) throws -> [LedgerResult] {
        try self.state.withLock { state in
            let (results, next) = try self.queue.write { database in
                var transaction = LedgerTransaction(database: database, state: state.lend())
                let results = try operations.map { try transaction.apply($0) }
                try transaction.finish()
                for operation in operations { CrashPoint.reach("ledger.\(operation.word).written") }
                return (results, transaction.state)
            }
            for operation in operations { CrashPoint.reach("ledger.\(operation.word).committed") }
            state = next
            self.mark.write(
                LedgerMark.Position(
                    incarnation: self.incarnation.withLock { $0 },
                    sequence: state.lastSequence,
                    time: state.latest
                )
            )
            CrashPoint.reach("ledger.mark")
            return results
        }
    }

    package func restore() throws -> LedgerSnapshot {
        try self.state.withLock { state in
            try self.queue.read { database in
                guard let meta = try Row.fetchOne(database, sql: "SELECT * FROM meta") else {
                    throw CoreError(.internal, "the ledger has no identity")
                }
                var snapshot = LedgerSnapshot(
                    incarnation: meta["incarnation"],
                    configVersion: meta["config_version"],
                    lastSequence: state.lastSequence,
                    acknowledgedSequence: meta["acknowledged"],
                    outboxBase: try Int64.fetchOne(database, sql: "SELECT min(sequence) - 1 FROM outbox"),
                    floor: Timestamp(milliseconds: meta["floor"]),
                    clockOffset: meta["clock_offset"],
                    lastTime: Timestamp(milliseconds: meta["time"]),
                    isReciting: meta["recite_after"] != nil,
                    isDismissed: meta["is_dismissed"],
                    zones: try ZoneTable.all(in: database),
                    scheduler: StandingColumn.decode(meta["scheduler"]) ?? SchedulerState(),
                    maintenance: StandingColumn.decode(meta["maintenance"]) ?? HostMaintenance(),
                    absences: Self.absences(meta["absence"]),
                    signing: StandingColumn.decode(meta["signing"]) ?? SigningState()
                )
                let jobs = "SELECT uid, version, cursor, is_ordered FROM job ORDER BY uid"
                for row in try Row.fetchAll(database, sql: jobs) {
                    let uid = JobUID(uuid: row[0])
                    if row[3] { snapshot.ordered.insert(uid) }
                    snapshot.jobs.append(try state.snapshots.load(uid, version: row[1], from: database))
                    let cursor = Timestamp(milliseconds: row[2])
                    snapshot.cursors[uid] = cursor
                    snapshot.lastTime = max(snapshot.lastTime, cursor)
                }
                snapshot.ahead = try LedgerRows.fires(after: snapshot.lastTime, in: database)
                let orders = "SELECT \(LedgerRows.orderColumns) FROM pending_order ORDER BY exec_id"
                snapshot.orders = try Row.fetchAll(database, sql: orders).map {
                    try LedgerRows.order($0, snapshots: &state.snapshots, in: database)
                }
                let open = "SELECT \(LedgerRows.entryColumns) FROM ledger WHERE status IN (1, 2) ORDER BY exec_id"
                snapshot.open = try Row.fetchAll(database, sql: open).map {
                    try LedgerRows.entry($0, snapshots: &state.snapshots, in: database)
                }
                return snapshot
            }
        }
    }

    /// Ledgers of before knew one time without a server, which went on.
    private static func absences(_ text: String?) -> [Absence] {
        if let all: [Absence] = StandingColumn.decode(text) { return all }
        let one: Absence? = StandingColumn.decode(text)
        return one.map { [$0] } ?? []
    }

    package func outbox(after sequence: Int64, limit: Int) throws -> [Report] {
        try self.reader.unsafeRead { database in
            try database.rows(OutboxRows.select) { row in
                row.add(sequence)
                row.add(limit)
            } _: {
                try OutboxRows.report($0)
            }
        }
    }

    package func quarters(after sequence: Int64, limit: Int) throws -> ChangedQuarters {
        try self.state.withLock { state in
            let changed = try self.queue.unsafeRead {
                try QuarterTable.changed(after: sequence, limit: limit, in: $0)
            }
            let hasMore = changed.count == limit
            return ChangedQuarters(
                sums: changed.map(\.0),
                sequence: hasMore ? changed.last?.sequence ?? sequence : state.lastSequence,
                hasMore: hasMore
            )
        }
    }

    package func entry(_ id: ExecutionID) throws -> LedgerEntry? {
        try self.state.withLock { state in
            try self.queue.unsafeRead { database in
                try LedgerTransaction.entry(id, snapshots: &state.snapshots, in: database)
            }
        }
    }
}

extension LedgerOperation {
    /// Its case's name.
    fileprivate var word: String { Mirror(reflecting: self).children.first?.label ?? "\(self)" }
}
