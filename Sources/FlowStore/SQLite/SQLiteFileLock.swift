// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Keeps a second process away from a database file.
///
/// An advisory `flock` on a sidecar file: the kernel lets go of it when the process ends, however it ends, so there is
/// nothing stale to clean up. The file holds the owner's process id for the message that a second one shows.
package final class SQLiteFileLock: Sendable {
    private let descriptor: Mutex<Int32?>

    /// - Throws: `unavailable` when another process (or another store of this one) holds the lock.
    package init(database: String) throws {
        let path = database + ".lock"
        // Close-on-exec: a child that inherited the descriptor would keep the lock after our death.
        let descriptor = path.withCString { systemOpen($0, O_RDWR | O_CREAT | O_CLOEXEC, 0o600) }
        guard descriptor >= 0 else {
            throw CoreError(
                .unavailable,
                "The lock file '\(path)' can't be opened (\(String(cString: strerror(errno)))). "
                    + "Check that its directory exists and belongs to this user."
            )
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let owner = Self.owner(descriptor)
            _ = systemClose(descriptor)
            throw CoreError(
                .unavailable,
                "The database '\(database)' is in use by \(owner). Stop that server first, or give this one "
                    + "a data directory of its own."
            )
        }
        let text = Array("\(getpid())\n".utf8)
        _ = ftruncate(descriptor, 0)
        _ = pwrite(descriptor, text, text.count, 0)
        self.descriptor = Mutex(descriptor)
    }

    deinit { self.release() }

    /// Lets others in; idempotent.
    package func release() {
        self.descriptor.withLock { descriptor in
            guard let open = descriptor else { return }
            // The file itself stays: removing it would let two processes hold locks on two files of one name.
            _ = ftruncate(open, 0)
            // Said, and not left to the close: a child between fork and exec has the descriptor still, and with it the lock.
            _ = flock(open, LOCK_UN)
            _ = systemClose(open)
            descriptor = nil
        }
    }

    private static func owner(_ descriptor: Int32) -> Wording {
        var buffer = [UInt8](repeating: 0, count: 32)
        let count = pread(descriptor, &buffer, buffer.count, 0)
        guard count > 0, let process = Int32(String(decoding: buffer[..<count], as: UTF8.self).filter(\.isNumber))
        else {
            return "another server"
        }
        return process == getpid() ? "this process already" : "another server (process \(process))"
    }
}

private func systemOpen(_ path: UnsafePointer<CChar>, _ flags: Int32, _ mode: mode_t) -> Int32 {
    open(path, flags, mode)
}

private func systemClose(_ descriptor: Int32) -> Int32 { close(descriptor) }
