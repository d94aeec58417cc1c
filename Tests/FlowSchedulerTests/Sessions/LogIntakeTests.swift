// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import Logging
import Synchronization
import Testing

@Suite("Intake of output", .timeLimit(.minutes(10)))
struct LogIntakeTests {
    private static let agent = AgentID("a")!

    private static func attempt(_ number: UInt8) -> LogAttempt {
        LogAttempt(execution: ExecutionID(bytes: [UInt8](repeating: number, count: 16))!, attempt: 1)
    }

    private static func chunk(_ attempt: LogAttempt, _ offset: Int64, _ text: String) -> LogChunk {
        LogChunk(
            executionID: attempt.execution,
            attempt: attempt.attempt,
            offset: offset,
            stream: .standardOutput,
            bytes: Array(text.utf8)
        )
    }

    private func withIntake(
        _ limits: LogIntake.Limits = LogIntake.Limits(),
        _ body: (LogIntake, MemoryLogStore) async throws -> Void
    ) async throws {
        let store = MemoryLogStore()
        var limits = limits
        limits.pause = .milliseconds(5)
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let intake = LogIntake(store: store, bus: EventBus(), limits: limits, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await intake.run() }
            try await body(intake, store)
            group.cancelAll()
        }
    }

    @Test("A stream goes on where the stored output ends")
    func resumes() async throws {
        try await self.withIntake { intake, store in
            let attempt = Self.attempt(1)
            store.makeKnown(attempt, owner: Self.agent)
            #expect(try await intake.open(attempt, by: Self.agent) == 0)
            try await intake.append([Self.chunk(attempt, 0, "abc")], to: attempt, by: Self.agent)
            intake.close(attempt)
            #expect(try await intake.open(attempt, by: Self.agent) == 3)
        }
    }

    @Test("A stream of an execution that is not known yet is held back until it is")
    func heldBack() async throws {
        try await self.withIntake { intake, store in
            let attempt = Self.attempt(1)
            async let offset = intake.open(attempt, by: Self.agent)
            try await eventually("it was looked for") { store.lookUps > 2 }
            #expect(intake.depth == 1)
            store.makeKnown(attempt, owner: Self.agent)
            #expect(try await offset == 0)
        }
    }

    @Test("An execution that never becomes known is refused in the end")
    func unknown() async throws {
        var limits = LogIntake.Limits()
        limits.patience = .zero
        try await self.withIntake(limits) { intake, _ in
            await #expect(throws: LogRefusal.unknownExecution) {
                try await intake.open(Self.attempt(1), by: Self.agent)
            }
        }
    }

    @Test("Another host's execution is refused at the opening and at each piece")
    func foreign() async throws {
        try await self.withIntake { intake, store in
            let attempt = Self.attempt(1)
            store.makeKnown(attempt, owner: AgentID("other")!)
            await #expect(throws: LogRefusal.notOwner) { try await intake.open(attempt, by: Self.agent) }
            await #expect(throws: LogRefusal.notOwner) {
                try await intake.append([Self.chunk(attempt, 0, "forged")], to: attempt, by: Self.agent)
            }
            #expect(store.chunks.isEmpty)
        }
    }

    @Test("More than the bound of an attempt is not kept, and not asked for again")
    func bounded() async throws {
        var limits = LogIntake.Limits()
        limits.attemptBytes = 5
        try await self.withIntake(limits) { intake, store in
            let attempt = Self.attempt(1)
            store.makeKnown(attempt, owner: Self.agent)
            _ = try await intake.open(attempt, by: Self.agent)
            try await intake.append([Self.chunk(attempt, 0, "abc")], to: attempt, by: Self.agent)
            // Also two streams of one attempt have one bound.
            _ = try await intake.open(attempt, by: Self.agent)
            try await intake.append([Self.chunk(attempt, 3, "def")], to: attempt, by: Self.agent)
            try await intake.append([Self.chunk(attempt, 6, "gh")], to: attempt, by: Self.agent)
            #expect(store.chunks == [Self.chunk(attempt, 0, "abc"), Self.chunk(attempt, 6, "gh")])
        }
    }

    @Test("Streams that come while a transaction is written share the next")
    func grouped() async throws {
        try await self.withIntake { intake, store in
            let attempts = (1...50).map { Self.attempt(UInt8($0)) }
            for attempt in attempts {
                store.makeKnown(attempt, owner: Self.agent)
                _ = try await intake.open(attempt, by: Self.agent)
            }
            store.setDown(true)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for attempt in attempts {
                    group.addTask {
                        try await intake.append([Self.chunk(attempt, 0, "x")], to: attempt, by: Self.agent)
                    }
                }
                try await eventually("all wait") { intake.depth == attempts.count }
                store.setDown(false)
                try await group.waitForAll()
            }
            #expect(store.commits == 1)
            #expect(store.chunks.count == attempts.count)
        }
    }

    @Test("A store that fails is asked again; nobody is refused for it")
    func storeDown() async throws {
        try await self.withIntake { intake, store in
            let attempt = Self.attempt(1)
            store.makeKnown(attempt, owner: Self.agent)
            store.setDown(true)
            async let offset = intake.open(attempt, by: Self.agent)
            try await eventually("it was tried") { store.failures > 2 }
            store.setDown(false)
            #expect(try await offset == 0)
        }
    }

    @Test("A stream whose connection is gone does not wait any more, and a stopping server tells the others")
    func ends() async throws {
        try await self.withIntake { intake, store in
            let waiting = Task { try await intake.open(Self.attempt(1), by: Self.agent) }
            try await eventually("it waits") { intake.depth == 1 }
            waiting.cancel()
            await #expect(throws: CancellationError.self) { try await waiting.value }
            #expect(intake.depth == 0)
        }
    }
}

