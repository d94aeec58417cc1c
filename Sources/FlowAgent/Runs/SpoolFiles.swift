// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation

/// The files of one attempt's output while it is written: the head, and the tail in two segments that take turns.
///
/// A segment is overwritten when both are full, so of endless output only a bounded part is ever on disk.
struct SpoolFiles {
    private let key: AttemptKey
    private let directory: SpoolDirectory
    private var head: Int32
    private var headBytes = 0
    private var tail: Int32 = -1
    private var tailIndex = 0
    private var tailBytes = 0
    /// Sizes on disk, for the accounting of overwritten segments.
    private var segmentBytes = [0, 0]

    init(key: AttemptKey, directory: SpoolDirectory) throws {
        self.key = key
        self.directory = directory
        self.head = open(directory.file(of: key), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0o600)
        guard self.head >= 0 else {
            throw CoreError(
                .unavailable,
                "cannot write \(directory.file(of: key)): \(String(cString: strerror(errno)))"
            )
        }
    }

    /// - Returns: false when bytes had to be dropped.
    mutating func append(_ chunk: LogChunk) -> Bool {
        let limits = self.directory.limits
        let room = limits.headBytes - self.headBytes
        if room >= chunk.bytes.count {
            self.headBytes += chunk.bytes.count
            return self.write(chunk, to: self.head) != nil
        }
        var isWhole = true
        var rest = chunk
        if room > 0 {
            var first = chunk
            first.bytes = Array(chunk.bytes[..<room])
            isWhole = self.write(first, to: self.head) != nil
            rest.bytes = Array(chunk.bytes[room...])
            rest.offset += Int64(room)
        }
        self.headBytes = limits.headBytes
        return self.appendTail(rest) && isWhole
    }

    private mutating func appendTail(_ chunk: LogChunk) -> Bool {
        var isWhole = true
        if self.tail < 0 || self.tailBytes >= self.directory.limits.tailBytes {
            if self.tail >= 0 {
                close(self.tail)
                self.tailIndex = 1 - self.tailIndex
            }
            // What was in this segment is cut now.
            isWhole = self.segmentBytes[self.tailIndex] == 0
            self.directory.release(self.segmentBytes[self.tailIndex])
            self.segmentBytes[self.tailIndex] = 0
            self.tailBytes = 0
            let file = Self.tailFile(self.key, self.tailIndex, self.directory)
            self.tail = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0o600)
        }
        guard let written = self.write(chunk, to: self.tail) else { return false }
        self.tailBytes += chunk.bytes.count
        self.segmentBytes[self.tailIndex] += written
        return isWhole
    }

    private func write(_ chunk: LogChunk, to descriptor: Int32) -> Int? {
        let record = OutputBlob.encode([chunk])
        guard descriptor >= 0, self.directory.claim(record.count) else { return nil }
        guard Glibc.write(descriptor, record, record.count) == record.count else { return nil }
        return record.count
    }

    /// Closes the files and joins them into one.
    ///
    /// - Returns: whether anything between head and tail was cut.
    mutating func finish() -> Bool {
        close(self.head)
        if self.tail >= 0 { close(self.tail) }
        self.head = -1
        self.tail = -1
        return Self.complete(self.key, in: self.directory)
    }

    /// Appends the last `tailBytes` of the tail segments to the head.
    @discardableResult
    static func complete(_ key: AttemptKey, in directory: SpoolDirectory) -> Bool {
        let files = [0, 1].map { self.tailFile(key, $0, directory) }
        let records = files.flatMap { OutputBlob.decode(SpoolReader.contents(of: $0), execution: key.id) }
            .sorted { $0.offset < $1.offset }
        guard let first = records.first, let last = records.last else { return false }
        let end = last.offset + Int64(last.bytes.count)
        let begin = max(first.offset, end - Int64(directory.limits.tailBytes))
        let kept = records.compactMap { $0.suffix(from: begin) }
        let bytes = OutputBlob.encode(kept)
        let head = open(directory.file(of: key), O_WRONLY | O_APPEND | O_CLOEXEC)
        if head >= 0, directory.claim(bytes.count) { _ = Glibc.write(head, bytes, bytes.count) }
        if head >= 0 { close(head) }
        for file in files { directory.removeFile(file) }
        return begin > first.offset
    }

    private static func tailFile(_ key: AttemptKey, _ index: Int, _ directory: SpoolDirectory) -> String {
        directory.file(of: key) + ".tail\(index)"
    }
}

extension LogChunk {
    /// The part at or after an offset; nil when there is none.
    func suffix(from begin: Int64) -> LogChunk? {
        let skipped = Int(max(0, begin - self.offset))
        guard skipped < self.bytes.count else { return nil }
        guard skipped > 0 else { return self }
        var chunk = self
        chunk.offset += Int64(skipped)
        chunk.bytes = Array(self.bytes[skipped...])
        return chunk
    }
}
