// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import Foundation
import Glibc

/// Looks once at the place of a watch, within what the host's policy allows.
package enum FileLook: Hashable, Sendable {
    case files([String: FileStamp])
    /// Why nothing can be seen, in words for whoever made the webhook.
    case refused(String)

    /// Entries of a directory that are read at most, whatever their names.
    package static let entryLimit = 20_000

    /// - Parameter most: files that are taken at most, by the order of their names.
    package static func at(_ trigger: FileTrigger, policy: HostPolicy, most: Int) -> FileLook {
        let (directory, _) = trigger.parts
        if let refusal = policy.refusal(ofPath: directory) { return .refused(refusal) }
        guard let real = realpath(directory, nil) else {
            // One that is not there yet has nothing in it.
            return errno == ENOENT ? .files([:]) : .refused(Self.unreadable(directory, errno))
        }
        defer { free(real) }
        // Where a link leads is looked at, too.
        if let refusal = policy.refusal(ofPath: String(cString: real)) { return .refused(refusal) }
        guard let stream = opendir(real) else { return .refused(Self.unreadable(directory, errno)) }
        defer { closedir(stream) }
        var names: [String] = []
        var read = 0
        while let entry = readdir(stream), read < Self.entryLimit {
            read += 1
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(validatingCString: $0) }
            }
            // One that is no text could not be told.
            if let name, trigger.matches(name) { names.append(name) }
        }
        if read == Self.entryLimit || names.count > most {
            return .refused(
                "'\(trigger.path)' names more files than are looked at: \(most), of \(Self.entryLimit) in the directory"
            )
        }
        var files: [String: FileStamp] = [:]
        for name in names {
            var facts = stat()
            guard fstatat(dirfd(stream), name, &facts, AT_SYMLINK_NOFOLLOW) == 0, facts.st_mode & S_IFMT == S_IFREG
            else { continue }
            files[name] = FileStamp(
                inode: UInt64(facts.st_ino),
                size: Int64(facts.st_size),
                modified: Int64(facts.st_mtim.tv_sec) * 1_000_000 + Int64(facts.st_mtim.tv_nsec) / 1000
            )
        }
        return .files(files)
    }

    private static func unreadable(_ directory: String, _ code: Int32) -> String {
        "the directory '\(directory)' can't be read (\(String(cString: strerror(code))))"
    }
}
