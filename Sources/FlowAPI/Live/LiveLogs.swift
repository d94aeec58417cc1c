// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// The outputs that one client follows.
///
/// No I/O: ``LogFeed`` says what is missing, and whoever drives this reads it.
struct LiveLogs: Sendable {
    private var feeds: [ExecutionID: LogFeed] = [:]
    /// Of these the end was told.
    private var ended: Set<ExecutionID> = []

    var count: Int { self.feeds.count }
    var ids: [ExecutionID] { self.feeds.keys.sorted() }

    mutating func watch(_ id: ExecutionID, since position: Int64) {
        self.ended.remove(id)
        self.feeds[id] = LogFeed(since: position)
    }

    mutating func forget(_ id: ExecutionID) {
        self.feeds[id] = nil
        self.ended.remove(id)
    }

    mutating func note(_ chunks: [LogChunk]) {
        guard !self.feeds.isEmpty else { return }
        for chunk in chunks { self.feeds[chunk.executionID]?.append(chunk) }
    }

    /// What is stored of it may reach further than what was heard.
    mutating func lookAgain(_ id: ExecutionID) { self.feeds[id]?.lookAgain() }

    mutating func lookAgain() {
        for id in self.feeds.keys { self.feeds[id]?.lookAgain() }
    }

    /// A page of the store that a feed needs.
    struct Need: Hashable, Sendable {
        let position: Int64
        let attempt: Int?
    }

    /// - Returns: nil when what was heard suffices.
    func need(of id: ExecutionID) -> Need? {
        guard let feed = self.feeds[id], feed.needsPage else { return nil }
        return Need(position: feed.position, attempt: feed.attempt)
    }

    /// Takes the page that was needed.
    ///
    /// - Returns: false when the client has left, or begun anew elsewhere, while it was read.
    mutating func take(_ slice: LogSlice, of id: ExecutionID, for need: Need) -> Bool {
        guard let feed = self.feeds[id], feed.position == need.position, feed.attempt == need.attempt else {
            return false
        }
        self.feeds[id]?.append(slice)
        return true
    }

    /// What can be told of it now.
    mutating func frames(of id: ExecutionID) -> [JSON] {
        guard let pieces = self.feeds[id]?.drain() else { return [] }
        var frames = pieces.map { piece in
            JSON.object([
                .init("from", piece.from), .init("next", piece.next), .init("s", piece.stream?.rawValue),
                .init("attempt", piece.attempt), .init("left_out", piece.leftOut), .init("text", piece.text),
            ])
        }
        guard let end = self.feeds[id]?.end else {
            self.ended.remove(id)
            return frames
        }
        if self.ended.insert(id).inserted {
            frames.append(
                .object([
                    .init("end", true), .init("truncated", end.isTruncated), .init("total_bytes", end.totalBytes),
                ])
            )
        }
        return frames
    }
}
