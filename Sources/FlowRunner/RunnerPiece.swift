// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A piece of an attempt's output and where in it it stands.
package struct RunnerPiece: Hashable, Sendable {
    package var offset: UInt64
    package var stream: RunnerStream
    package var bytes: [UInt8]

    /// Bytes of it with what stands before it in a file.
    var storedBytes: Int { 8 + 1 + 4 + self.bytes.count }

    package var end: UInt64 { self.offset + UInt64(self.bytes.count) }

    package init(offset: UInt64, stream: RunnerStream, bytes: [UInt8]) {
        self.offset = offset
        self.stream = stream
        self.bytes = bytes
    }

    static func append(_ piece: RunnerPiece, to writer: inout ByteWriter) {
        writer.write(piece.offset)
        writer.write(piece.stream.rawValue)
        writer.write(counted: piece.bytes)
    }

    /// Reads pieces until the bytes end; a torn last one, left by a crash, is dropped.
    static func all(in bytes: [UInt8]) -> [RunnerPiece] {
        var reader = ByteReader(bytes)
        var pieces: [RunnerPiece] = []
        while let piece = self.next(&reader) { pieces.append(piece) }
        return pieces
    }

    static func next(_ reader: inout ByteReader) -> RunnerPiece? {
        guard let offset = reader.read(UInt64.self), let stream = reader.read(UInt8.self).flatMap(RunnerStream.init),
            let bytes = reader.readCounted()
        else { return nil }
        return RunnerPiece(offset: offset, stream: stream, bytes: bytes)
    }
}
