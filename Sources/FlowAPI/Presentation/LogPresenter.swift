// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// A page of an attempt's output: pieces in the order in which they were written, and each stream joined.
enum LogPresenter {
    static let pageLimit = 1024 * 1024

    static func page(_ slice: LogSlice, from offset: Int64) -> JSON {
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
