// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The file in which an attempt with secrets has left what it hands on.
///
/// Only the runner still knows the secrets when the agent was started anew meanwhile. So it masks them, before the end is told,
/// and the file's new name says that it did.
package enum RunnerOutputFile {
    /// The variable that names the file.
    static let variable = "QF_OUTPUT="
    /// What the name of a masked one ends with.
    package static let maskedSuffix = ".masked"
    /// Bytes; of a longer one nothing is taken by anybody, so it stays as it is.
    private static let limit = 64 * 1024

    static func path(in environment: [String]) -> String? {
        environment.last { $0.hasPrefix(self.variable) }.map { String($0.dropFirst(self.variable.utf8.count)) }
    }

    /// Writes the masked file beside the other, and removes that.
    static func mask(_ path: String, with masker: SecretMasker) {
        guard let bytes = self.read(path) else { return }
        let target = path + self.maskedSuffix
        unlink(target)
        let descriptor = open(target, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        let isWritten = self.write(masker.masked(bytes), to: descriptor)
        close(descriptor)
        unlink(isWritten ? path : target)
    }

    /// - Returns: nil where there is no file that anything could be taken from.
    private static func read(_ path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var information = stat()
        guard fstat(descriptor, &information) == 0, information.st_mode & S_IFMT == S_IFREG else { return nil }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 * 1024)
        while bytes.count <= self.limit {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { return nil }
            guard count > 0 else { return bytes }
            bytes += buffer[..<count]
        }
        return nil
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
