// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@testable import FlowAPI

@Suite("Pieces of output")
struct LogPiecesTests {
    private static let id = ExecutionID(uuid: UUID())

    private func chunk(_ offset: Int64, _ bytes: [UInt8], _ stream: FlowCore.OutputStream = .standardOutput) -> LogChunk
    {
        LogChunk(executionID: Self.id, attempt: 1, offset: offset, stream: stream, bytes: bytes)
    }

    private func pieces(
        _ chunks: [LogChunk],
        from offset: Int64 = 0,
        total: Int64 = 0,
        isTruncated: Bool = false,
        isComplete: Bool = true
    ) -> LogPieces {
        LogPieces(
            LogSlice(
                chunks: chunks,
                totalBytes: total,
                isTruncated: isTruncated,
                storedEnd: chunks.last.map { $0.offset + Int64($0.bytes.count) } ?? 0,
                isComplete: isComplete,
                isOver: isComplete
            ),
            from: offset
        )
    }

    @Test("both streams come in one order, neighbours of one stream as one piece")
    func order() {
        let result = self.pieces([
            self.chunk(0, Array("a\n".utf8)), self.chunk(2, Array("b\n".utf8)),
            self.chunk(4, Array("c\n".utf8), .standardError), self.chunk(6, Array("d\n".utf8)),
        ])
        #expect(result.pieces.map(\.text) == ["a\nb\n", "c\n", "d\n"])
        #expect(result.pieces.map(\.stream) == [.standardOutput, .standardError, .standardOutput])
        #expect(result.next == 8)
        #expect(result.text(of: .standardOutput) == "a\nb\nd\n")
    }

    @Test("half a character waits for its rest while the other stream speaks")
    func halfCharacter() {
        let character = Array("日".utf8)
        let result = self.pieces([
            self.chunk(0, Array(character[..<2])), self.chunk(2, Array("!".utf8), .standardError),
            self.chunk(3, Array(character[2...])),
        ])
        #expect(result.pieces.map(\.text) == ["!", "日"])
        // The last one of a page is left to the next page.
        let open = self.pieces([self.chunk(0, Array("a".utf8) + character[..<2])], isComplete: false)
        #expect(open.pieces.map(\.text) == ["a"])
        #expect(open.next == 1)
    }

    @Test("where the middle was cut stands a line that says how much of it")
    func cut() {
        let result = self.pieces([self.chunk(0, Array("one\n".utf8)), self.chunk(1_640_323, Array("two\n".utf8))])
        #expect(result.pieces.map(\.text) == ["one\n", "[1,640,319 bytes left out]\n", "two\n"])
        #expect(result.pieces[1].leftOut == 1_640_319)
        let torn = self.pieces([self.chunk(0, Array("on".utf8)), self.chunk(12, Array("two".utf8))])
        #expect(torn.pieces[1].text == "\n[10 bytes left out]\n", "a torn line is ended first")
        let ended = self.pieces([self.chunk(0, Array("one\n".utf8))], total: 24, isTruncated: true)
        #expect(ended.pieces.map(\.text) == ["one\n", "[20 bytes left out]\n"], "also where the end was lost")
        #expect(ended.next == 24)
        let later = self.pieces([self.chunk(100, Array("x".utf8))], from: 40)
        #expect(later.pieces.map(\.text) == ["[60 bytes left out]\n", "x"], "also at the beginning of a page")
    }
}
