// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CoreFoundation
import FlowAgentCore
import FlowCore
import Foundation
import Synchronization

/// The outputs that stay on the host for queries: links to finished spools, `logs/<job uid>/<execution>-<attempt>.log`.
///
/// Bounded in three ways: the newest of each job by number, all together in bytes (the oldest go first, whosever they are),
/// and by age with the records they belong to, which is how those of deleted jobs go. A link holds its bytes on the disk
/// after the spool has gone, so they are counted here from the moment of the link on.
final class KeptOutputs: Sendable {
    private struct File: Hashable {
        let name: String
        let bytes: Int64
    }

    private struct State {
        /// Oldest first, by the directory's name; names begin with the nominal time, so they sort by age.
        var files: [String: [File]] = [:]
        var bytes: Int64 = 0
    }

    let path: String
    private let limits: OutputLimits
    private let state: Mutex<State>

    /// Takes stock of what earlier processes left, and brings it within the bounds.
    init(path: String, limits: OutputLimits) {
        self.path = path
        self.limits = limits
        var state = State()
        for directory in Self.names(in: path) {
            let files = Self.names(in: "\(path)/\(directory)").sorted().compactMap { name -> File? in
                var information = stat()
                guard stat("\(path)/\(directory)/\(name)", &information) == 0 else { return nil }
                return File(name: name, bytes: Int64(information.st_size))
            }
            guard !files.isEmpty else {
                rmdir("\(path)/\(directory)")
                continue
            }
            state.files[directory] = files
            state.bytes += files.reduce(0) { $0 + $1.bytes }
        }
        self.state = Mutex(state)
        self.state.withLock { self.shrink(&$0) }
    }

    /// Bytes that are kept on the disk.
    var bytes: Int64 { self.state.withLock { $0.bytes } }

    /// Keeps a finished spool under the job.
    func keep(_ source: String, as key: AttemptKey, job: JobUID) {
        let directory = job.description
        self.state.withLock { state in
            mkdir("\(self.path)/\(directory)", 0o700)
            let name = "\(key.id)-\(key.attempt).log"
            let target = "\(self.path)/\(directory)/\(name)"
            var information = stat()
            // Without room for a link the output is not kept; the server has it, or gets it from the spool.
            guard link(source, target) == 0, stat(target, &information) == 0 else { return }
            let file = File(name: name, bytes: Int64(information.st_size))
            // It would drive out everything else.
            guard file.bytes <= self.limits.keptBytes else {
                unlink(target)
                return
            }
            var files = state.files[directory] ?? []
            let index = files.firstIndex { $0.name > name } ?? files.endIndex
            files.insert(file, at: index)
            state.files[directory] = files
            state.bytes += file.bytes
            self.removeOldest(files.count - self.limits.keptPerJob, of: directory, from: &state)
            self.shrink(&state)
        }
    }

    /// Deletes outputs of executions with an earlier nominal time.
    func forget(before nominal: Timestamp) {
        let bound = ExecutionID.lowerBound(at: nominal).description
        self.state.withLock { state in
            for directory in Array(state.files.keys) {
                let count = state.files[directory]?.prefix { $0.name < bound }.count ?? 0
                self.removeOldest(count, of: directory, from: &state)
            }
        }
    }

    private func shrink(_ state: inout State) {
        while state.bytes > self.limits.keptBytes {
            let oldest = state.files.min { ($0.value.first?.name ?? "") < ($1.value.first?.name ?? "") }
            guard let directory = oldest?.key else { return }
            self.removeOldest(1, of: directory, from: &state)
        }
    }

    private func removeOldest(_ count: Int, of directory: String, from state: inout State) {
        guard count > 0, let files = state.files[directory] else { return }
        for file in files.prefix(count) {
            unlink("\(self.path)/\(directory)/\(file.name)")
            state.bytes -= file.bytes
        }
        let rest = Array(files.dropFirst(count))
        state.files[directory] = rest.isEmpty ? nil : rest
        if rest.isEmpty { rmdir("\(self.path)/\(directory)") }
    }

    private static func names(in directory: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
    }
}
