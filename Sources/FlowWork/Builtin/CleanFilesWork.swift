// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation

/// Deletes files that have not changed for some days.
///
/// Every step goes from an open directory to a name in it, without following links: whoever renames and links meanwhile
/// can't lead it out of its directory. It stays on one file system, and leaves directories, links and devices alone.
final class CleanFilesWork {
    private let clean: BuiltinPayload.CleanFiles
    private let policy: HostPolicy
    private let stop: StopSignal
    private let outputs: WorkOutputs
    private var count = 0
    private var bytes: Int64 = 0
    private var failures = 0
    /// Each level keeps a descriptor open.
    private static let depthLimit = 128

    init(_ clean: BuiltinPayload.CleanFiles, policy: HostPolicy, stop: StopSignal, outputs: WorkOutputs) {
        self.clean = clean
        self.policy = policy
        self.stop = stop
        self.outputs = outputs
    }

    func run() throws {
        guard let resolved = realpath(self.clean.path, nil) else {
            throw WorkFailure(.trouble, "cannot enter '\(self.clean.path)': \(String(cString: strerror(errno)))")
        }
        let path = String(cString: resolved)
        free(resolved)
        if let refusal = self.policy.refusal(ofPath: path) { throw WorkFailure(.denied, refusal) }
        guard path != "/" else { throw WorkFailure(.denied, "'\(self.clean.path)' is the root of this host") }
        let directory = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        var facts = stat()
        guard directory >= 0, fstat(directory, &facts) == 0 else {
            throw WorkFailure(.trouble, "cannot enter '\(path)': \(String(cString: strerror(errno)))")
        }
        let limit = time(nil) - self.clean.olderThanDays * 86_400
        try self.clean(directory, path: path, device: facts.st_dev, before: limit, depth: 0)
        let files = self.count == 1 ? "1 file" : "\(self.count) files"
        WorkLog.say("\(self.clean.isDryRun ? "would delete" : "deleted") \(files), \(self.bytes) bytes")
        self.outputs.write([
            ("files", "\(self.count)"), ("bytes", "\(self.bytes)"), ("failures", "\(self.failures)"),
        ])
        guard self.failures == 0 else {
            throw WorkFailure(.failure, "\(self.failures) files or directories could not be cleaned up")
        }
    }

    /// Takes the descriptor over.
    private func clean(_ directory: Int32, path: String, device: dev_t, before limit: Int, depth: Int) throws {
        guard let stream = fdopendir(directory) else {
            close(directory)
            return self.complain(path, errno)
        }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            try self.stop.check()
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
                    Array(UnsafeBufferPointer(start: $0, count: strlen($0) + 1))
                }
            }
            if name == [0x2e, 0] || name == [0x2e, 0x2e, 0] { continue }
            let shown =
                path + "/"
                + WorkLog.plain(String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
            var facts = stat()
            guard fstatat(directory, name, &facts, AT_SYMLINK_NOFOLLOW) == 0 else {
                if errno != ENOENT { self.complain(shown, errno) }
                continue
            }
            guard facts.st_dev == device else { continue }
            switch facts.st_mode & S_IFMT {
            case S_IFDIR: try self.enter(name, of: directory, shown, device: device, before: limit, depth: depth)
            case S_IFREG where facts.st_mtim.tv_sec < limit || self.clean.olderThanDays == 0:
                if let pattern = self.clean.pattern, fnmatch(pattern, name, 0) != 0 { continue }
                self.delete(name, of: directory, shown, size: Int64(facts.st_size))
            default: continue
            }
        }
    }

    private func enter(
        _ name: [CChar],
        of directory: Int32,
        _ shown: String,
        device: dev_t,
        before limit: Int,
        depth: Int
    ) throws {
        guard depth < Self.depthLimit else { return self.complain(shown, ELOOP) }
        let inner = openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard inner >= 0 else {
            // Gone, or a link by now.
            if errno != ENOENT, errno != ELOOP, errno != ENOTDIR { self.complain(shown, errno) }
            return
        }
        var facts = stat()
        guard fstat(inner, &facts) == 0, facts.st_dev == device else {
            close(inner)
            return
        }
        try self.clean(inner, path: shown, device: device, before: limit, depth: depth + 1)
    }

    private func delete(_ name: [CChar], of directory: Int32, _ shown: String, size: Int64) {
        if !self.clean.isDryRun, unlinkat(directory, name, 0) != 0 {
            if errno != ENOENT { self.complain(shown, errno) }
            return
        }
        self.count += 1
        self.bytes += size
        WorkLog.say(shown)
    }

    private func complain(_ path: String, _ error: Int32) {
        self.failures += 1
        WorkLog.complain("\(path): \(String(cString: strerror(error)))")
    }
}
