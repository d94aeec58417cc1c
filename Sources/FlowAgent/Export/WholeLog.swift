// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// All that a host kept of one execution's output, read a piece at a time: it may be gigabytes, and of those only one piece is in
/// memory, until whoever takes it has done with it.
struct WholeLog {
    /// One attempt's output: in a file, or what the ledger has of it.
    private struct Part {
        let attempt: Int
        var file: String?
        var chunks: [LogChunk] = []
    }

    private let execution: ExecutionID
    private let parts: [Part]

    /// - Parameters:
    ///   - execution: whose it is.
    ///   - files: spools, one for each attempt.
    ///   - stored: what is in the ledger; that is short.
    init(_ execution: ExecutionID, files: [String], stored: [UInt8]) {
        self.execution = execution
        var parts: [Part] = []
        for file in files {
            guard var reader = SpoolReader(file: file, execution: execution) else { continue }
            defer { reader.close() }
            // An attempt that wrote nothing is none here.
            if let first = reader.next().first { parts.append(Part(attempt: first.attempt, file: file)) }
        }
        let chunks = OutputBlob.decode(stored, execution: execution)
        for attempt in Set(chunks.map(\.attempt)) {
            let own = chunks.filter { $0.attempt == attempt }.sorted { $0.offset < $1.offset }
            parts.append(Part(attempt: attempt, chunks: own))
        }
        self.parts = parts.sorted { $0.attempt < $1.attempt }
    }

    /// The output with a line at each cut, and one before each attempt when there are several.
    func forEachPiece(_ body: ([UInt8]) throws -> Void) rethrows {
        let hasSeveral = Set(self.parts.map(\.attempt)).count > 1
        var attempt: Int?
        for part in self.parts {
            if hasSeveral, part.attempt != attempt { try body(Array("[attempt \(part.attempt)]\n".utf8)) }
            attempt = part.attempt
            var end: Int64 = 0
            try self.forEachChunk(of: part) { chunk in
                if chunk.offset > end { try body(Array("[\(chunk.offset - end) bytes left out]\n".utf8)) }
                end = chunk.end
                try body(chunk.bytes)
            }
        }
    }

    private func forEachChunk(of part: Part, _ body: (LogChunk) throws -> Void) rethrows {
        for chunk in part.chunks { try body(chunk) }
        guard let file = part.file, var reader = SpoolReader(file: file, execution: self.execution) else { return }
        defer { reader.close() }
        while true {
            let chunks = reader.next()
            guard !chunks.isEmpty else { return }
            for chunk in chunks { try body(chunk) }
        }
    }
}
