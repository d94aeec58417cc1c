// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowStore
import Foundation
import Logging
import Synchronization
import Testing

@testable import FlowServer

/// An archive in memory that fails when it is told to.
private final class MemoryArchive: OutputArchive {
    let objects = Mutex<[String: [UInt8]]>([:])
    let isDown = Mutex(false)
    var place: String { "memory" }

    func put(_ name: String, _ bytes: [UInt8]) async throws {
        try self.check()
        self.objects.withLock { $0[name] = bytes }
    }

    func get(_ name: String, from position: Int, count: Int) async throws -> [UInt8] {
        try self.check()
        return Array((self.objects.withLock { $0[name] } ?? []).dropFirst(position).prefix(count))
    }

    func delete(_ name: String) async throws {
        try self.check()
        self.objects.withLock { $0[name] = nil }
    }

    private func check() throws {
        if self.isDown.withLock({ $0 }) { throw CoreError(.unavailable, "it is down") }
    }
}

@Suite("The archive of output (S1-FR-4.2)", .timeLimit(.minutes(10)))
struct ArchiveTests {
    private static let day: Int64 = 86_400_000
    private static let start = Timestamp(milliseconds: 1_795_255_200_000)

    private final class Clock: WallClock {
        let time = Mutex(ArchiveTests.start)
        var now: Timestamp { self.time.withLock { $0 } }
        var microseconds: Int64 { self.now.milliseconds * 1000 }
        func advance(hours: Int64) {
            self.time.withLock { $0 = $0.advanced(byMilliseconds: hours * ArchiveTests.day / 24) }
        }
        func advance(days: Int64) { self.time.withLock { $0 = $0.advanced(byMilliseconds: days * ArchiveTests.day) } }
    }

    private struct World {
        let store: DatabaseStore
        let archive: MemoryArchive
        let clock: Clock
        let archiver: OutputArchiver
        let reader: LogReader
        let agent: AgentID
        let job: Job

        /// An execution that ended and wrote so many lines.
        func execution(
            _ sequence: Int64 = 1,
            at nominal: Timestamp,
            lines: Int
        ) async throws -> (id: ExecutionID, text: String) {
            let id = DeterministicID.execution(kind: .cron, job: self.job.uid, nominal: nominal, agent: self.agent)
            let text = (1...lines).map { "line \($0)\n" }.joined()
            let bytes = Array(text.utf8)
            var report = Report(
                sequence: sequence,
                executionID: id,
                runID: DeterministicID.run(kind: .cron, job: self.job.uid, nominal: nominal),
                jobUID: self.job.uid,
                jobID: self.job.id,
                jobName: self.job.definition.name,
                jobVersion: self.job.version,
                kind: .cron,
                nominal: nominal,
                status: .success,
                attempt: 1,
                startedAt: nominal,
                finishedAt: nominal,
                exitCode: 0
            )
            report.outputBytes = Int64(bytes.count)
            let batch = ReportBatch(agent: self.agent, incarnation: "one", reports: [report])
            _ = try await self.store.apply([batch], at: nominal)
            let attempt = LogAttempt(execution: id, attempt: 1)
            for start in stride(from: 0, to: bytes.count, by: 65_536) {
                let chunk = LogChunk(
                    executionID: id,
                    attempt: 1,
                    offset: Int64(start),
                    stream: .standardOutput,
                    bytes: Array(bytes[start..<min(start + 65_536, bytes.count)])
                )
                _ = try await self.store.appendLog([LogPiece(agent: self.agent, attempt: attempt, chunks: [chunk])])
            }
            return (id, text)
        }

        func text(_ id: ExecutionID) async throws -> String {
            var bytes: [UInt8] = []
            while true {
                let slice = try await self.reader.log(id, attempt: nil, from: Int64(bytes.count), limit: 100_000)
                guard !slice.chunks.isEmpty else { return String(decoding: bytes, as: UTF8.self) }
                bytes += slice.chunks.flatMap(\.bytes)
            }
        }
    }

