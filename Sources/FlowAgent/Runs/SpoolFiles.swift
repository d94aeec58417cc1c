// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgentCore
import FlowCore
import Foundation

/// The files of one attempt's output while it is written: the head, and the tail in two segments that take turns.
///
/// A segment is overwritten when both are full, so of endless output only a bounded part is ever on disk.
struct SpoolFiles {
    private let key: AttemptKey
    private let directory: SpoolDirectory
    /// As they were when the attempt began: a place that the head has left to the tail does not come back.
    private let limits: OutputLimits
    private var head: RecordFile
    private var headBytes = 0
    /// Where what was written to the head ends.
    private var headEnd: Int64 = 0
    private var isHeadAtLineEnd = false
    private static let newline = UInt8(ascii: "\n")
    private var tail: RecordFile?
    private var tailIndex = 0
    private var tailBytes = 0
    /// Sizes on disk, for the accounting of overwritten segments.
    private var segmentBytes = [0, 0]

    init(key: AttemptKey, directory: SpoolDirectory) throws {
        self.key = key
        self.directory = directory
        self.limits = directory.limits
        let file = directory.file(of: key)
        guard let head = RecordFile(file, isNew: true) else {
            throw CoreError(.unavailable, "cannot write \(file): \(String(cString: strerror(errno)))")
        }
        self.head = head
    }

    /// - Returns: false when bytes had to be dropped.
    mutating func append(_ chunk: LogChunk) -> Bool {
        let room = self.limits.headBytes - self.headBytes
        if room >= chunk.bytes.count {
            self.headBytes += chunk.bytes.count
            self.isHeadAtLineEnd = chunk.bytes.last == Self.newline
            return self.writeHead(chunk)
        }
        var isWhole = true
        var rest = chunk
        // A line that does not fit in whole begins the tail: what is cut later is cut after a line.
        let fitting = room > 0 ? Self.lineEnd(in: chunk.bytes[..<room]) ?? (self.isHeadAtLineEnd ? 0 : room) : 0
        if fitting > 0 {
            var first = chunk
            first.bytes = Array(chunk.bytes[..<fitting])
            isWhole = self.writeHead(first)
            rest.bytes = Array(chunk.bytes[fitting...])
            rest.offset += Int64(fitting)
        }
        self.headBytes = self.limits.headBytes
        return self.appendTail(rest) && isWhole
    }

    private mutating func writeHead(_ chunk: LogChunk) -> Bool {
        guard Self.write(chunk, to: &self.head, in: self.directory) != nil else { return false }
        self.headEnd = chunk.end
        return true
    }

    private mutating func appendTail(_ chunk: LogChunk) -> Bool {
        var isWhole = true
        if self.tail == nil || self.tailBytes >= self.limits.tailBytes {
            if self.tail != nil { self.tailIndex = 1 - self.tailIndex }
            self.tail?.close()
            // What was in this segment is cut now.
            isWhole = self.segmentBytes[self.tailIndex] == 0
            self.directory.release(self.segmentBytes[self.tailIndex])
            self.segmentBytes[self.tailIndex] = 0
            self.tailBytes = 0
            let file = Self.tailFile(self.key, self.tailIndex, self.directory)
            self.tail = RecordFile(file, isNew: true)
        }
        guard var tail = self.tail else { return false }
        defer { self.tail = tail }
        guard let written = Self.write(chunk, to: &tail, in: self.directory) else { return false }
        self.tailBytes += chunk.bytes.count
        self.segmentBytes[self.tailIndex] += written
        return isWhole
    }

    /// - Returns: how many bytes went to the disk; nil when there is no room, and then nothing is claimed or written.
    private static func write(_ chunk: LogChunk, to file: inout RecordFile, in directory: SpoolDirectory) -> Int? {
        let record = OutputBlob.encode([chunk])
        guard directory.claim(record.count) else { return nil }
        guard file.append(record) else {
            directory.release(record.count)
            return nil
        }
        return record.count
    }

    /// Closes the files and joins them into one.
    ///
    /// - Returns: whether anything between head and tail was cut.
    mutating func finish() -> Bool {
        self.head.close()
        self.tail?.close()
        self.tail = nil
        return Self.join(self.key, in: self.directory, headEnd: self.headEnd, tailBytes: self.limits.tailBytes)
    }

    /// Joins the files of an attempt that an earlier agent process wrote.
    ///
    /// A crash in the middle of a write may have left a torn record at the end of the head, which goes first, because nothing
    /// behind it could be read.
    static func complete(_ key: AttemptKey, in directory: SpoolDirectory) {
        let file = directory.file(of: key)
        let (wholeBytes, headEnd) = self.scan(file, key)
        if var head = RecordFile(file, isNew: false) {
            let torn = head.size - wholeBytes
            if torn > 0, head.cut(to: wholeBytes) { directory.release(torn) }
            head.close()
        }
        _ = self.join(key, in: directory, headEnd: headEnd, tailBytes: directory.limits.tailBytes)
    }

    /// Appends the last `tailBytes` of the tail segments to the head.
    ///
    /// - Returns: whether anything was cut.
    private static func join(
        _ key: AttemptKey,
        in directory: SpoolDirectory,
        headEnd: Int64,
        tailBytes: Int
    ) -> Bool {
        let files = [0, 1].map { self.tailFile(key, $0, directory) }
        // Two segments are held at once, and never the head.
        let records = files.flatMap { OutputBlob.decode(SpoolReader.contents(of: $0), execution: key.id) }
            .sorted { $0.offset < $1.offset }
        guard let first = records.first, let last = records.last else { return false }
        guard var head = RecordFile(directory.file(of: key), isNew: false) else { return false }
        defer { head.close() }
        var begin = max(first.offset, last.end - Int64(tailBytes))
        let isCut = begin > headEnd
        if isCut { begin = self.lineStart(in: records, from: begin) }
        let kept = records.compactMap { $0.suffix(from: begin) }
        let bytes = OutputBlob.encode(kept)
        // For a moment these bytes are on the disk twice; as many go with the segments.
        let isWritten = head.append(bytes)
        if isWritten { directory.account(bytes.count) }
        for file in files { directory.removeFile(file) }
        return !isWritten || isCut
    }

    /// Behind the last line break; nil without one.
    private static func lineEnd(in bytes: ArraySlice<UInt8>) -> Int? {
        bytes.lastIndex(of: self.newline).map { $0 + 1 - bytes.startIndex }
    }

    /// The first line that begins at or behind an offset, of those that are not far; else the offset itself.
    private static func lineStart(in records: [LogChunk], from begin: Int64) -> Int64 {
        let end = records.last.map { $0.offset + Int64($0.bytes.count) } ?? begin
        for record in records.compactMap({ $0.suffix(from: begin) }) where record.offset - begin < 65_536 {
            guard let index = record.bytes.firstIndex(of: self.newline) else { continue }
            let start = record.offset + Int64(index) + 1
            // Something has to be left of the tail.
            return start < end ? start : begin
        }
        return begin
    }

    /// How long the whole records of a file are together, and where the output in them ends; read a piece at a time.
    private static func scan(_ file: String, _ key: AttemptKey) -> (bytes: Int, end: Int64) {
        guard var reader = SpoolReader(file: file, execution: key.id) else { return (0, 0) }
        defer { reader.close() }
        var bytes = 0
        var end: Int64 = 0
        while true {
            let chunks = reader.next()
            guard let last = chunks.last else { return (bytes, end) }
            bytes += chunks.reduce(0) { $0 + OutputBlob.overhead + $1.bytes.count }
            end = last.end
        }
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
