// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation

#if canImport(Glibc)
import Glibc
#endif

/// Answers that are files.
extension APIClient {
    /// Writes an answer as it comes.
    ///
    /// To standard output; into what is there and is no ordinary file (a pipe, a device); or into a file that takes its name
    /// when it is whole. A link stays, and what it leads to is replaced.
    ///
    /// - Throws: ``CommandFailure`` for a refusal, or when the file can't be written; then it is as it was.
    func save(_ path: String, _ query: [(String, String?)] = [], to file: String?) async throws {
        guard let file else {
            return try await self.download(path, query) { data in try Self.write(data, to: STDOUT_FILENO, "-") }
        }
        var status = stat()
        let isThere = stat(file, &status) == 0
        guard !isThere || status.st_mode & S_IFMT == S_IFREG else {
            let descriptor = open(file, O_WRONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw Self.failure(file) }
            defer { close(descriptor) }
            return try await self.download(path, query) { data in try Self.write(data, to: descriptor, file) }
        }
        let target = URL(fileURLWithPath: file).resolvingSymlinksInPath().path
        // A name that nobody has: two that write one file do not meet, and nothing of the person's is removed.
        var name = Array((target + ".XXXXXX").utf8CString)
        let descriptor = mkstemp(&name)
        guard descriptor >= 0 else { throw Self.failure(file) }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        let draft = name.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
        defer { close(descriptor) }
        do {
            if isThere { fchmod(descriptor, status.st_mode & 0o777) }
            try await self.download(path, query) { data in try Self.write(data, to: descriptor, file) }
            guard fsync(descriptor) == 0, rename(draft, target) == 0 else { throw Self.failure(file) }
        } catch {
            unlink(draft)
            throw error
        }
    }

    private static func write(_ data: Data, to descriptor: Int32, _ name: String) throws {
        try data.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, rest.withUnsafeBytes { $0.baseAddress }, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw Self.failure(name) }
                rest = rest.dropFirst(count)
            }
        }
    }

    private static func failure(_ file: String) -> CommandFailure {
        CommandFailure(.failed, "\(file) can't be written: \(String(cString: strerror(errno)))")
    }
}