    private func withWorld(_ settings: Settings = Settings(), _ body: (World) async throws -> Void) async throws {
        let directory = NSTemporaryDirectory() + "flow-archive-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let store = try DatabaseStore.open(path: directory + "/flow.db")
        let agent = AgentID("a")!
        let token = JoinToken(
            id: "t",
            secretHash: [1],
            groups: [],
            expiresAt: Self.start.advanced(byMilliseconds: 60_000),
            createdAt: Self.start
        )
        try await store.createJoinToken(token)
        try await store.enrol(token: "t", agent: Agent(id: agent, name: "a", createdAt: Self.start), at: Self.start)
        let hello = Hello(
            agent: agent,
            incarnation: "one",
            bootID: "boot",
            lastSequence: 0,
            configVersion: 1,
            configDigest: "",
            floor: .distantPast,
            version: "1.0",
            hostname: "a.example",
            operatingSystem: "Linux",
            sentAt: 0,
            acknowledgedSequence: nil,
            outboxBase: nil
        )
        _ = try await store.openSession(hello, address: "192.0.2.1", at: Self.start)
        let job = try await store.createJob(
            uid: JobUID(uuid: UUID()),
            definition: JobDefinition(
                name: "job",
                description: "",
                payload: .shell(ShellPayload(command: "true")),
                schedule: .manual,
                groups: [Group.everyone]
            ),
            isEnabled: true,
            nextFire: nil,
            by: "ada",
            at: Self.start
        )
        let archive = MemoryArchive()
        let clock = Clock()
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let world = World(
            store: store,
            archive: archive,
            clock: clock,
            archiver: OutputArchiver(
                store: store,
                archive: archive,
                settings: LiveSettings(settings),
                clock: clock,
                logger: logger,
                pause: { _ in }
            ),
            reader: LogReader(store: store, archive: archive),
            agent: agent,
            job: job
        )
        do { try await body(world) } catch {
            try? await store.close()
            throw error
        }
        try await store.close()
    }

