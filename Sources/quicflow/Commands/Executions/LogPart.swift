// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation

/// A part of an execution's output, read page by page.
struct LogPart {
    let client: APIClient
    /// Of the execution.
    let path: String
    let attempt: Int?
    let isJSON: Bool

    /// Bytes of one page.
    private static let pageBytes: Int64 = 1 << 20
    private static let leastBytes: Int64 = 64
    private static let pageLines: Int64 = 10_000

    func print(from begin: Int64, bytes: Int64?) async throws {
        var position = begin
        let end = bytes.map { begin.addingReportingOverflow($0) }.map { $0.overflow ? Int64.max : $0.partialValue }
        while position < end ?? .max {
            let limit = min(Self.pageBytes, max(Self.leastBytes, (end ?? .max) - position))
            let page = try await self.page([("from", String(position)), ("limit", String(limit))])
            let next = page["next"].integer ?? position
            guard next > position, next < page["total_bytes"].integer ?? 0 else { return }
            position = next
        }
    }

    func print(from first: Int64, lines: Int64?) async throws {
        var line = first
        var position: Int64?
        while lines == nil || line - first < lines ?? 0 {
            let count = min(Self.pageLines, (lines ?? .max) - (line - first))
            let page = try await self.page([("line", String(line)), ("lines", String(count))])
            let next = page["next"].integer ?? 0
            guard next > position ?? -1, next < page["total_bytes"].integer ?? 0,
                let nextLine = page["next_line"].integer
            else { return }
            position = next
            guard Self.endsWithinLine(page) else {
                guard nextLine > line else { return }
                line = nextLine
                continue
            }
            // A line that is longer than a page goes on by bytes, and is not asked for again.
            guard !self.isJSON else { return try await self.print(from: next, bytes: nil) }
            guard try await self.finishLine(from: next) else { return }
            line = nextLine + 1
        }
    }

    /// Prints what is left of a line.
    ///
    /// - Returns: false where the output ends with it.
    private func finishLine(from begin: Int64) async throws -> Bool {
        var position = begin
        while true {
            let query: [(String, String?)] = [
                ("from", String(position)), ("limit", String(Self.pageBytes)),
                ("attempt", self.attempt.map { String($0) }),
            ]
            let page = try await self.client.get(self.path + "/logs", query)
            for piece in page["pieces"].array {
                let (text, isEnd) = Self.upToLineEnd(piece)
                Self.write(text, of: piece)
                if isEnd { return true }
            }
            let next = page["next"].integer ?? position
            guard next > position, next < page["total_bytes"].integer ?? 0 else { return false }
            position = next
        }
    }

    /// Whether the last line of a page goes on behind it.
    static func endsWithinLine(_ page: JSONValue) -> Bool {
        // The line that stands for what was cut is none of the output's.
        let last = page["pieces"].array.last { $0["left_out"].integer == nil }
        guard let byte = last?["text"].string?.utf8.last else { return false }
        return byte != UInt8(ascii: "\n")
    }

    /// A piece's text up to its first line break, and whether there is one.
    static func upToLineEnd(_ piece: JSONValue) -> (text: String, isEnd: Bool) {
        let text = piece["text"].string ?? ""
        guard piece["left_out"].integer == nil, let end = text.utf8.firstIndex(of: UInt8(ascii: "\n")) else {
            return (text, false)
        }
        return (String(text.utf8[...end]) ?? text, true)
    }

    /// Prints `number:line` for each line with the text.
    func search(_ text: String, ignoresCase: Bool) async throws {
        var position: Int64? = 0
        while let from = position {
            let query: [(String, String?)] = [
                ("q", text), ("ignore_case", ignoresCase ? "true" : nil), ("from", String(from)), ("limit", "1000"),
                ("attempt", self.attempt.map { String($0) }),
            ]
            let page = try await self.client.get(self.path + "/logs/search", query)
            for match in page["matches"].array {
                if self.isJSON {
                    Terminal.sayJSON(match.pretty)
                } else {
                    Terminal.say("\(match["line"].integer ?? 0):\(match["text"].string ?? "")")
                }
            }
            position = page["next"].integer.flatMap { $0 > from ? $0 : nil }
        }
    }

    private func page(_ query: [(String, String?)]) async throws -> JSONValue {
        let attempt = [("attempt", self.attempt.map { String($0) })]
        let page = try await self.client.get(self.path + "/logs", query + attempt)
        if self.isJSON { Terminal.sayJSON(page.pretty) } else { Self.write(page) }
        return page
    }

    static func write(_ page: JSONValue) {
        for piece in page["pieces"].array { self.write(piece["text"].string ?? "", of: piece) }
    }

    private static func write(_ text: String, of piece: JSONValue) {
        // The line that stands for what was cut goes where the output goes: it belongs to a file made of it.
        let isError = piece["stream"].string == "stderr"
        Terminal.write(text, to: isError ? .standardError : .standardOutput)
    }
}
