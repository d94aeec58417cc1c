// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CoreFoundation
import FlowAgentCore
import FlowCore
import Foundation
import Synchronization

/// Where output waits until the server has it; ``KeptOutputs`` then holds the newest for queries on the host.
///
/// `spool/<execution>-<attempt>.log` holds an attempt's output as ``OutputBlob`` records.
final class SpoolDirectory: Sendable {
    let path: String
    let kept: KeptOutputs
    private let limit: Mutex<OutputLimits>
    private let used: Atomic<Int64>

    init(dataDirectory: String, limits: OutputLimits) throws {
        self.path = dataDirectory + "/spool"
        self.limit = Mutex(limits)
        let logs = dataDirectory + "/logs"
        for directory in [self.path, logs] {
            try FileManager.default.createDirectory(
                atPath: directory,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        }
        self.kept = KeptOutputs(path: logs, limits: limits)
        var bytes: Int64 = 0
        for name in (try? FileManager.default.contentsOfDirectory(atPath: self.path)) ?? [] {
            var information = stat()
            if stat(self.path + "/" + name, &information) == 0 { bytes += Int64(information.st_size) }
        }
        self.used = Atomic(bytes)
    }

    /// What holds for attempts that begin now.
    var limits: OutputLimits { self.limit.withLock { $0 } }

    /// Attempts that begin from now on keep so many bytes of output.
    func setAttemptBytes(_ bytes: Int64) { self.limit.withLock { $0 = $0.with(attemptBytes: bytes) } }

    func file(of key: AttemptKey) -> String { "\(self.path)/\(key.id)-\(key.attempt).log" }

    /// Claims room for bytes about to be written; false when the disk limit is reached.
    func claim(_ bytes: Int) -> Bool {
        let before = self.used.add(Int64(bytes), ordering: .relaxed).oldValue
        guard before + Int64(bytes) > self.limits.diskBytes else { return true }
        self.release(bytes)
        return false
    }

    /// Counts bytes that are on the disk whether there is room or not, because as many are about to go.
    func account(_ bytes: Int) { self.used.add(Int64(bytes), ordering: .relaxed) }

    func release(_ bytes: Int) { self.used.subtract(Int64(bytes), ordering: .relaxed) }

    var usedBytes: Int64 { self.used.load(ordering: .relaxed) }

    /// Deletes an attempt's spool; its link under `logs` stays.
    func remove(_ key: AttemptKey) { self.removeFile(self.file(of: key)) }

    func removeFile(_ file: String) {
        var information = stat()
        guard stat(file, &information) == 0 else { return }
        unlink(file)
        self.release(Int(information.st_size))
    }

    /// Keeps a complete spool for queries on the host.
    func keep(_ key: AttemptKey, job: JobUID) { self.kept.keep(self.file(of: key), as: key, job: job) }

    /// Deletes what an earlier agent process has of an attempt that is told from its beginning again.
    func discard(_ key: AttemptKey) {
        for suffix in ["", ".tail0", ".tail1"] { self.removeFile(self.file(of: key) + suffix) }
    }

    /// Attempts whose spools an earlier agent process left here; their files are completed.
    ///
    /// - Parameter isOpen: tells those that are written to.
    func recover(but isOpen: (AttemptKey) -> Bool = { _ in false }) -> [AttemptKey] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: self.path)) ?? []
        return names.filter { $0.hasSuffix(".log") }.compactMap { name in
            guard let id = ExecutionID(String(name.prefix(36))), let attempt = Int(name.dropFirst(37).dropLast(4))
            else {
                return nil
            }
            let key = AttemptKey(id: id, attempt: attempt)
            guard !isOpen(key) else { return nil }
            SpoolFiles.complete(key, in: self)
            return key
        }
    }
}
