// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Output on PostgreSQL lies by the day of its execution, and a day is dropped whole once none of its executions is left.
///
/// Identifiers of executions begin with the time, so a day is a range of them, and the key of a piece stays one key over all
/// days. Days are made some days ahead by whoever forgets; where history is kept for long a part has several days, so that there
/// are some thirty. Where nobody made them, and for days that went before, there is one table for the rest: nothing ever fails
/// for want of a day, and what lies there goes piece by piece, as on SQLite. What was stored before there were days is one
/// part, which goes whole as well.
///
/// Both are functions of the database, which belong to whoever owns the schema: a server may have a role that can't drop a table.
struct OutputDays {
    /// How many days beyond today there are at least.
    static let ahead = 3
    /// About how many parts a history has.
    static let count = 30

    private let db: Database
    init(_ db: Database) { self.db = db }

    static func day(of instant: Timestamp) -> Int64 { instant.milliseconds / 86_400_000 }

    /// Makes what is missing, by the database's clock.
    ///
    /// - Parameter bound: from when on history is kept.
    func make(keeping bound: Timestamp) throws {
        try self.db.run(
            """
            SELECT make_output_days(output_day_now(), output_day_now() + ?1,
                greatest(1, (output_day_now() - ?2) / \(Self.count)))
            """,
            [.number(Self.ahead), .integer(Self.day(of: bound))]
        )
    }

    /// Makes what is missing of some days.
    func make(_ days: ClosedRange<Int64>) throws {
        let span = max(1, Int64(days.count / Self.count))
        try self.db.run(
            "SELECT make_output_days(?, ?, ?)",
            [.integer(days.lowerBound), .integer(days.upperBound), .integer(span)]
        )
    }

    /// Drops the oldest part that lies before a time and has no executions any more.
    ///
    /// - Returns: about how many pieces went; nil when there is no such part, or somebody reads and it has to wait.
    func drop(before bound: Timestamp) throws -> Int? {
        let count = try self.db.first(
            "SELECT drop_output_day(?)",
            [.id(ExecutionID.lowerBound(at: bound))]
        ) { $0.number(0) }
        return count.flatMap { $0 < 0 ? nil : $0 }
    }
}
