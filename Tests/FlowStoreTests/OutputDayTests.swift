// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowTesting
import Testing

@testable import FlowStore

@Suite("Output by day on PostgreSQL")
struct OutputDayTests {
    /// Long ago, whenever this runs: 2020-01-01T10:00:00Z.
    private static let morning = Timestamp(milliseconds: 1_577_872_800_000)
    private static let day = OutputDays.day(of: Self.morning)
    private static let before = PostgresMigrations(
        steps: PostgresMigrations.current.steps.filter { step in
            !PostgresSchema.outputSteps.contains { $0.name == step.name }
        }
    )

    private struct Installation {
        let store: DatabaseStore
        let sql: @Sendable (String) throws -> String
        var world: World { World(store: self.store) }

        /// The parts with the number of their pieces.
        var parts: [String] {
            get throws {
                try self.sql(
                    """
                    SELECT tableoid::regclass || ' ' || count(*) FROM log_piece GROUP BY tableoid ORDER BY 1
                    """
                ).split(separator: "\n").map(String.init)
            }
        }

        /// An execution of each day, with a piece of output.
        func write(_ job: Job, on agent: AgentID, days: Range<Int64>) async throws -> [ExecutionID] {
            var ids: [ExecutionID] = []
            for number in days {
                let nominal = OutputDayTests.morning.advanced(byMilliseconds: number * 86_400_000)
                let sequence = number + 1
                let report = World.report(sequence, job, on: agent, at: nominal, .success)
                try await self.world.apply([report], of: agent, at: nominal)
                let chunk = LogChunk(
                    executionID: report.executionID,
                    attempt: 1,
                    offset: 0,
                    stream: .standardOutput,
                    bytes: Array("day \(number)".utf8)
                )
                try await self.world.append([chunk])
                ids.append(report.executionID)
            }
            return ids
        }

        func text(_ id: ExecutionID) async throws -> String {
            let log = try await self.store.log(id, attempt: nil, from: 0, limit: 100)
            return String(decoding: log.chunks.flatMap(\.bytes), as: UTF8.self)
        }

        /// - Returns: how many steps it took.
        func forget(_ growth: Growth, before day: Int64) async throws -> Int {
            let bound = OutputDayTests.morning.advanced(byMilliseconds: day * 86_400_000)
            var steps = 1
            while try await !self.store.forget(growth, before: bound, limit: 1000).isDone { steps += 1 }
            return steps
        }
    }

    private func with(_ body: (Installation) async throws -> Void) async throws {
        try await self.withDatabase { server, database in
            let store = try await PostgresStore.open(server.address(database))
            let installation = Installation(store: store, sql: { try server.sql($0, in: database) })
            do { try await body(installation) } catch {
                try? await store.close()
                throw error
            }
            try await store.close()
        }
    }

    private func withDatabase(_ body: (PostgresServer, String) async throws -> Void) async throws {
        let server = try PostgresServer.shared.get()
        try await StoreKind.turns.with {
            let database = try server.makeDatabase()
            defer { try? server.dropDatabase(database) }
            try await body(server, database)
        }
    }

    private static func name(_ number: Int64, _ count: Int64 = 1) -> String {
        "log_piece_\(Self.day + number)_\(Self.day + number + count)"
    }

    @Test("A day goes whole once its executions have; what is kept of a day keeps the day")
    func dropped() async throws {
        try await self.with { here in
            let agent = try await here.world.connectedAgent("one")
            let job = try await here.world.job()
            try await here.store.write("days") { try OutputDays($0).make(Self.day...Self.day + 2) }
            let ids = try await here.write(job, on: agent, days: 0..<4)
            let all = (Int64(0)..<3).map { "\(Self.name($0)) 1" } + ["log_piece_rest 1"]
            #expect(try here.parts == all)
            // Nothing of it may go while the records are there.
            _ = try await here.forget(.output, before: 2)
            #expect(try here.parts.count == 4)
            // A record that is still open stays, and with it its day.
            _ = try here.sql("UPDATE execution SET status = 2 WHERE nominal = \(Self.morning.milliseconds)")
            _ = try await here.forget(.executions, before: 3)
            _ = try await here.forget(.output, before: 3)
            #expect(try here.parts == ["\(Self.name(0)) 1", "log_piece_rest 1"])
            #expect(try here.sql("SELECT count(*) FROM pg_class WHERE relname = '\(Self.name(1))'") == "0")
            #expect(try await here.text(ids[0]) == "day 0")
            #expect(try await here.text(ids[3]) == "day 3")
            // What lies in the table for the rest goes piece by piece.
            _ = try here.sql("UPDATE execution SET status = 3")
            _ = try await here.forget(.executions, before: 5)
            _ = try await here.forget(.output, before: 5)
            #expect(try here.parts == [])
            #expect(try here.sql("SELECT count(*) FROM pg_class WHERE relname = 'log_piece_rest'") == "1")
        }
    }

