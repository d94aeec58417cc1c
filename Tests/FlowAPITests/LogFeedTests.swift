// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@testable import FlowAPI

@Suite("Following one execution's output")
struct LogFeedTests {
    private static let id = ExecutionID(uuid: UUID(uuid: (1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)))

    private func chunk(
        _ offset: Int64,
        _ bytes: [UInt8],
        attempt: Int = 1,
        stream: FlowCore.OutputStream = .standardOutput
    ) -> LogChunk {
        LogChunk(executionID: Self.id, attempt: attempt, offset: offset, stream: stream, bytes: bytes)
    }

    private func page(
        _ chunks: [LogChunk],
        total: Int64 = 1000,
        of attempt: Int = 1,
        last: Int? = nil,
        isComplete: Bool = false
    ) -> LogSlice {
        let lastAttempt = last ?? attempt
        return LogSlice(
            attempt: attempt,
            lastAttempt: lastAttempt,
            chunks: chunks,
            totalBytes: total,
            isTruncated: false,
            isComplete: isComplete,
            isOver: isComplete && attempt == lastAttempt
        )
    }

    @Test("Whatever is cut, lost or doubled between store and bus, every byte comes once and in order")
    func everyByteOnce() throws {
        var random = SplitMix(state: 7)
        for _ in 0..<500 {
            let text = (0..<200).map { _ in ["a", "é", "日", "🦊"][Int(random.next() % 4)] }.joined()
            let bytes = Array(text.utf8)
            var stored: [LogChunk] = []
            var feed = LogFeed(since: 0)
            var pieces: [LogFeed.Piece] = []
            var offset = 0
            func look() {
                while feed.needsPage {
                    let from = feed.position
                    let rest = stored.filter { $0.offset + Int64($0.bytes.count) > from }.prefix(3)
                    feed.append(self.page(Array(rest), isComplete: offset == bytes.count))
                    pieces += feed.drain()
                }
            }
            while offset < bytes.count {
                let length = min(Int(random.next() % 9) + 1, bytes.count - offset)
                let next = self.chunk(Int64(offset), Array(bytes[offset..<offset + length]))
                stored.append(next)
                offset += length
                // The bus may lose a chunk, bring it, or bring it twice.
                for _ in 0..<Int(random.next() % 3) { feed.append(next) }
                if random.next() % 3 == 0 { look() }
                if random.next() % 3 == 0 { pieces += feed.drain() }
            }
            feed.lookAgain()
            look()
            #expect(feed.end != nil)
            #expect(pieces.map(\.text).joined() == text)
            #expect(zip(pieces, pieces.dropFirst()).allSatisfy { $0.next == $1.from })
        }
    }

    @Test("A chunk that comes while a page is read makes the feed read another")
    func raceWithPage() {
        var feed = LogFeed(since: 0)
        feed.append(self.chunk(0, Array("late".utf8)))
        feed.append(self.page([]))
        #expect(feed.needsPage)
    }

    @Test("It goes from attempt to attempt, each whole, also when the next begins before the last word of one is here")
    func attempts() {
        var feed = LogFeed(since: 0)
        feed.append(self.page([self.chunk(0, Array("fir".utf8))]))
        feed.append(self.page([]))
        feed.append(self.chunk(0, Array("second".utf8), attempt: 2))
        #expect(feed.needsPage && feed.attempt == 1, "something of the first may still come")
        feed.append(self.page([self.chunk(3, Array("st".utf8))], last: 2, isComplete: true))
        feed.append(self.page([], last: 2, isComplete: true))
        #expect(feed.needsPage && feed.attempt == 2 && feed.position == 0 && feed.end == nil)
        feed.append(self.page([self.chunk(0, Array("second".utf8), attempt: 2)], of: 2, isComplete: true))
        feed.append(self.page([], of: 2, isComplete: true))
        let pieces = feed.drain()
        #expect(pieces.map(\.text) == ["first", "second"])
        #expect(pieces.map(\.attempt) == [1, 2])
        #expect(feed.end != nil)
    }

    @Test("Live too, half a character waits while the other stream speaks, and a cut has its line")
    func streamsAndCuts() {
        let character = Array("日".utf8)
        var feed = LogFeed(since: 0)
        feed.append(self.page([]))
        feed.append(self.chunk(0, Array(character[..<2])))
        feed.append(self.chunk(2, Array("!\n".utf8), stream: .standardError))
        feed.append(self.chunk(4, Array(character[2...]) + Array("\n".utf8)))
        feed.append(self.chunk(1006, Array("end\n".utf8)))
        #expect(feed.needsPage, "only the store knows that nothing is in between")
        feed.append(self.page([self.chunk(1006, Array("end\n".utf8))]))
        let pieces = feed.drain()
        #expect(pieces.map(\.text) == ["!\n", "日\n", "[1,000 bytes left out]\n", "end\n"])
        #expect(pieces.map(\.leftOut) == [nil, nil, 1000, nil])
    }

    @Test("A place that the newest attempt has not reached was one in an attempt before: it begins anew")
    func resumed() {
        var resumed = LogFeed(since: 500)
        resumed.append(self.page([], total: 6))
        #expect(resumed.needsPage)
        #expect(resumed.position == 0)
    }

    @Test("A slow reader costs no memory: what is not taken is read again later")
    func bounded() {
        var feed = LogFeed(since: 0)
        feed.append(self.page([]))
        for index in 0..<100 { feed.append(self.chunk(Int64(index * 4096), [UInt8](repeating: 0x61, count: 4096))) }
        #expect(feed.needsPage)
        #expect(feed.position <= Int64(5 * LogFeed.batchLimit))
        let taken = feed.drain().reduce(0) { $0 + $1.text.utf8.count }
        #expect(Int64(taken) == feed.position)
    }
}

/// A small deterministic generator (SplitMix64).
struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        self.state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
