// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import Glibc

/// What a runner that is no more has left in its directory.
package struct RunnerArchive: Sendable {
    package struct Attempt: Hashable, Sendable {
        package let execution: String
        package let attempt: UInt32
        package let startedAt: Int64?
        /// Nil when the runner died before the attempt was over.
        package let outcome: RunnerOutcome?
        /// All bytes there were, kept or not; 0 when nobody noted it.
        package let outputBytes: UInt64
        /// Short output; long one is in files, see ``RunnerSpoolReader``.
        package let output: [RunnerPiece]
        /// What its files are called; nil when there are none.
        package let files: String?
    }

    package private(set) var attempts: [Attempt] = []
    /// Processes that it had started and that had not ended.
    package private(set) var leaders: [RunnerLeader] = []
    /// Its control group; nil when it had none.
    package private(set) var group: ControlGroup?

    private static let version: UInt32 = 1

    /// Reads a directory whose lock is free.
    package init(directory: Int32) {
        let bootID = RunnerFiles.bootID()
        let names = RunnerFiles.names(in: directory)
        for name in names where name.hasPrefix(RunnerFiles.outcomePrefix) && !name.hasSuffix(".new") {
            guard let bytes = RunnerFiles.contents(of: name, in: directory) else { continue }
            self.attempts += Self.decode(bytes, bootID: bootID, directory: directory)
        }
        let ended = Set(self.attempts.map { "\($0.execution)-\($0.attempt)" })
        for name in names where name.hasSuffix(RunnerFiles.headSuffix) {
            let stem = String(name.dropLast(RunnerFiles.headSuffix.count))
            guard !ended.contains(stem), let dash = stem.lastIndex(of: "-"),
                let attempt = UInt32(stem[stem.index(after: dash)...])
            else { continue }
            self.attempts.append(
                Attempt(
                    execution: String(stem[..<dash]),
                    attempt: attempt,
                    startedAt: nil,
                    outcome: nil,
                    outputBytes: 0,
                    output: [],
                    files: stem
                )
            )
        }
        self.group = RunnerFiles.contents(of: RunnerFiles.group, in: directory)
            .map { String(decoding: $0, as: UTF8.self) }
            .flatMap { $0.contains("/" + RunnerGroups.prefix) ? ControlGroup(path: $0) : nil }
        self.leaders =
            RunnerFiles.contents(of: RunnerFiles.leaders, in: directory)
            .map { RunnerLeader.all(in: $0, bootID: bootID) } ?? []
    }

    /// Times are readings of the boot clock; with them goes what both clocks showed, for a reader in a later boot.
    static func encode(_ attempts: [EndedAttempt], bootID: String) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(self.version)
        writer.write(counted: bootID)
        writer.write(flow_boot_microseconds())
        writer.write(flow_wall_microseconds())
        writer.write(UInt32(truncatingIfNeeded: attempts.count))
        for attempt in attempts {
            writer.write(counted: attempt.execution)
            writer.write(attempt.attempt)
            writer.write(UInt8(attempt.startedAt == nil ? 0 : 1))
            writer.write(attempt.startedAt ?? 0)
            RunnerCoding.write(attempt.outcome, to: &writer)
            writer.write(attempt.spool.total)
            writer.write(UInt8(attempt.spool.isSpilled ? 1 : 0))
            let pieces = attempt.spool.memory
            writer.write(UInt32(truncatingIfNeeded: pieces.count))
            for piece in pieces { RunnerPiece.append(piece, to: &writer) }
        }
        return writer.bytes
    }

    private static func decode(_ bytes: [UInt8], bootID: String, directory: Int32) -> [Attempt] {
        var reader = ByteReader(bytes)
        guard reader.read(UInt32.self) == self.version, let writtenIn = reader.readText(),
            let bootTime = reader.read(Int64.self), let wallTime = reader.read(Int64.self),
            let count = reader.read(UInt32.self)
        else { return [] }
        // By the wall clock that long ago, as this boot's clock counts it: before its zero for an earlier boot.
        let shift =
            writtenIn == bootID ? 0 : flow_boot_microseconds() - (flow_wall_microseconds() - wallTime) - bootTime
        var attempts: [Attempt] = []
        for _ in 0..<count {
            guard let execution = reader.readText(), let number = reader.read(UInt32.self),
                let hasStarted = reader.read(UInt8.self), let startedAt = reader.read(Int64.self),
                let outcome = RunnerCoding.outcome(&reader), let total = reader.read(UInt64.self),
                let isSpilled = reader.read(UInt8.self), let pieceCount = reader.read(UInt32.self)
            else { break }
            var pieces: [RunnerPiece] = []
            for _ in 0..<pieceCount { if let piece = RunnerPiece.next(&reader) { pieces.append(piece) } }
            attempts.append(
                Attempt(
                    execution: execution,
                    attempt: number,
                    startedAt: hasStarted == 1 ? startedAt + shift : nil,
                    outcome: outcome.shifted(by: shift),
                    outputBytes: total,
                    output: pieces,
                    files: isSpilled == 1 ? "\(execution)-\(number)" : nil
                )
            )
        }
        return attempts
    }
}

extension RunnerOutcome {
    fileprivate func shifted(by microseconds: Int64) -> RunnerOutcome {
        switch self {
        case .failed(let error, let step, let at): return .failed(error: error, step: step, at: at + microseconds)
        case .ended(var end):
            end.at += microseconds
            if end.terminatedAt != 0 { end.terminatedAt += microseconds }
            if end.killedAt != 0 { end.killedAt += microseconds }
            return .ended(end)
        }
    }
}