    @Test("After a week output is in the archive, and is read through the same door, byte for byte")
    func archives() async throws {
        try await self.withWorld { world in
            let long = try await world.execution(at: Self.start, lines: 300_000)
            let short = try await world.execution(2, at: Self.start.advanced(byMilliseconds: 1000), lines: 3)
            let preview = try await world.store.logPreview(long.id)
            await world.archiver.work()
            // A day goes as a whole, when its last output is seven days old.
            world.clock.advance(hours: 7 * 24 - 1)
            await world.archiver.work()
            #expect(world.archive.objects.withLock { $0.isEmpty }, "it is not old yet")
            world.clock.advance(hours: 25)
            let young = try await world.execution(3, at: Self.start.advanced(byMilliseconds: 5 * Self.day), lines: 5)
            await world.archiver.work()
            #expect(world.archive.objects.withLock { $0.count } == 1)
            #expect(try await world.store.archiveFigures().objects == 1)
            #expect(try await world.store.log(young.id, from: 0, limit: 100).archived == nil)
            for (id, text) in [long, short, young] { #expect(try await world.text(id) == text) }
            let slice = try await world.reader.log(long.id, attempt: 1, from: 2_000_003, limit: 10)
            #expect(
                String(decoding: slice.chunks[0].bytes.prefix(10), as: UTF8.self)
                    == long.text.dropFirst(2_000_003).prefix(10)
            )
            #expect(slice.storedEnd == Int64(long.text.utf8.count) && slice.isComplete && slice.isOver)
            let mark = try await world.store.logMark(long.id, attempt: 1, before: .line(200_000))
            #expect(mark.offset > 0 && mark.breaks < 200_000)
            // The same when its task and its host are gone.
            let change = Change(by: .user(1, "ada"), at: world.clock.now)
            _ = try await world.store.deleteJob(world.job.id, by: change)
            _ = try await world.store.deleteAgent(world.agent, by: change)
            for (id, text) in [long, short, young] { #expect(try await world.text(id) == text) }
            // Records show what they showed, without the archive.
            world.archive.isDown.withLock { $0 = true }
            #expect(try await world.store.logPreview(long.id) == preview)
            #expect(try await world.store.logPreview(short.id).chunks.first?.bytes == Array(short.text.utf8))
            await #expect(throws: CoreError.self) { try await world.text(long.id) }
        }
    }

    @Test("What is damaged in the archive is refused, never shown")
    func damaged() async throws {
        try await self.withWorld { world in
            let (id, _) = try await world.execution(at: Self.start, lines: 1000)
            world.clock.advance(days: 8)
            await world.archiver.work()
            world.archive.objects.withLock { objects in
                for name in objects.keys { objects[name]?[20] ^= 1 }
            }
            let error = await #expect(throws: CoreError.self) { try await world.text(id) }
            #expect(error?.message.contains("damaged") == true)
        }
    }

    @Test("While the archive is away output stays where it is, and what was begun in vain is cleaned up")
    func outage() async throws {
        try await self.withWorld { world in
            let (id, text) = try await world.execution(at: Self.start, lines: 1000)
            world.clock.advance(days: 8)
            world.archive.isDown.withLock { $0 = true }
            await world.archiver.work()
            #expect(world.archiver.figures.failures == 1)
            #expect(try await world.text(id) == text, "it is in the database")
            world.archive.isDown.withLock { $0 = false }
            await world.archiver.work()
            #expect(world.archiver.figures.objects == 1)
            #expect(try await world.text(id) == text)
            world.clock.advance(days: 1)
            await world.archiver.work()
            #expect(try await world.store.unusedArchiveObjects(begunBefore: world.clock.now, limit: 10).isEmpty)
            #expect(world.archive.objects.withLock { $0.count } == 1)
        }
    }

    @Test("Output goes by a retention of its own; its record stays and says that it was cut")
    func retention() async throws {
        let settings = Settings(fixed: [.outputDays: Settings.Fixed(.integer(30), from: .file)])
        try await self.withWorld(settings) { world in
            let (id, text) = try await world.execution(at: Self.start, lines: 5000)
            world.clock.advance(days: 8)
            await world.archiver.work()
            #expect(try await world.text(id) == text)
            world.clock.advance(days: 23)
            await world.archiver.work()
            #expect(world.archive.objects.withLock { $0.isEmpty })
            let slice = try await world.reader.log(id, attempt: 1, from: 0, limit: 100)
            #expect(slice.chunks.isEmpty && slice.isTruncated && slice.isOver)
            #expect(slice.totalBytes == Int64(text.utf8.count))
            #expect(try await world.store.execution(id) != nil)
        }
    }

    @Test("Archived output goes with its record")
    func goesWithRecord() async throws {
        try await self.withWorld { world in
            _ = try await world.execution(at: Self.start, lines: 5000)
            world.clock.advance(days: 8)
            await world.archiver.work()
            #expect(world.archive.objects.withLock { $0.count } == 1)
            world.clock.advance(days: 100)
            _ = try await world.store.forget(.executions, before: world.clock.now, limit: 100)
            await world.archiver.work()
            #expect(world.archive.objects.withLock { $0.isEmpty })
            #expect(try await world.store.archiveFigures() == ArchiveFigures())
        }
    }

    @Test("A directory keeps objects whole, gives parts of them, and forgets them")
    func directory() async throws {
        let path = NSTemporaryDirectory() + "flow-archive-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        let archive = try DirectoryArchive(path + "/deep")
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
        try await archive.put("abc-1", bytes)
        try await archive.put("abc-1", bytes)
        #expect(try await archive.get("abc-1", from: 70_000, count: 1000) == Array(bytes[70_000..<71_000]))
        #expect(try FileManager.default.contentsOfDirectory(atPath: path + "/deep/ab") == ["abc-1"])
        try await archive.delete("abc-1")
        try await archive.delete("abc-1")
        // What is left of a server that ended in the middle of writing goes when the object is given up.
        _ = FileManager.default.createFile(atPath: path + "/deep/ab/abc-2.new", contents: Data("half".utf8))
        try await archive.delete("abc-2")
        #expect(try FileManager.default.contentsOfDirectory(atPath: path + "/deep/ab") == [])
        await #expect(throws: CoreError.self) { try await archive.get("abc-1", from: 0, count: 1) }
        _ = FileManager.default.createFile(atPath: path + "/file", contents: nil)
        #expect(throws: CoreError.self) { try DirectoryArchive(path + "/file") }
    }
}
