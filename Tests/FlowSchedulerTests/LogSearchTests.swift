// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import Testing

@Suite("Search in output")
struct LogSearchTests {
    private static let id = ExecutionID(bytes: [UInt8](repeating: 1, count: 16))!

    /// Chunks behind one another; `|` begins one of standard error.
    private static func chunks(_ parts: [String]) -> [LogChunk] {
        var offset: Int64 = 0
        return parts.map { part in
            let isError = part.hasPrefix("|")
            let bytes = Array(part.utf8.dropFirst(isError ? 1 : 0))
            defer { offset += Int64(bytes.count) }
            return LogChunk(
                executionID: Self.id,
                attempt: 1,
                offset: offset,
                stream: isError ? .standardError : .standardOutput,
                bytes: bytes
            )
        }
    }

    private static func search(
        _ text: String,
        in chunks: [LogChunk],
        ignoresCase: Bool = false,
        limit: Int = 100
    ) -> LogSearch {
        var search = LogSearch(
            for: text,
            ignoresCase: ignoresCase,
            limit: limit,
            from: LogMark(attempt: 1, offset: chunks.first?.offset ?? 0, breaks: 0)
        )
        for chunk in chunks where !search.isFull { search.take(chunk) }
        search.finish()
        return search
    }

    @Test("A line is told once, with its number, its place and its text")
    func lines() {
        let found = Self.search("err", in: Self.chunks(["ok\nerr one err\nok\n", "|two err\n", "last err"])).matches
        #expect(found.map(\.line) == [2, 4, 5])
        #expect(found.map(\.offset) == [3, 22, 31])
        #expect(found.map(\.lineOffset) == [3, 18, 26])
        #expect(found.map { String(decoding: $0.text, as: UTF8.self) } == ["err one err", "two err", "last err"])
        #expect(found.map(\.stream) == [.standardOutput, .standardError, .standardOutput])
    }

    @Test("However output is cut into chunks, the same lines are found", arguments: [1, 2, 3, 5, 7, 64])
    func chunking(_ size: Int) {
        let text = (1...300).map { $0 % 17 == 0 ? "line \($0) needle\n" : "line \($0)\n" }.joined()
        let whole = Self.search("needle", in: Self.chunks([text])).matches
        #expect(whole.count == 17 && whole.first?.line == 17)
        let bytes = Array(text)
        let parts = stride(from: 0, to: bytes.count, by: size).map { String(bytes[$0..<min($0 + size, bytes.count)]) }
        #expect(Self.search("needle", in: Self.chunks(parts)).matches == whole)
    }

    @Test("A search that stopped goes on with the next line, without loss and without repeat", arguments: 1...4)
    func goesOn(_ limit: Int) {
        let text = (1...100).map { $0 % 3 == 0 ? "x\($0)\n" : "\($0)\n" }.joined()
        let all = Self.search("x", in: Self.chunks([text])).matches
        var found: [LogMatch] = []
        var mark = LogMark(attempt: 1, offset: 0, breaks: 0)
        for _ in 0..<200 {
            let rest = Array(text.utf8.dropFirst(Int(mark.offset)))
            var search = LogSearch(for: "x", ignoresCase: false, limit: limit, from: mark)
            let chunk = LogChunk(
                executionID: Self.id,
                attempt: 1,
                offset: mark.offset,
                stream: .standardOutput,
                bytes: rest
            )
            search.take(chunk)
            search.finish()
            found += search.matches
            guard search.isFull else { break }
            let breaks = LogChunk.lineBreaks(in: rest.prefix(Int(search.next - mark.offset)))
            mark = LogMark(attempt: 1, offset: search.next, breaks: mark.breaks + breaks)
        }
        #expect(found == all && all.count == 33)
    }

    @Test("Letters' case is ignored when that is asked for")
    func ignoringCase() {
        let chunks = Self.chunks(["An Error\n", "ERROR\n", "terror\n", "none\n"])
        #expect(Self.search("error", in: chunks).matches.map(\.line) == [3])
        #expect(Self.search("eRRor", in: chunks, ignoresCase: true).matches.map(\.line) == [1, 2, 3])
    }

    @Test("A line without end is searched part by part, and told once")
    func endless() {
        let part = String(repeating: "z", count: 50_000)
        let parts = [part, part + "nee", "dle" + part, part + "needle" + part, part + "\n", "needle\n"]
        let found = Self.search("needle", in: Self.chunks(parts)).matches
        #expect(found.map(\.line) == [1, 2])
        #expect(found.first?.offset == 100_000 && found.first?.lineOffset == 0)
        #expect(found.allSatisfy { $0.text.count <= 600 })
    }

    @Test("A line ends where output was cut")
    func cut() {
        var chunks = Self.chunks(["a nee", "dle\nb needle\n"])
        chunks[1].offset += 1000
        #expect(Self.search("needle", in: chunks).matches.map(\.offset) == [1011])
    }
}
