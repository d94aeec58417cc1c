// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@Suite("What is archived")
struct ArchiveStoreTests {
    private static func chunk(_ id: ExecutionID, _ offset: Int64, _ text: String, attempt: Int = 1) -> LogChunk {
        LogChunk(executionID: id, attempt: attempt, offset: offset, stream: .standardOutput, bytes: Array(text.utf8))
    }

    /// Two ended executions with output, and an open one.
    private static func furnish(_ world: World) async throws -> [ExecutionID] {
        let agent = try await world.connectedAgent("a")
        let job = try await world.job()
        var ids: [ExecutionID] = []
        for second: Int64 in 0..<3 {
            let nominal = World.start + second
            let id = try await world.fired(job, at: nominal, on: agent).id
            ids.append(id)
            try await world.append([Self.chunk(id, 0, "one\ntwo\n"), Self.chunk(id, 8, "three\n")])
            guard second < 2 else { continue }
            var report = World.report(second + 1, job, on: agent, at: nominal, .success)
            report.outputBytes = 14
            try await world.apply([report], of: agent)
        }
        return ids
    }

    @Test(
        "Parts take the place of pieces in one transaction, and are read where the pieces were",
        arguments: StoreKind.allCases
    )
    func moves(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let store = try #require(world.store as? any ArchiveStore)
            let ids = try await Self.furnish(world)
            let later = World.start + 60
            let batch = try #require(try await store.archiveBatch(before: later, after: nil, limit: 1 << 20))
            #expect(batch.parts.map(\.execution) == Array(ids[0..<2]), "the third still runs")
            #expect(batch.next == ids[2])
            try await store.beginArchiveObject(batch.object, bytes: batch.bytes.count, at: later)
            #expect(try await store.unusedArchiveObjects(begunBefore: later, limit: 9) == [])
            #expect(try await store.unusedArchiveObjects(begunBefore: later + 1, limit: 9) == [batch.object])
            try await store.finishArchiveObject(batch.object, parts: batch.parts)
            #expect(try await store.unusedArchiveObjects(begunBefore: later + 1, limit: 9) == [])
            #expect(try await store.archiveFigures() == ArchiveFigures(objects: 1, bytes: Int64(batch.bytes.count)))
            for id in ids.prefix(2) {
                let slice = try await world.store.log(id, from: 3, limit: 100)
                let part = try #require(slice.archived)
                #expect(slice.chunks.isEmpty && slice.storedEnd == 14 && slice.isOver && slice.attempt == 1)
                let bytes = Array(batch.bytes[part.position..<part.position + part.length])
                let chunks = try world.store.chunks(of: part, in: bytes)
                #expect(chunks == [Self.chunk(id, 0, "one\ntwo\n"), Self.chunk(id, 8, "three\n")])
                #expect(throws: (any Error).self) { try world.store.chunks(of: part, in: Array(bytes.dropLast())) }
                #expect(try await world.store.logPreview(id).chunks == chunks)
                let head = try await world.store.logHeads([LogAttempt(execution: id, attempt: 1)])
                #expect(head.first??.end == 14)
            }
            #expect(try await store.archiveBatch(before: later, after: nil, limit: 1 << 20)?.parts.isEmpty == true)
            #expect(try await store.archiveBatch(before: later, after: batch.next, limit: 1 << 20) == nil)
        }
    }

    @Test("Output goes before its record, or with it; then its object is unused", arguments: StoreKind.allCases)
    func forgets(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let store = try #require(world.store as? any ArchiveStore)
            let ids = try await Self.furnish(world)
            let later = World.start + 60
            let batch = try #require(try await store.archiveBatch(before: later, after: nil, limit: 1 << 20))
            try await store.beginArchiveObject(batch.object, bytes: batch.bytes.count, at: later)
            try await store.finishArchiveObject(batch.object, parts: batch.parts)
            #expect(try await !store.forgetOutput(before: World.start + 1, records: World.start, limit: 100))
            let cut = try await world.store.log(ids[0], from: 0, limit: 100)
            #expect(cut.archived == nil && cut.chunks.isEmpty && cut.isTruncated && cut.isOver && cut.totalBytes == 14)
            #expect(try await world.store.log(ids[1], from: 0, limit: 100).archived != nil)
            _ = try await world.store.forget(.executions, before: later, limit: 100)
            #expect(try await !store.forgetOutput(before: nil, records: later, limit: 100))
            #expect(try await store.unusedArchiveObjects(begunBefore: World.start, limit: 9) == [batch.object])
            try await store.removeArchiveObject(batch.object)
            #expect(try await store.archiveFigures() == ArchiveFigures())
            #expect(try await world.store.log(ids[2], from: 0, limit: 100).chunks.count == 2)
        }
    }

    @Test("Of one execution's many pieces a step deletes so many, and the next one more", arguments: StoreKind.allCases)
    func forgetsInSteps(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let store = try #require(world.store as? any ArchiveStore)
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            let id = try await world.fired(job, on: agent).id
            try await world.append((0..<25).map { Self.chunk(id, $0 * 2, "x\n") })
            try await world.apply([World.report(1, job, on: agent, .success)], of: agent)
            func step() async throws -> Bool {
                try await store.forgetOutput(before: World.start + 1, records: World.start, limit: 10)
            }
            #expect(try await step())
            let rest = try await world.store.log(id, from: 0, limit: 100)
            #expect(rest.chunks.count == 15 && rest.chunks.first?.offset == 20 && rest.isTruncated)
            #expect(try await step())
            #expect(try await !step())
            #expect(try await world.store.log(id, from: 0, limit: 100).chunks.isEmpty)
        }
    }

    @Test(
        "What only the server took for lost is not archived: its host may yet say more",
        arguments: StoreKind.allCases
    )
    func provisional(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let store = try #require(world.store as? any ArchiveStore)
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            let id = try await world.fired(job, on: agent).id
            try await world.append([Self.chunk(id, 0, "one\n")])
            try await world.apply([World.report(1, job, on: agent, .running)], of: agent)
            let lost = Inference(.failure, .lost, "gone")
            _ = try await world.store.infer(lost, for: [id], in: .running, at: World.start + 1)
            let later = World.start + 60
            let none = try #require(try await store.archiveBatch(before: later, after: nil, limit: 1 << 20))
            #expect(none.parts.isEmpty && none.next == id)
            try await world.apply([World.report(2, job, on: agent, .success)], of: agent)
            let batch = try await store.archiveBatch(before: later, after: nil, limit: 1 << 20)
            #expect(batch?.parts.map(\.execution) == [id])
        }
    }
}
