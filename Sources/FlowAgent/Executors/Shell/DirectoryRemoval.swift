// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Removes a directory with all that is in it, whatever a job has made there.
///
/// That may be names that are no UTF-8, directories that may not be entered, and paths longer than any program could name.
/// Links are removed and not followed. No path is ever built and no depth costs a descriptor: a directory that has others in it gives them to the top first.
struct DirectoryRemoval {
    private let top: Int32
    /// The file system of the top: another one that is mounted within is left alone.
    private let device: UInt
    private var moved = 0
    /// Names at the top that stay: a mount, somebody else's file.
    private var kept: Set<[CChar]> = []
    /// Somebody who makes files as quickly as they go is not waited for; seconds.
    private static let patience = 20

    /// - Returns: whether the directory is gone.
    @discardableResult
    static func remove(_ path: String) -> Bool {
        // A job may have put a link or a file in its place: that goes, and what the link names stays as it is.
        if unlink(path) == 0 || errno == ENOENT { return true }
        if rmdir(path) == 0 { return true }
        let name = Array(path.utf8CString)
        Self.allow(name, of: AT_FDCWD)
        let top = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard top >= 0 else { return false }
        var removal = DirectoryRemoval(top: top)
        removal.empty()
        close(top)
        return rmdir(path) == 0
    }

    private init(top: Int32) {
        self.top = top
        self.device = Self.device(of: top)
    }

    private static func device(of directory: Int32) -> UInt {
        var facts = stat()
        return fstat(directory, &facts) == 0 ? UInt(facts.st_dev) : 0
    }

    private mutating func empty() {
        var hasMore = true
        let end = Self.seconds + Self.patience
        // What was moved to the top is seen by the next round at the latest.
        while hasMore, Self.seconds < end {
            let before = self.moved
            hasMore = false
            for name in Self.names(in: self.top) where !self.kept.contains(name) {
                if self.remove(name) { hasMore = true } else { self.kept.insert(name) }
            }
            if self.moved > before { hasMore = true }
        }
    }

    /// `O_PATH`, which needs no right to read and opens nothing.
    private static let onlyPlace: Int32 = 0o10000000

    private static var seconds: Int {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return now.tv_sec
    }

    /// Removes one entry of the top; what a directory holds is removed or moved to the top.
    private mutating func remove(_ name: [CChar]) -> Bool {
        if unlinkat(self.top, name, 0) == 0 || errno == ENOENT { return true }
        if unlinkat(self.top, name, AT_REMOVEDIR) == 0 { return true }
        guard let inner = Self.enter(name, of: self.top) else { return false }
        defer { close(inner) }
        guard Self.device(of: inner) == self.device else { return false }
        for child in Self.names(in: inner) {
            if unlinkat(inner, child, 0) == 0 || unlinkat(inner, child, AT_REMOVEDIR) == 0 { continue }
            // A directory may only be moved by who may write into it.
            Self.allow(child, of: inner)
            var place: [CChar]
            repeat {
                self.moved += 1
                place = Array("qf-\(self.moved)".utf8CString)
            } while faccessat(self.top, place, F_OK, AT_SYMLINK_NOFOLLOW) == 0
            // What can't be moved keeps its directory; what stands beside it goes all the same.
            _ = renameat(inner, child, self.top, place)
        }
        return unlinkat(self.top, name, AT_REMOVEDIR) == 0
    }

    /// Gives the owner the right to look into a directory and to change it.
    private static func allow(_ name: [CChar], of directory: Int32) {
        // Held while it is looked at and changed: a link that takes its place meanwhile is not followed.
        let held = openat(directory, name, Self.onlyPlace | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard held >= 0 else { return }
        defer { close(held) }
        var facts = stat()
        guard fstat(held, &facts) == 0, facts.st_mode & 0o700 != 0o700 else { return }
        chmod("/proc/self/fd/\(held)", 0o700)
    }

    private static func enter(_ name: [CChar], of directory: Int32) -> Int32? {
        Self.allow(name, of: directory)
        let inner = openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        return inner >= 0 ? inner : nil
    }

    /// The entries of an open directory, as bytes with their end.
    private static func names(in directory: Int32) -> [[CChar]] {
        // A stream takes the descriptor that it is given, and one that was read to its end is read no further.
        let own = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard own >= 0, let stream = fdopendir(own) else {
            if own >= 0 { close(own) }
            return []
        }
        defer { closedir(stream) }
        var names: [[CChar]] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
                    Array(UnsafeBufferPointer(start: $0, count: strlen($0) + 1))
                }
            }
            if name != [0x2e, 0], name != [0x2e, 0x2e, 0] { names.append(name) }
        }
        return names
    }
}
