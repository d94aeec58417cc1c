// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import Glibc

/// A runner's directory, seen from the runner.
///
/// Ends of one turn of its loop share a file: one fsync for all of them. Whatever can't be written stays in memory; a
/// full disk costs output, never an outcome.
final class RunnerStore {
    /// -1 when the directory can't be used.
    let directory: Int32
    var limits = RunnerLimits()
    private var usedBytes: UInt64 = 0
    private var nextBatch: UInt64 = 0
    /// How many ends in a file are not forgotten.
    private var batches: [UInt64: Int] = [:]
    private let bootID = RunnerFiles.bootID()
    private let leaders: Int32
    private var slots = 0
    private var freeSlots: [Int] = []

    init(directory path: String) {
        self.directory = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC
        self.leaders = self.directory < 0 ? -1 : openat(self.directory, RunnerFiles.leaders, flags, 0o600)
        let header = ByteWriter.with { $0.write(counted: self.bootID.isEmpty ? "-" : self.bootID) }
        if self.leaders >= 0 { _ = RunnerFiles.write(RunnerLeader.padded(header.bytes), to: self.leaders) }
    }

    /// Nobody will ever read what is kept here.
    var isGone: Bool {
        var information = stat()
        return self.directory < 0 || fstat(self.directory, &information) != 0 || information.st_nlink == 0
    }

    /// Notes where the control groups are, for whoever cleans up after a runner that was killed.
    func note(group path: String) {
        let descriptor = self.open(RunnerFiles.group)
        guard descriptor >= 0 else { return }
        _ = RunnerFiles.write(Array(path.utf8), to: descriptor)
        close(descriptor)
    }

    // MARK: Output

    /// - Returns: an empty file to append to; -1 when there is no room for one.
    func open(_ name: String) -> Int32 {
        guard self.directory >= 0 else { return -1 }
        return openat(self.directory, name, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0o600)
    }

    /// - Returns: how many bytes were written; 0 when there was no room, and then the file is as it was.
    func append(_ piece: RunnerPiece, to descriptor: Int32, behind size: Int) -> Int {
        let record = ByteWriter.with { RunnerPiece.append(piece, to: &$0) }.bytes
        guard descriptor >= 0, self.usedBytes + UInt64(record.count) <= self.limits.diskBytes else { return 0 }
        guard RunnerFiles.write(record, to: descriptor) else {
            // Shortening needs no room: a torn record would hide what is written behind it.
            _ = ftruncate(descriptor, off_t(size))
            return 0
        }
        self.usedBytes += UInt64(record.count)
        return record.count
    }

    func release(_ bytes: Int) { self.usedBytes -= min(self.usedBytes, UInt64(bytes)) }

    func remove(_ name: String) { unlinkat(self.directory, name, 0) }

    // MARK: Ends

    /// Writes ends to the disk before anybody is told of them.
    ///
    /// - Returns: the file's number; nil when it could not be written.
    func save(_ attempts: [EndedAttempt]) -> UInt64? {
        guard self.directory >= 0 else { return nil }
        let batch = self.nextBatch
        let bytes = RunnerArchive.encode(attempts, bootID: self.bootID)
        guard RunnerFiles.replace(self.file(batch), with: bytes, in: self.directory) else { return nil }
        self.nextBatch += 1
        self.batches[batch] = attempts.count
        return batch
    }

    /// An end is in the agent's ledger.
    func forget(_ batch: UInt64) {
        guard let left = self.batches[batch] else { return }
        self.batches[batch] = left > 1 ? left - 1 : nil
        if left <= 1 { self.remove(self.file(batch)) }
    }

    private func file(_ batch: UInt64) -> String { RunnerFiles.outcomePrefix + String(batch) }

    // MARK: Leaders

    /// Notes who was started, for whoever cleans up after a runner that was killed.
    ///
    /// - Returns: the place in the table.
    func add(_ leader: RunnerLeader) -> Int {
        let slot = self.freeSlots.popLast() ?? self.slots
        self.slots = max(self.slots, slot + 1)
        self.write(leader, in: slot)
        return slot
    }

    func removeLeader(_ slot: Int) {
        self.write(RunnerLeader(pid: 0, startTime: 0, leavesProcesses: false), in: slot)
        self.freeSlots.append(slot)
    }

    private func write(_ leader: RunnerLeader, in slot: Int) {
        guard self.leaders >= 0 else { return }
        let record = ByteWriter.with { leader.append(to: &$0) }.bytes
        _ = pwrite(self.leaders, record, record.count, off_t(RunnerLeader.headerBytes + slot * record.count))
    }

    /// Takes away what the directory has of a runner that ends with nothing to tell.
    func clear() {
        guard self.directory >= 0, self.batches.isEmpty else { return }
        for name in [RunnerFiles.leaders, RunnerFiles.socket, RunnerFiles.group] { self.remove(name) }
    }
}