/// Output in memory, with a switch for trouble.
private final class MemoryLogStore: LogStore {
    private struct State {
        var owners: [ExecutionID: AgentID] = [:]
        var chunks: [LogChunk] = []
        var isDown = false
        var commits = 0
        var failures = 0
        var lookUps = 0
    }

    private let state = Mutex(State())

    var chunks: [LogChunk] { self.state.withLock { $0.chunks } }
    var commits: Int { self.state.withLock { $0.commits } }
    var failures: Int { self.state.withLock { $0.failures } }
    var lookUps: Int { self.state.withLock { $0.lookUps } }

    func makeKnown(_ attempt: LogAttempt, owner: AgentID) {
        self.state.withLock { $0.owners[attempt.execution] = owner }
    }

    func setDown(_ isDown: Bool) { self.state.withLock { $0.isDown = isDown } }

    private func check(_ state: inout State) throws {
        guard state.isDown else { return }
        state.failures += 1
        throw StoreDown()
    }

    func appendLog(_ pieces: [LogPiece]) async throws -> [LogPieceOutcome] {
        try self.state.withLock { state in
            try self.check(&state)
            state.commits += 1
            return pieces.map { piece in
                guard let owner = state.owners[piece.attempt.execution] else { return .unknownExecution }
                guard owner == piece.agent else { return .notOwner }
                state.chunks += piece.chunks
                return .stored(added: piece.chunks, end: nil)
            }
        }
    }

    func logHeads(_ attempts: [LogAttempt]) async throws -> [LogHead?] {
        try self.state.withLock { state in
            try self.check(&state)
            state.lookUps += 1
            return attempts.map { attempt in
                state.owners[attempt.execution].map { owner in
                    let chunks = state.chunks.filter { $0.executionID == attempt.execution }
                    return LogHead(
                        owner: owner,
                        end: chunks.last.map { $0.offset + Int64($0.bytes.count) } ?? 0,
                        storedBytes: chunks.reduce(0) { $0 + Int64($1.bytes.count) }
                    )
                }
            }
        }
    }

    func log(_ id: ExecutionID, attempt: Int?, from offset: Int64, limit: Int) async throws -> LogSlice {
        LogSlice(chunks: [], totalBytes: 0, isTruncated: false, isComplete: false, isOver: false)
    }

    func logMark(_ id: ExecutionID, attempt: Int?, before place: LogPlace) async throws -> LogMark {
        LogMark(attempt: attempt ?? 1, offset: 0, breaks: 0)
    }

    func logPreview(_ id: ExecutionID) async throws -> LogSlice { .hidden }

    func chunks(of part: ArchivedPart, in bytes: [UInt8]) throws -> [LogChunk] { [] }

    func attempts(of id: ExecutionID) async throws -> [AttemptRecord] { [] }
}
