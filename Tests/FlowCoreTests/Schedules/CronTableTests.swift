// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

/// One line of a table in `Tests/Fixtures/cron`, cut at its bars.
struct CronTableRow: Sendable, CustomTestStringConvertible {
    let cells: [String]

    var testDescription: String { self.cells.joined(separator: " | ") }

    /// The rows of a table; empty lines and comments are left out.
    static func rows(of table: String, cells count: Int) -> [CronTableRow] {
        let path = FileManager.default.currentDirectoryPath + "/Tests/Fixtures/cron/" + table
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return [] }
        return text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
            let cells = line.split(separator: "|", maxSplits: count - 1, omittingEmptySubsequences: false)
            return CronTableRow(cells: cells.map { $0.trimmingCharacters(in: .whitespaces) })
        }
    }
}

@Suite("Tables of cron cases (semantics 8)")
struct CronTableTests {
    @Test(
        "In UTC each expression fires at the times of the table",
        arguments: CronTableRow.rows(of: "utc.txt", cells: 3)
    )
    func utc(_ row: CronTableRow) throws {
        let fires = row.cells[2].split(separator: " ").map(String.init)
        let schedule = try CompiledSchedule(row.cells[0])
        #expect(schedule.texts(after: try instant(row.cells[1]), count: fires.count) == fires)
    }

    @Test(
        "Where clocks change each expression fires at the times of the table (semantics 8, DST rule)",
        arguments: CronTableRow.rows(of: "zones.txt", cells: 5)
    )
    func zones(_ row: CronTableRow) throws {
        let fires = row.cells[4].split(separator: " ").map(String.init)
        let policy = try #require(DSTPolicy(rawValue: row.cells[2]))
        let schedule = try CompiledSchedule(row.cells[0], zone: row.cells[1], dst: policy)
        #expect(schedule.texts(after: try instant(row.cells[3]), count: fires.count) == fires)
    }

    @Test("A refused text says why and where", arguments: CronTableRow.rows(of: "refusals.txt", cells: 4))
    func refusals(_ row: CronTableRow) throws {
        let error = try #require(throws: ScheduleError.self) { try CronExpression(parsing: row.cells[3]) }
        #expect(error.position == Int(row.cells[0]))
        #expect("\(error.code)" == row.cells[1])
        #expect((error.field.map { "\($0)" } ?? "-") == row.cells[2])
        #expect(!error.text(.en).isEmpty && !error.text(.zh).isEmpty)
    }

    @Test("The tables are as long as they were: a file that cannot be read would test nothing")
    func complete() {
        #expect(CronTableRow.rows(of: "utc.txt", cells: 3).count >= 219)
        #expect(CronTableRow.rows(of: "zones.txt", cells: 5).count >= 139)
        #expect(CronTableRow.rows(of: "refusals.txt", cells: 4).count >= 170)
    }
}
