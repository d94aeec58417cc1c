// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgentCore
import FlowCore
import FlowCrash

/// The output of one attempt: in memory while it is short, in files beyond that, head and tail of it at the end.
struct OutputSpool {
    let key: AttemptKey
    private let directory: SpoolDirectory
    private let inlineBytes: Int
    private(set) var totalBytes: Int64 = 0
    private(set) var isTruncated = false
    private var memory: [LogChunk] = []
    private var files: SpoolFiles?

    init(key: AttemptKey, directory: SpoolDirectory) {
        self.key = key
        self.directory = directory
        self.inlineBytes = directory.limits.inlineBytes
    }

    /// Whether the output is (also) in a file that can be shipped.
    var isSpilled: Bool { self.files != nil }

    mutating func append(_ stream: OutputStream, _ bytes: [UInt8]) {
        let chunk = LogChunk(
            executionID: self.key.id,
            attempt: self.key.attempt,
            offset: self.totalBytes,
            stream: stream,
            bytes: bytes
        )
        self.totalBytes += Int64(bytes.count)
        if self.files != nil {
            self.write(chunk)
        } else if let last = self.memory.indices.last, self.memory[last].stream == stream,
            self.memory[last].offset + Int64(self.memory[last].bytes.count) == chunk.offset
        {
            self.memory[last].bytes.append(contentsOf: bytes)
        } else {
            self.memory.append(chunk)
        }
        if self.files == nil, self.totalBytes > Int64(self.inlineBytes) { self.spill() }
    }

    /// Bytes that somebody else left out: the offsets jump over them.
    mutating func skip(_ bytes: Int64) {
        self.totalBytes += bytes
        self.isTruncated = true
    }

    /// Moves the output into files.
    ///
    /// Does nothing when it is there.
    mutating func spill() {
        guard self.files == nil else { return }
        do {
            self.files = try SpoolFiles(key: self.key, directory: self.directory)
            let chunks = self.memory
            self.memory = []
            for chunk in chunks { self.write(chunk) }
            CrashPoint.reach("agent.output.spilled")
        } catch {
            // A full or read-only disk costs output, never the execution. What is in memory is cut to what a report takes.
            self.trimMemory()
        }
    }

    private mutating func write(_ chunk: LogChunk) {
        // One record per 64 KiB at most, so that the cut falls near the limits.
        var start = 0
        while start < chunk.bytes.count {
            let end = min(start + 65_536, chunk.bytes.count)
            var part = chunk
            part.offset += Int64(start)
            part.bytes = Array(chunk.bytes[start..<end])
            if self.files?.append(part) != true { self.isTruncated = true }
            start = end
        }
    }

    private mutating func trimMemory() {
        var room = self.inlineBytes
        for index in self.memory.indices {
            if self.memory[index].bytes.count > room {
                self.memory[index].bytes.removeLast(self.memory[index].bytes.count - room)
                self.isTruncated = true
            }
            room -= self.memory[index].bytes.count
        }
        self.memory.removeAll { $0.bytes.isEmpty }
    }

    /// Completes the spool.
    ///
    /// - Returns: the whole output when it stayed in memory; empty when it is in the file or there is none.
    mutating func finish() -> [LogChunk] {
        guard self.files != nil else { return self.memory }
        if self.files?.finish() == true { self.isTruncated = true }
        return []
    }
}
