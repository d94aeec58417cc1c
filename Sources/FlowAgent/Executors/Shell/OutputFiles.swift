// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CoreFoundation
import FlowAgentCore
import FlowCore
import FlowRunner
import Foundation
import Glibc

/// The files that scripts write their outputs to, one for each attempt; read when no process of it is left (W12).
struct OutputFiles: Sendable {
    private let root: String

    init(dataDirectory: String) throws {
        self.root = dataDirectory + "/outputs"
        try FileManager.default.createDirectory(
            atPath: self.root,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
    }

    func path(of key: AttemptKey) -> String { "\(self.root)/\(key.id)-\(key.attempt)" }

    /// Removes what attempts left when an earlier agent died, but for those that go on.
    func removeAll(but keys: Set<AttemptKey>) {
        let names = keys.map { "\($0.id)-\($0.attempt)" }
        let kept = Set(names + names.map { $0 + RunnerOutputFile.maskedSuffix })
        let found = (try? FileManager.default.contentsOfDirectory(atPath: self.root)) ?? []
        for name in found where !kept.contains(name) {
            try? FileManager.default.removeItem(atPath: "\(self.root)/\(name)")
        }
    }

    /// Reads what an attempt wrote, and removes the file.
    ///
    /// - Parameter isMasked: nobody here knows the attempt's secrets, so that only a file counts in which its runner has
    ///   masked them.
    /// - Returns: nil when there is none.
    func take(_ key: AttemptKey, isMasked: Bool) -> Result<[String: String], StepOutputs.Fault>? {
        let plain = self.path(of: key)
        if let values = self.take(plain + RunnerOutputFile.maskedSuffix) {
            try? FileManager.default.removeItem(atPath: plain)
            return values
        }
        guard isMasked else { return self.take(plain) }
        var information = stat()
        guard lstat(plain, &information) == 0 else { return nil }
        try? FileManager.default.removeItem(atPath: plain)
        let words = "the agent was started anew meanwhile, and cannot mask the secrets in them"
        return .failure(StepOutputs.Fault(line: nil, message: words))
    }

    private func take(_ path: String) -> Result<[String: String], StepOutputs.Fault>? {
        // No link: the agent reads for the script only what the script has written there.
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard errno != ENOENT else { return nil }
            try? FileManager.default.removeItem(atPath: path)
            return .failure(StepOutputs.Fault(line: nil, message: "the file can't be read"))
        }
        defer {
            close(descriptor)
            try? FileManager.default.removeItem(atPath: path)
        }
        var information = stat()
        guard fstat(descriptor, &information) == 0, information.st_mode & S_IFMT == S_IFREG else {
            return .failure(StepOutputs.Fault(line: nil, message: "it is no file"))
        }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 * 1024)
        while bytes.count <= StepOutputs.fileLimit {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        do {
            return .success(try StepOutputs.parse(bytes))
        } catch {
            return .failure(error)
        }
    }

    /// An end with what the attempt hands on; a file with a fault is noted, and nothing of it taken.
    func completed(_ end: AttemptEnd, of key: AttemptKey, isMasked: Bool) -> AttemptEnd {
        var end = end
        switch self.take(key, isMasked: isMasked) {
        case nil: break
        case .success(let values): end.outputs = values
        case .failure(let fault):
            let words = "its outputs were not taken: \(fault.text)"
            end.detail = end.detail.map { "\($0); \(words)" } ?? words
        }
        return end
    }
}
