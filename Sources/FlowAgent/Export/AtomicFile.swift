// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A file that is written in pieces and takes its place as a whole: readers see the old content or the new, never a part.
///
/// What is not finished goes with the value.
final class AtomicFile {
    private let path: String
    private let temporary: String
    private var descriptor: Int32
    private var buffer: [UInt8] = []
    private static let bufferSize = 64 << 10
    /// Begins the names of files that are being written.
    static let mark = ".new-"

    /// - Throws: ``ExportFailure``.
    init(_ path: String) throws {
        self.path = path
        let url = URL(fileURLWithPath: path)
        self.temporary = url.deletingLastPathComponent().path + "/" + Self.mark + url.lastPathComponent
        self.descriptor = open(self.temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard self.descriptor >= 0 else { throw ExportFailure("write", self.temporary, errno) }
        self.buffer.reserveCapacity(Self.bufferSize)
    }

    deinit {
        guard self.descriptor >= 0 else { return }
        close(self.descriptor)
        unlink(self.temporary)
    }

    func write(_ bytes: some Collection<UInt8>) throws {
        self.buffer.append(contentsOf: bytes)
        if self.buffer.count >= Self.bufferSize { try self.flush() }
    }

    func write(_ text: String) throws { try self.write(text.utf8) }

    /// Puts the file in its place.
    func finish() throws {
        try self.flush()
        guard fsync(self.descriptor) == 0 else { throw ExportFailure("write", self.temporary, errno) }
        guard rename(self.temporary, self.path) == 0 else { throw ExportFailure("replace", self.path, errno) }
        close(self.descriptor)
        self.descriptor = -1
    }

    private func flush() throws {
        var rest = self.buffer[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(self.descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw ExportFailure("write", self.temporary, errno) }
            rest = rest.dropFirst(count)
        }
        self.buffer.removeAll(keepingCapacity: true)
    }
}

/// A file of an export could not be written.
struct ExportFailure: Error, CustomStringConvertible {
    let description: String

    init(_ action: String, _ path: String, _ code: Int32) {
        self.description = "Could not \(action) \(path): \(String(cString: strerror(code)))."
    }
}
