// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation

/// Reads a file line by line, in memory that does not grow with it.
struct LineFile {
    /// A line holds a row, which has at most some mebibytes.
    private static let lineLimit = 64 << 20
    private static let pieceSize = 1 << 20

    private let handle: FileHandle
    private var rest = Data()
    private var isAtEnd = false

    init(opening path: String) throws {
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw CoreError(.notFound, "There is no file \(path), or it can't be read.")
        }
        self.handle = handle
    }

    /// The next line without its break; nil at the end.
    mutating func next() throws -> Data? {
        var searched = self.rest.startIndex
        while true {
            if let end = self.rest[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { self.rest = self.rest[(end + 1)...] }
                return Data(self.rest[..<end])
            }
            guard !self.isAtEnd else {
                guard !self.rest.isEmpty else { return nil }
                defer { self.rest = Data() }
                return Data(self.rest)
            }
            guard self.rest.count <= Self.lineLimit else {
                throw CoreError(.invalid, "A line of the file is longer than \(Self.lineLimit >> 20) MiB.")
            }
            let piece = try self.handle.read(upToCount: Self.pieceSize) ?? Data()
            self.isAtEnd = piece.isEmpty
            // With indices that begin at nought again.
            let before = self.rest.count
            self.rest = Data(self.rest) + piece
            searched = before
        }
    }
}
