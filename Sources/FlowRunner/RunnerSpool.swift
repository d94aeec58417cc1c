// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCrash
import Glibc

/// The output of one attempt as the runner keeps it for an agent that comes later: short output in memory, of long output
/// the head and the tail in files.
///
/// The tail has two segments that take turns; of endless output only a bounded part is ever on the disk. Nothing here is
/// synced: it has to outlive the agent and the runner, not the machine.
struct RunnerSpool {
    private static let memoryLimit = 16 << 10

    let name: String
    private(set) var total: UInt64 = 0
    private(set) var memory: [RunnerPiece] = []
    private var memoryBytes = 0
    private(set) var isSpilled = false
    private var head: Int32 = -1
    private var headBytes = 0
    private var tail: Int32 = -1
    private var tailIndex = 0
    private var tailBytes = 0
    /// As they were when the files were begun: a place that the head has left to the tail does not come back, or what is told
    /// of the tail would be told behind what came later.
    private var limits = RunnerLimits()
    /// What was claimed for the head and for each segment.
    private var sizes = [0, 0, 0]

    init(execution: String, attempt: UInt32) { self.name = "\(execution)-\(attempt)" }

    mutating func append(_ stream: RunnerStream, _ bytes: [UInt8], store: RunnerStore) {
        let piece = RunnerPiece(offset: self.total, stream: stream, bytes: bytes)
        self.total += UInt64(bytes.count)
        if !self.isSpilled {
            guard self.memoryBytes + bytes.count > Self.memoryLimit else { return self.remember(piece) }
            self.spill(store)
        }
        // Without room on the disk the beginning stays in memory, and what follows counts as skipped.
        if self.isSpilled { self.write(piece, store) }
    }

    private mutating func remember(_ piece: RunnerPiece) {
        self.memoryBytes += piece.bytes.count
        if let last = self.memory.indices.last, self.memory[last].stream == piece.stream,
            self.memory[last].end == piece.offset
        {
            self.memory[last].bytes += piece.bytes
        } else {
            self.memory.append(piece)
        }
    }

    private mutating func spill(_ store: RunnerStore) {
        self.head = store.open(self.name + RunnerFiles.headSuffix)
        guard self.head >= 0 else { return }
        self.isSpilled = true
        self.limits = store.limits
        let pieces = self.memory
        self.memory = []
        for piece in pieces { self.write(piece, store) }
        CrashPoint.reach("runner.output.spilled")
    }

    private mutating func write(_ piece: RunnerPiece, _ store: RunnerStore) {
        let room = min(piece.bytes.count, Int(self.limits.headBytes) - self.headBytes)
        if room > 0 {
            self.headBytes += room
            let first = RunnerPiece(offset: piece.offset, stream: piece.stream, bytes: Array(piece.bytes[..<room]))
            self.sizes[0] += store.append(first, to: self.head, behind: self.sizes[0])
        }
        let begin = max(0, room)
        guard begin < piece.bytes.count else { return }
        if self.tail < 0 || self.tailBytes >= Int(self.limits.tailBytes) { self.turn(store) }
        let rest = RunnerPiece(
            offset: piece.offset + UInt64(begin),
            stream: piece.stream,
            bytes: Array(piece.bytes[begin...])
        )
        self.tailBytes += rest.bytes.count
        self.sizes[self.tailIndex + 1] += store.append(rest, to: self.tail, behind: self.sizes[self.tailIndex + 1])
    }

    /// Goes on in the other segment; what was in it is left out.
    private mutating func turn(_ store: RunnerStore) {
        if self.tail >= 0 {
            close(self.tail)
            self.tailIndex = 1 - self.tailIndex
        }
        store.release(self.sizes[self.tailIndex + 1])
        self.sizes[self.tailIndex + 1] = 0
        self.tailBytes = 0
        self.tail = store.open(self.name + RunnerFiles.tailSuffixes[self.tailIndex])
    }

    /// The attempt is over: nothing is appended any more.
    mutating func finish() {
        for descriptor in [self.head, self.tail] where descriptor >= 0 { close(descriptor) }
        (self.head, self.tail) = (-1, -1)
    }

    func remove(_ store: RunnerStore) {
        guard self.isSpilled else { return }
        for (suffix, size) in zip([RunnerFiles.headSuffix] + RunnerFiles.tailSuffixes, self.sizes) {
            store.remove(self.name + suffix)
            store.release(size)
        }
    }
}
