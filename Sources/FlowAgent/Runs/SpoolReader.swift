// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation

/// Reads a spool while it is written; records appear whole or not at all.
struct SpoolReader {
    private let execution: ExecutionID
    private let descriptor: Int32
    private var position: off_t = 0
    private var pending: [UInt8] = []

    /// - Returns: nil when there is no such spool.
    init?(file: String, execution: ExecutionID) {
        self.descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard self.descriptor >= 0 else { return nil }
        self.execution = execution
    }

    func close() { Glibc.close(self.descriptor) }

    /// The next records, about `limit` bytes of them; empty when there are none now.
    mutating func next(limit: Int = 256 << 10) -> [LogChunk] {
        var buffer = [UInt8](repeating: 0, count: limit)
        let count = pread(self.descriptor, &buffer, limit, self.position)
        if count > 0 {
            self.position += off_t(count)
            self.pending.append(contentsOf: buffer[..<count])
        }
        let chunks = OutputBlob.decode(self.pending, execution: self.execution)
        let used = chunks.reduce(0) { $0 + OutputBlob.overhead + $1.bytes.count }
        self.pending.removeFirst(used)
        return chunks
    }

    static func contents(of file: String) -> [UInt8] {
        (FileManager.default.contents(atPath: file)).map(Array.init) ?? []
    }
}
