// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import FlowTesting
import Foundation
import Testing

@Suite("Output")
struct LogTests {
    private static func chunk(_ id: ExecutionID, _ offset: Int64, _ text: String, attempt: Int = 1) -> LogChunk {
        LogChunk(executionID: id, attempt: attempt, offset: offset, stream: .standardOutput, bytes: Array(text.utf8))
    }

    @Test("A chunk that is there already is left as it is", arguments: StoreKind.allCases)
    func dedupes(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            let id = try await world.fired(job, on: agent).id
            let first = Self.chunk(id, 0, "hello ")
            try await world.append([first])
            try await world.append([Self.chunk(id, 0, "HELLO "), Self.chunk(id, 6, "world")])
            let slice = try await world.store.log(id, from: 0, limit: 100)
            #expect(slice.chunks == [first, Self.chunk(id, 6, "world")])
            #expect(slice.totalBytes == 11 && !slice.isComplete, "it has not ended")
        }
    }

    @Test("Reading goes on from any offset, at most limit bytes but at least one chunk", arguments: StoreKind.allCases)
    func slices(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            let id = try await world.fired(job, on: agent).id
            // Bytes 8 to 99 were cut by the cap.
            try await world.append([
                Self.chunk(id, 0, "abcd"), Self.chunk(id, 4, "efgh"), Self.chunk(id, 100, "xy"),
            ])
            let cases: [(Int64, Int, [LogChunk])] = [
                (0, 1, [Self.chunk(id, 0, "abcd")]), (0, 8, [Self.chunk(id, 0, "abcd"), Self.chunk(id, 4, "efgh")]),
                (2, 100, [Self.chunk(id, 2, "cd"), Self.chunk(id, 4, "efgh"), Self.chunk(id, 100, "xy")]),
                (8, 100, [Self.chunk(id, 100, "xy")]), (50, 1, [Self.chunk(id, 100, "xy")]), (102, 9, []),
            ]
            for (offset, limit, chunks) in cases {
                let slice = try await world.store.log(id, from: offset, limit: limit)
                #expect(slice.chunks == chunks, "from \(offset)")
                #expect(slice.totalBytes == 102)
            }
        }
    }

    @Test("Every attempt keeps its end and its output (S1-FR-4.2)", arguments: StoreKind.allCases)
    func attemptRecords(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            let execution = try await world.fired(job, on: agent)
            func report(_ sequence: Int64, _ status: ExecutionStatus, attempt: Int, end: AttemptRecord?) -> Report {
                Report(
                    sequence: sequence,
                    executionID: execution.id,
                    runID: execution.runID,
                    jobUID: execution.jobUID,
                    jobID: execution.jobID,
                    jobName: execution.jobName,
                    jobVersion: execution.jobVersion,
                    kind: execution.kind,
                    nominal: execution.nominal,
                    status: status,
                    reason: status == .pending ? .awaitingRetry : nil,
                    attempt: attempt,
                    attempts: end.map { [$0] } ?? []
                )
            }
            let failed = AttemptRecord(
                number: 1,
                status: .failure,
                reason: .exitCode,
                detail: "exit status 7",
                startedAt: execution.nominal,
                finishedAt: execution.nominal,
                exitCode: 7,
                outputBytes: 5
            )
            let reports = [
                report(1, .running, attempt: 1, end: nil), report(2, .pending, attempt: 1, end: failed),
                report(3, .running, attempt: 2, end: nil),
            ]
            try await world.apply(reports, of: agent)
            try await world.append([
                Self.chunk(execution.id, 0, "cause"), Self.chunk(execution.id, 0, "ok", attempt: 2),
            ])
            // The run began with its first attempt.
            #expect(try await world.store.run(execution.runID)?.startedAt == execution.nominal)
            let attempts = try await world.store.attempts(of: execution.id)
            #expect(attempts.map(\.number) == [1, 2])
            #expect(attempts.first == failed)
            #expect(attempts.last?.status == .running)
            let first = try await world.store.log(execution.id, attempt: 1, from: 0, limit: 100)
            #expect(first.chunks == [Self.chunk(execution.id, 0, "cause")])
            #expect(first.isComplete && first.lastAttempt == 2)
            let second = try await world.store.log(execution.id, attempt: 2, from: 0, limit: 100)
            #expect(second.chunks.map(\.attempt) == [2] && !second.isComplete)
        }
    }

    @Test(
        "The newest attempt's output is shown, and is complete when the agent says it ended",
        arguments: StoreKind.allCases
    )
    func attempts(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            let id = try await world.fired(job, on: agent).id
            try await world.append([Self.chunk(id, 0, "first"), Self.chunk(id, 0, "second", attempt: 2)])
            _ = try await world.store.infer(
                Inference(.failure, .lost, ""),
                for: [id],
                in: .pending,
                at: World.start
            )
            let provisional = try await world.store.log(id, from: 0, limit: 100)
            #expect(provisional.chunks == [Self.chunk(id, 0, "second", attempt: 2)] && !provisional.isComplete)
            var report = World.report(1, job, on: agent, .failure, attempt: 2)
            report.outputBytes = 5000
            report.isOutputTruncated = true
            try await world.apply([report], of: agent)
            let final = try await world.store.log(id, from: 0, limit: 100)
            #expect(final.isComplete && final.totalBytes == 5000 && final.isTruncated)
            let last = try await world.store.attempts(of: id).last
            #expect(last?.number == 2 && last?.outputBytes == 5000 && last?.isOutputTruncated == true)
        }
    }

    @Test("Output of an execution that is not known, or is another's, is not stored", arguments: StoreKind.allCases)
    func strangers(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let other = try await world.connectedAgent("b")
            let job = try await world.job()
            let report = World.report(1, job, on: agent, .running)
            let id = report.executionID
            func append(_ offset: Int64, _ text: String, by agent: AgentID) async throws -> LogPieceOutcome? {
                let attempt = LogAttempt(execution: id, attempt: 1)
                let piece = LogPiece(agent: agent, attempt: attempt, chunks: [Self.chunk(id, offset, text)])
                return try await world.store.appendLog([piece]).first
            }
            let attempt = LogAttempt(execution: id, attempt: 1)
            #expect(try await append(0, "early", by: agent) == .unknownExecution)
            #expect(try await world.store.logHeads([attempt]) == [nil])
            try await world.apply([report], of: agent)
            #expect(try await append(0, "forged", by: other) == .notOwner)
            #expect(try await append(0, "own", by: agent) == .stored(added: [Self.chunk(id, 0, "own")], end: nil))
            #expect(try await append(3, "forged", by: other) == .notOwner)
            #expect(try await append(0, "own", by: agent) == .stored(added: [], end: nil), "it was there")
            #expect(
                try await world.store.logHeads([attempt]) == [LogHead(owner: agent, end: 3, storedBytes: 3)],
                "a stream goes on from there"
            )
            #expect(try await world.store.log(id, from: 0, limit: 9).chunks == [Self.chunk(id, 0, "own")])
        }
    }

    @Test("The piece that completes the output says so", arguments: StoreKind.allCases)
    func completes(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            var report = World.report(1, job, on: agent, .success)
            report.outputBytes = 4
            try await world.apply([report], of: agent)
            let id = report.executionID
            let first = try await world.append([Self.chunk(id, 0, "ab")])
            #expect(first == [.stored(added: [Self.chunk(id, 0, "ab")], end: nil)])
            let last = try await world.append([Self.chunk(id, 2, "cd")])
            let end = LogEnd(totalBytes: 4, isTruncated: false)
            #expect(last == [.stored(added: [Self.chunk(id, 2, "cd")], end: end)])
        }
    }

    @Test("A page of long output asks PostgreSQL for no more of it than it shows (S1-FR-4.2)")
    func boundedReading() async throws {
        try await StoreKind.turns.with {
            let server = try PostgresServer.shared.get()
            let name = try server.makeDatabase()
            defer { try? server.dropDatabase(name) }
            let store = try await PostgresStore.open(server.address(name))
            do {
                let world = World(store: store)
                let agent = try await world.connectedAgent("a")
                let id = try await world.fired(try await world.job(), on: agent).id
                let text = String(repeating: "x", count: 100)
                // Bytes 300 to 399 were cut.
                let offsets = [0, 100, 200] + stride(from: Int64(400), to: 4000, by: 100)
                try await world.append(offsets.map { Self.chunk(id, $0, text) })
                try server.sql(
                    """
                    CREATE FUNCTION near(place bigint, body bytea) RETURNS bytea LANGUAGE plpgsql STABLE AS $$
                        BEGIN IF place >= 1000 THEN RAISE EXCEPTION 'read too far'; END IF; RETURN body; END $$;
                    ALTER TABLE log_piece RENAME TO kept_piece;
                    CREATE VIEW log_piece AS SELECT execution_id, attempt, byte_offset, byte_end, breaks_before, breaks,
                        stream, encoding, near(byte_offset, body) AS body FROM kept_piece
                    """,
                    in: name
                )
                let page = try await store.log(id, from: 0, limit: 500)
                #expect(page.chunks.map(\.offset) == [0, 100, 200, 400, 500])
                let middle = try await store.log(id, from: 250, limit: 300)
                #expect(middle.chunks.map(\.offset) == [250, 400, 500])
            } catch {
                try? await store.close()
                throw error
            }
            try await store.close()
        }
    }
}
