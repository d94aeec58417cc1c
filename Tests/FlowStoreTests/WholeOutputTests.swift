// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import GRDB
import Testing

@testable import FlowStore

@Suite("Whole output (S1-FR-4.2)")
struct WholeOutputTests {
    private static let chunkBytes = 64 << 10

    private static func chunk(_ id: ExecutionID, _ offset: Int64, _ bytes: [UInt8]) -> LogChunk {
        LogChunk(executionID: id, attempt: 1, offset: offset, stream: .standardOutput, bytes: bytes)
    }

    /// Lines `1`, `2`, … in chunks as an agent sends them.
    private static func chunks(_ id: ExecutionID, lines: Int) -> [LogChunk] {
        let text = Array((1...lines).map { "\($0)\n" }.joined().utf8)
        return stride(from: 0, to: text.count, by: Self.chunkBytes).map { start in
            Self.chunk(id, Int64(start), Array(text[start..<min(start + Self.chunkBytes, text.count)]))
        }
    }

    @Test(
        "Megabytes come back byte for byte from any place, and take a fraction of their size",
        arguments: StoreKind.allCases
    )
    func roundTrip(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            let id = try await world.fired(job, on: agent).id
            let before = try await world.store.size().bytes
            let chunks = Self.chunks(id, lines: 400_000)
            let text = chunks.flatMap(\.bytes)
            try await world.append(chunks)
            var read: [UInt8] = []
            while true {
                let slice = try await world.store.log(id, from: Int64(read.count), limit: 100_000)
                guard !slice.chunks.isEmpty else { break }
                #expect(slice.storedEnd == Int64(text.count))
                read += slice.chunks.flatMap(\.bytes)
            }
            #expect(read == text)
            let part = try await world.store.log(id, from: 1_000_001, limit: 10)
            #expect(part.chunks.first?.offset == 1_000_001)
            #expect(part.chunks.first?.bytes.prefix(10) == text[1_000_001..<1_000_011])
            if kind == .sqlite {
                let grown = try await world.store.size().bytes - before
                #expect(grown < Int64(text.count) * 2 / 3, "\(grown) bytes for \(text.count)")
            }
        }
    }

    @Test("Chunks that overlap with what is there are stored from where that ends", arguments: StoreKind.allCases)
    func overlaps(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            let id = try await world.fired(job, on: agent).id
            try await world.append([Self.chunk(id, 0, Array("one\ntw".utf8))])
            let outcomes = try await world.append([
                Self.chunk(id, 2, Array("e\n".utf8)), Self.chunk(id, 4, Array("two\nthree\n".utf8)),
            ])
            #expect(
                outcomes == [
                    .stored(added: [], end: nil),
                    .stored(added: [Self.chunk(id, 6, Array("o\nthree\n".utf8))], end: nil),
                ]
            )
            let slice = try await world.store.log(id, from: 0, limit: 100)
            #expect(slice.chunks.flatMap(\.bytes) == Array("one\ntwo\nthree\n".utf8))
            #expect(try await world.store.logMark(id, attempt: nil, before: .offset(9)).breaks == 1)
        }
    }

    @Test(
        "Output that was partly streamed before is completed by the report that tells it whole",
        arguments: StoreKind.allCases
    )
    func completes(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            let id = try await world.fired(job, on: agent).id
            try await world.append([Self.chunk(id, 0, Array("begins\n".utf8))])
            let whole = [Self.chunk(id, 0, Array("begins\nends\n".utf8)), Self.chunk(id, 12, Array("really\n".utf8))]
            try await world.apply([World.report(1, job, on: agent, .success, output: whole)], of: agent)
            let slice = try await world.store.log(id, from: 0, limit: 100)
            #expect(slice.chunks.flatMap(\.bytes) == Array("begins\nends\nreally\n".utf8))
            #expect(slice.isOver && slice.storedEnd == 19)
            #expect(try await world.store.logMark(id, attempt: 1, before: .offset(12)).breaks == 2)
        }
    }

    @Test("A line is found without reading what is before it", arguments: StoreKind.allCases)
    func marks(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            let id = try await world.fired(job, on: agent).id
            let chunks = Self.chunks(id, lines: 100_000)
            try await world.append(chunks)
            for line: Int64 in [1, 2, 50_000, 100_000, 200_000] {
                let mark = try await world.store.logMark(id, attempt: 1, before: .line(line))
                #expect(mark.breaks <= max(0, line - 2))
                let before = chunks.filter { $0.offset < mark.offset }.reduce(0) { $0 + $1.lineBreaks }
                #expect(mark.breaks == before, "line \(line)")
                #expect(chunks.contains { $0.offset == mark.offset })
                let next = chunks.first { $0.offset > mark.offset }
                if let next {
                    #expect(
                        before + (chunks.first { $0.offset == mark.offset }?.lineBreaks ?? 0) >= line - 1,
                        "\(next.offset)"
                    )
                }
            }
        }
    }

    @Test(
        "What is shown beside the record is the first 4 and the last 6 KiB, and is kept without the pieces",
        arguments: StoreKind.allCases
    )
    func preview(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            // The report of the end comes before the last output, and behind it.
            for (nominal, endsFirst) in [(World.start, true), (World.start + 1, false)] {
                let execution = try await world.fired(job, at: nominal, on: agent)
                let id = execution.id
                let chunks = Self.chunks(id, lines: 50_000)
                let total = try #require(chunks.last).end
                try await world.append([chunks[0]])
                let open = try await world.store.logPreview(id)
                #expect(!open.isOver && !open.chunks.isEmpty)
                var report = World.report(endsFirst ? 1 : 2, job, on: agent, at: nominal, .success)
                report.outputBytes = total
                if endsFirst { try await world.apply([report], of: agent) }
                try await world.append(Array(chunks.dropFirst()))
                if !endsFirst { try await world.apply([report], of: agent) }
                let preview = try await world.store.logPreview(id)
                let text = String(decoding: preview.chunks.flatMap(\.bytes), as: UTF8.self)
                #expect(preview.isOver && preview.isComplete && preview.totalBytes == total)
                #expect((9_000...LogPreview.limit).contains(text.utf8.count))
                #expect(text.hasPrefix("1\n2\n") && text.hasSuffix("49999\n50000\n"))
                let jump = zip(preview.chunks, preview.chunks.dropFirst()).first { $0.end != $1.offset }
                #expect(jump?.0.bytes.last == UInt8(ascii: "\n"), "the cut falls on the end of a line")
                // Also when the pieces are elsewhere.
                let database = try #require(world.store as? DatabaseStore)
                _ = try await database.write("test") { db in
                    try db.run("DELETE FROM log_piece WHERE execution_id = ?", [.id(id)])
                }
                #expect(try await world.store.logPreview(id) == preview)
            }
        }
    }

    @Test(
        "Output of an earlier version is read from its table, and goes on in the new one",
        arguments: StoreKind.allCases
    )
    func earlierVersion(_ kind: StoreKind) async throws {
        try await kind.withWorld { world in
            let agent = try await world.connectedAgent("a")
            let job = try await world.job()
            let id = try await world.fired(job, on: agent).id
            let database = try #require(world.store as? DatabaseStore)
            let old: [(Int64, String)] = [(0, "one\n"), (4, "two\nth")]
            try await database.write("test") { db in
                for (offset, text) in old {
                    try db.run(
                        "INSERT INTO log_chunk (execution_id, attempt, byte_offset, stream, bytes) VALUES (?, 1, ?, 'o', ?)",
                        [.id(id), .integer(offset), .bytes(Array(text.utf8))]
                    )
                }
            }
            let attempt = LogAttempt(execution: id, attempt: 1)
            #expect(try await world.store.logHeads([attempt]) == [LogHead(owner: agent, end: 10, storedBytes: 10)])
            try await world.append([Self.chunk(id, 10, Array("ree\nfour\n".utf8))])
            for offset: Int64 in [0, 5, 10, 12] {
                let slice = try await world.store.log(id, from: offset, limit: 100)
                let text = String(decoding: slice.chunks.flatMap(\.bytes), as: UTF8.self)
                #expect(text == String("one\ntwo\nthree\nfour\n".dropFirst(Int(offset))))
                #expect(slice.storedEnd == 19)
            }
            #expect(
                try await world.store.logMark(id, attempt: 1, before: .line(4))
                    == LogMark(attempt: 1, offset: 10, breaks: 2)
            )
        }
    }

    @Test("A damaged piece is an error that says so")
    func damaged() async throws {
        let content = [UInt8](repeating: 7, count: 5000)
        let body = PieceBody(content, compresses: true)
        #expect(body.encoding == PieceBody.zlib && body.bytes.count < 100)
        #expect(try PieceBody.content(body.bytes, encoding: 1, count: 5000) == content)
        var broken = body.bytes
        broken[broken.count - 1] ^= 1
        for (bytes, count) in [(broken, 5000), (body.bytes, 4999), (Array(body.bytes.dropLast()), 5000), ([], 5000)] {
            #expect(throws: (any Error).self) { try PieceBody.content(bytes, encoding: 1, count: count) }
        }
    }
}
