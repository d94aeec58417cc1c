// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler

/// A page of an attempt's output: pieces in the order in which they were written, and each stream joined.
enum LogPresenter {
    static let pageLimit = 1024 * 1024

    /// - Parameter lines: which lines these are, where they were asked for.
    static func page(_ slice: LogSlice, from offset: Int64, lines: LogLines? = nil) -> JSON {
        let pages = LogPieces(slice, from: offset)
        return .object([
            .init("attempt", slice.attempt),
            .init("last_attempt", slice.lastAttempt),
            .init("output", pages.text(of: .standardOutput)),
            .init("error", pages.text(of: .standardError)),
            .init("pieces", JSON.array(pages.pieces.map(Self.piece))),
            .init("truncated", slice.isTruncated),
            .init("total_bytes", slice.totalBytes),
            .init("complete", slice.isComplete),
            .init("ended", slice.isOver),
            .init("next", pages.next),
            .init("line", lines?.first),
            .init("next_line", lines?.next),
        ])
    }

    static func findings(_ findings: LogFindings) -> JSON {
        .object([
            .init("attempt", findings.attempt),
            .init("matches", JSON.array(findings.matches.map(Self.match))),
            .init("next", findings.next),
            .init("searched_bytes", findings.searchedBytes),
            .init("complete", findings.isComplete),
        ])
    }

    private static func match(_ match: LogMatch) -> JSON {
        .object([
            .init("offset", match.offset),
            .init("line", match.line),
            .init("line_offset", match.lineOffset),
            .init("stream", match.stream == .standardOutput ? "stdout" : "stderr"),
            .init("text", String(decoding: match.text, as: UTF8.self)),
        ])
    }

    private static func piece(_ piece: OutputDecoder.Piece) -> JSON {
        .object([
            .init("from", piece.from),
            .init("stream", piece.stream.map { $0 == .standardOutput ? "stdout" : "stderr" }),
            .init("left_out", piece.leftOut),
            .init("text", piece.text),
        ])
    }
}
