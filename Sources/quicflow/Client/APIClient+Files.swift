// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation

#if canImport(Glibc)
import Glibc
#endif

/// Answers that are files.
extension APIClient {
    /// Writes an answer as it comes: to standard output, or into a file that takes its name when it is whole.
    ///
    /// - Throws: ``CommandFailure`` for a refusal, or when the file can't be written; then there is none.
    func save(_ path: String, _ query: [(String, String?)] = [], to file: String?) async throws {
        guard let file else {
            return try await self.download(path, query) { data in try Self.write(data, to: STDOUT_FILENO, "-") }
        }
        let draft = file + ".part"
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure(file) }
        do {
            try await self.download(path, query) { data in try Self.write(data, to: descriptor, file) }
            guard fsync(descriptor) == 0, rename(draft, file) == 0 else { throw Self.failure(file) }
            close(descriptor)
        } catch {
            close(descriptor)
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
