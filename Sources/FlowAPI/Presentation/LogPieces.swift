// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// A page of an attempt's output as text.
struct LogPieces {
    let pieces: [OutputDecoder.Piece]
    /// Where the next page begins.
    let next: Int64

    /// - Parameter offset: where the page was to begin.
    init(_ slice: LogSlice, from offset: Int64) {
        var decoder = OutputDecoder(at: offset)
        // The store answers in whole chunks; the first one may begin before what was asked for.
        for chunk in slice.chunks.compactMap({ LogText.trimmed($0, from: offset) }) { decoder.take(chunk) }
        let isEnd = decoder.position >= slice.storedEnd
        if isEnd, slice.isTruncated { decoder.skip(to: slice.totalBytes) }
        // The last character may go on in the next page: leave its beginning to that one.
        if !(isEnd && slice.isComplete) { decoder.returnHalf() }
        decoder.flush()
        self.pieces = decoder.pieces
        self.next = decoder.position
    }

    func text(of stream: OutputStream) -> String {
        self.pieces.reduce(into: "") { if $1.stream == stream { $0 += $1.text } }
    }

    /// Both streams in their order, and what was cut.
    var text: String { self.pieces.map(\.text).joined() }
}
