// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A file of records of which each is whole: what can't be written to its end is taken back.
///
/// A record that was torn in the middle would make everything behind it unreadable.
struct RecordFile {
    private var descriptor: Int32
    private(set) var size: Int

    /// Opens a file for appending.
    ///
    /// - Parameters:
    ///   - path: the file; made when it is not there.
    ///   - isNew: whether what is in it goes.
    /// - Returns: nil when it can't be opened; `errno` says why.
    init?(_ path: String, isNew: Bool) {
        let flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | (isNew ? O_TRUNC : 0)
        self.descriptor = open(path, flags, 0o600)
        guard self.descriptor >= 0 else { return nil }
        self.size = Int(lseek(self.descriptor, 0, SEEK_END))
    }

    /// - Returns: false when the record is not in the file, and the file is as it was.
    mutating func append(_ record: [UInt8]) -> Bool {
        guard self.descriptor >= 0 else { return false }
        var written = 0
        while written < record.count {
            let count = record[written...].withUnsafeBytes { write(self.descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                written += count
            } else if errno != EINTR {
                // Shortening needs no room. If even that fails, nothing may follow what is torn.
                if ftruncate(self.descriptor, off_t(self.size)) != 0 { self.close() }
                return false
            }
        }
        self.size += record.count
        return true
    }

    /// Cuts the file off after so many bytes.
    ///
    /// - Returns: false when the file system refused.
    mutating func cut(to size: Int) -> Bool {
        guard self.descriptor >= 0, size < self.size, ftruncate(self.descriptor, off_t(size)) == 0 else { return false }
        self.size = size
        return true
    }

    mutating func close() {
        if self.descriptor >= 0 { _ = Glibc.close(self.descriptor) }
        self.descriptor = -1
    }
}
