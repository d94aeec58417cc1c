// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCrash
import Glibc

/// What a runner's directory has in it, and the few calls on files that both sides of it need.
///
/// `DATA/runners/<name>/`: `lock` is held for as long as the runner lives, `socket` is where an agent meets it, `leaders`
/// names the processes it started, `group` is where its control groups are, `outcome-<n>` the attempts that are over, `<execution>-<attempt>.…` their output.
package enum RunnerFiles {
    package static let lock = "lock"
    package static let socket = "socket"
    static let leaders = "leaders"
    /// The path of the runner's control group; absent where there is none.
    package static let group = "group"
    static let outcomePrefix = "outcome-"
    static let headSuffix = ".head"
    static let tailSuffixes = [".tail0", ".tail1"]

    /// - Returns: nil when there is no such file or it can't be read.
    package static func contents(of name: String, in directory: Int32) -> [UInt8]? {
        let descriptor = openat(directory, name, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var information = stat()
        guard fstat(descriptor, &information) == 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: Int(information.st_size))
        var filled = 0
        while filled < bytes.count {
            let count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress! + filled, $0.count - filled) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            filled += count
        }
        return Array(bytes.prefix(filled))
    }

    /// - Returns: false when not all of it was written; the file may have a part.
    static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress! + written, $0.count - written) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            written += count
        }
        return true
    }

    /// Replaces a file as a whole: after a crash there is the old one or the new one, and nothing between.
    static func replace(_ name: String, with bytes: [UInt8], in directory: Int32) -> Bool {
        let draft = name + ".new"
        let descriptor = openat(directory, draft, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return false }
        let isWritten = self.write(bytes, to: descriptor) && fsync(descriptor) == 0
        close(descriptor)
        CrashPoint.reach("runner.file.written")
        if isWritten, renameat(directory, draft, directory, name) == 0 {
            CrashPoint.reach("runner.file.kept")
            return true
        }
        unlinkat(directory, draft, 0)
        return false
    }

    /// The names in a directory, sorted.
    ///
    /// - Parameter type: of the entries that are wanted (`DT_DIR` and the like); nil = all.
    package static func names(in directory: Int32, type: UInt8? = nil) -> [String] {
        let copy = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard copy >= 0 else { return [] }
        guard let stream = fdopendir(copy) else {
            close(copy)
            return []
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard name != ".", name != "..", type == nil || type == entry.pointee.d_type else { continue }
            names.append(name)
        }
        return names.sorted()
    }

    /// The kernel's boot id: readings of the boot clock, and pids with their start times, compare only within one boot.
    static func bootID() -> String {
        let descriptor = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = read(descriptor, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)).filter { $0 > 0x20 }, as: UTF8.self)
    }
}
