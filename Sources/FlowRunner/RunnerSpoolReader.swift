// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Reads an attempt's kept output from its files, a part at a time: it may be gigabytes.
package final class RunnerSpoolReader {
    private let name: String
    private let directory: Int32
    private let head: Int32
    private var position: off_t = 0
    private var rest: [UInt8] = []
    private var hasReadTails = false

    private static let partBytes = 256 << 10

    /// - Parameter directory: stays open for as long as this is used.
    package init(name: String, directory: Int32) {
        self.name = name
        self.directory = directory
        self.head = openat(directory, name + RunnerFiles.headSuffix, O_RDONLY | O_CLOEXEC)
    }

    deinit { if self.head >= 0 { close(self.head) } }

    /// The next pieces of the head, in order; empty where it ends now.
    func nextOfHead() -> [RunnerPiece] {
        guard self.head >= 0 else { return [] }
        var part = [UInt8](repeating: 0, count: Self.partBytes)
        let count = pread(self.head, &part, part.count, self.position)
        guard count > 0 else { return [] }
        self.position += off_t(count)
        self.rest += part[..<count]
        var reader = ByteReader(self.rest)
        var pieces: [RunnerPiece] = []
        var used = 0
        while let piece = RunnerPiece.next(&reader) {
            pieces.append(piece)
            used += piece.storedBytes
        }
        self.rest.removeFirst(used)
        return pieces
    }

    /// What the tail's segments have; both together are short.
    func tails() -> [RunnerPiece] {
        RunnerFiles.tailSuffixes.flatMap { suffix in
            RunnerFiles.contents(of: self.name + suffix, in: self.directory).map { RunnerPiece.all(in: $0) } ?? []
        }.sorted { $0.offset < $1.offset }
    }

    /// The next pieces of all there is; empty at the end.
    package func next() -> [RunnerPiece] {
        let pieces = self.nextOfHead()
        guard pieces.isEmpty, !self.hasReadTails else { return pieces }
        self.hasReadTails = true
        return self.tails()
    }
}
