// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import FlowCore
import FlowRunner

/// What runners that are no more have left on the disk, until the ledger has it.
struct RunnerArchives {
    struct Entry {
        let key: AttemptKey
        let attempt: RunnerArchive.Attempt

        /// What an executor would have told, from its beginning.
        func events(_ handed: ProcessRunner.Handed?) -> [(AttemptKey, AttemptEvent)] {
            var events: [AttemptEvent] = self.attempt.startedAt.map { [.started(at: $0)] } ?? []
            var position: UInt64 = 0
            for piece in self.attempt.output {
                if piece.offset > position { events.append(.skipped(Int64(clamping: piece.offset - position))) }
                events.append(.output(.init(piece.stream), piece.bytes))
                position = piece.end
            }
            if self.attempt.outputBytes > position {
                events.append(.skipped(Int64(clamping: self.attempt.outputBytes - position)))
            }
            let end =
                self.attempt.outcome.map { AttemptEnd($0, of: handed) }
                ?? .interrupted(RunnerKeeper.deathText, at: flow_boot_microseconds())
            return (events + [.ended(end)]).map { (self.key, $0) }
        }
    }

    private var entries: [AttemptKey: (entry: Entry, directory: RunnerDirectory)] = [:]
    /// Ends in a directory that the ledger does not have yet; it is removed with the last.
    private var unsettled: [RunnerDirectory: Set<AttemptKey>] = [:]

    func contains(_ key: AttemptKey) -> Bool { self.entries[key] != nil }

    /// Takes note of a directory whose runner is no more.
    mutating func add(_ archive: RunnerArchive, in directory: RunnerDirectory) {
        for attempt in archive.attempts {
            guard let id = ExecutionID(attempt.execution) else { continue }
            let key = AttemptKey(id: id, attempt: Int(attempt.attempt))
            self.entries[key] = (Entry(key: key, attempt: attempt), directory)
        }
    }

    /// The ledger has an attempt as running, and will have its end.
    mutating func take(_ key: AttemptKey) -> Entry? {
        guard let (entry, directory) = self.entries.removeValue(forKey: key) else { return nil }
        self.unsettled[directory, default: []].insert(key)
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
