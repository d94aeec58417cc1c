// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import FlowAgentCore
import FlowCore
import FlowRunner
import Glibc

/// What runners that are no more have left on the disk, until the ledger has it.
struct RunnerArchives {
    struct Entry {
        let key: AttemptKey
        let attempt: RunnerArchive.Attempt
        let directory: RunnerDirectory

        /// Tells what an executor would have told, from its beginning, a part at a time.
        func tell(_ handed: ProcessRunner.Handed?, to handler: AttemptHandler) {
            if let at = self.attempt.startedAt { handler([(self.key, .started(at: at))]) }
            var position: UInt64 = 0
            func tell(_ pieces: [RunnerPiece]) {
                var events: [AttemptEvent] = []
                for piece in pieces {
                    if piece.offset > position { events.append(.skipped(Int64(clamping: piece.offset - position))) }
                    events.append(.output(.init(piece.stream), piece.bytes))
                    position = piece.end
                }
                if !events.isEmpty { handler(events.map { (self.key, $0) }) }
            }
            tell(self.attempt.output)
            if let files = self.attempt.files {
                let descriptor = self.directory.open()
                defer { if descriptor >= 0 { close(descriptor) } }
                let reader = RunnerSpoolReader(name: files, directory: descriptor)
                while true {
                    let pieces = reader.next()
                    guard !pieces.isEmpty else { break }
                    tell(pieces)
                }
            }
            if self.attempt.outputBytes > position {
                handler([(self.key, .skipped(Int64(clamping: self.attempt.outputBytes - position)))])
            }
            let end =
                self.attempt.outcome.map { AttemptEnd($0, of: handed) }
                ?? .interrupted(RunnerKeeper.deathText, at: flow_boot_microseconds())
            handler([(self.key, .ended(end))])
        }
    }

    private var entries: [AttemptKey: Entry] = [:]
    /// Ends in a directory that the ledger does not have yet; it is removed with the last.
    private var unsettled: [RunnerDirectory: Set<AttemptKey>] = [:]

    func contains(_ key: AttemptKey) -> Bool { self.entries[key] != nil }

    /// Takes note of a directory whose runner is no more.
    mutating func add(_ archive: RunnerArchive, in directory: RunnerDirectory) {
        for attempt in archive.attempts {
            guard let id = ExecutionID(attempt.execution) else { continue }
            let key = AttemptKey(id: id, attempt: Int(attempt.attempt))
            self.entries[key] = Entry(key: key, attempt: attempt, directory: directory)
        }
    }

    /// The ledger has an attempt as running, and will have its end.
    mutating func take(_ key: AttemptKey) -> Entry? {
        guard let entry = self.entries.removeValue(forKey: key) else { return nil }
        self.unsettled[entry.directory, default: []].insert(key)
        return entry
    }

    /// Ends that were told by a runner that died before it was told to forget them.
    mutating func expect(_ keys: Set<AttemptKey>, in directory: RunnerDirectory) {
        guard !keys.isEmpty else { return directory.remove() }
        self.unsettled[directory, default: []].formUnion(keys)
    }

    mutating func settled(_ key: AttemptKey) {
        for (directory, var keys) in self.unsettled where keys.remove(key) != nil {
            self.unsettled[directory] = keys.isEmpty ? nil : keys
            if keys.isEmpty { directory.remove() }
        }
    }

    /// Forgets what the ledger does not have as running: it has the ends of those already.
    mutating func dropOthers() {
        let directories = Set(self.entries.values.map(\.directory))
        self.entries = [:]
        for directory in directories where self.unsettled[directory] == nil { directory.remove() }
    }
}
