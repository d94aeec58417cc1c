// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import Synchronization
import Testing

@Suite("Places in output", .timeLimit(.minutes(1)))
struct LogReaderTests {
    private static let id = ExecutionID(bytes: [UInt8](repeating: 1, count: 16))!

    @Test("Of output that grows faster than it is read, a place that is not there yet is the end of what was there")
    func growing() async throws {
        let reader = LogReader(store: GrowingLogStore(), archive: nil)
        let line = try await reader.mark(Self.id, attempt: 1, .line(1_000_000))
        #expect(line == LogMark(attempt: 1, offset: 100, breaks: 10))
        let byte = try await reader.mark(Self.id, attempt: 1, .offset(1_000_000))
        #expect(byte.offset < 1_000_000)
    }

    @Test("A place that is there is found exactly")
    func exact() async throws {
        let reader = LogReader(store: GrowingLogStore(), archive: nil)
        let line = try await reader.mark(Self.id, attempt: 1, .line(4))
        #expect(line == LogMark(attempt: 1, offset: 30, breaks: 3))
        let byte = try await reader.mark(Self.id, attempt: 1, .offset(35))
        #expect(byte == LogMark(attempt: 1, offset: 35, breaks: 3))
    }
}

/// Lines of ten bytes; each look finds a hundred bytes more than the one before, and gets one line.
private final class GrowingLogStore: LogStore {
    private let stored = Mutex<Int64>(0)

    func log(_ id: ExecutionID, attempt: Int?, from offset: Int64, limit: Int) async throws -> LogSlice {
        let end = self.stored.withLock { stored in
            stored += 100
            return stored
        }
        let chunk = LogChunk(
            executionID: id,
            attempt: 1,
            offset: offset,
            stream: .standardOutput,
            bytes: Array("123456789\n".utf8)
        )
        return LogSlice(
            chunks: [chunk],
            totalBytes: end,
            isTruncated: false,
            storedEnd: end,
            isComplete: false,
            isOver: false
        )
    }

    func logMark(_ id: ExecutionID, attempt: Int?, before place: LogPlace) async throws -> LogMark {
        LogMark(attempt: 1, offset: 0, breaks: 0)
    }

    func appendLog(_ pieces: [LogPiece]) async throws -> [LogPieceOutcome] { [] }
    func logHeads(_ attempts: [LogAttempt]) async throws -> [LogHead?] { [] }
    func logPreview(_ id: ExecutionID) async throws -> LogSlice { .hidden }
    func chunks(of part: ArchivedPart, in bytes: [UInt8]) throws -> [LogChunk] { [] }
    func attempts(of id: ExecutionID) async throws -> [AttemptRecord] { [] }
}