    @Test("Nobody made days for a week: output is stored, and days begin again behind it")
    func neglected() async throws {
        try await self.with { here in
            let agent = try await here.world.connectedAgent("one")
            let job = try await here.world.job()
            let ids = try await here.write(job, on: agent, days: 0..<7)
            #expect(try here.parts == ["log_piece_rest 7"])
            try await here.store.write("days") { try OutputDays($0).make(Self.day + 6...Self.day + 8) }
            try await here.store.write("days") { try OutputDays($0).make(Self.day + 6...Self.day + 8) }
            let more = try await here.write(job, on: agent, days: 7..<10)
            #expect(try here.parts == ["\(Self.name(7)) 1", "\(Self.name(8)) 1", "log_piece_rest 8"])
            for (number, id) in (ids + more).enumerated() { #expect(try await here.text(id) == "day \(number)") }
            // The same piece once more is the same piece, wherever it lies.
            let again = LogChunk(executionID: more[0], attempt: 1, offset: 0, stream: .standardOutput, bytes: [1])
            _ = try await here.world.append([again])
            #expect(try here.sql("SELECT count(*) FROM log_piece") == "10")
        }
    }

    @Test("Today has a part from the beginning, the next days have theirs ahead, and long histories have larger ones")
    func ahead() async throws {
        try await self.with { here in
            let parts = try #require(try Int(here.sql("SELECT count(*) FROM output_parts()")))
            #expect(parts > OutputDays.ahead)
            // Should the day change meanwhile, the next one was made ahead.
            let today = "SELECT count(*) FROM output_parts() WHERE low <= output_day_now() AND high > output_day_now()"
            #expect(try here.sql(today) == "1")
            _ = try here.sql("SELECT drop_output_day(output_day(output_day_now() + 9))")
            #expect(try here.sql(today) == "1", "today is not dropped, whatever somebody takes for long ago")
            try await here.store.write("days") { try OutputDays($0).make(Self.day...Self.day + 299) }
            let old = "SELECT count(*) FROM output_parts() WHERE high <= \(Self.day + 300)"
            #expect(try here.sql(old) == "\(OutputDays.count)")
        }
    }

    @Test("What was stored before is one part of the new table, which is made while a server of before writes")
    func upgrade() async throws {
        try await self.withDatabase { server, database in
            let address = server.address(database)
            let old = try await PostgresStore.open(address, as: .server, migrations: Self.before, onCommit: nil)
            let sql: @Sendable (String) throws -> String = { try server.sql($0, in: database) }
            let there = Installation(store: old, sql: sql)
            let agent = try await there.world.connectedAgent("one")
            let job = try await there.world.job()
            let ids = try await there.write(job, on: agent, days: 0..<3)
            let new = try await PostgresStore.open(address)
            let here = Installation(store: new, sql: sql)
            let parts = try here.parts
            #expect(parts.count == 1 && parts.first?.hasPrefix("log_piece_0_") == true, "\(parts)")
            // The one of before goes on with the statements that it has prepared.
            let more = try await there.write(job, on: agent, days: 3..<5)
            for (number, id) in (ids + more).enumerated() { #expect(try await here.text(id) == "day \(number)") }
            try await old.close()
            #expect(try await here.forget(.executions, before: 9) > 0)
            // Not before all its days are over.
            _ = try await here.forget(.output, before: 3)
            #expect(try here.parts.count == 1)
            #expect(try here.sql("SELECT count(*) FROM log_piece") == "2")
            _ = try here.sql("SELECT drop_output_day(output_day(output_day_now() + 9))")
            #expect(try here.sql("SELECT count(*) FROM output_parts() WHERE low = 0") == "1", "it has today")
            try await new.close()
        }
    }
}
