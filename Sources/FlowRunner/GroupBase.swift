// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import Glibc

/// Where this host lets us make control groups (cgroup v2) of our own, and what they can limit.
package struct GroupBase: Hashable, Sendable {
    /// What a group can hold back, in the kernel's words.
    package static let wanted = ["memory", "cpu", "pids"]

    /// The group under which ours are made, as a directory.
    package let path: String
    /// Those of ``wanted`` that are in force there.
    package let controllers: [String]

    package init(path: String, controllers: [String]) {
        self.path = path
        self.controllers = controllers
    }

    /// Looks for the group of this process in the mounted hierarchy, and whether we may make others beside or below it.
    ///
    /// Limits are only turned on where systemd has left the group above ours to us (`Delegate=` with `DelegateSubgroup=`):
    /// a group with processes of its own cannot give them to groups below, and nobody else's processes are moved for it.
    /// Otherwise there are those that are on already.
    ///
    /// - Returns: nil when there is no such hierarchy, or it is not ours to write.
    package static func find() -> GroupBase? { self.find(around: "self", turnsOn: true) }

    /// What ``find()`` has found for another process, as far as we may see it; changes nothing.
    package static func glance(process: Int32) -> GroupBase? { self.find(around: "\(process)", turnsOn: false) }

    private static func find(around process: String, turnsOn: Bool) -> GroupBase? {
        guard let mounts = SmallFile.text("/proc/self/mountinfo"),
            let own = SmallFile.text("/proc/\(process)/cgroup"), let place = self.place(mounts: mounts, own: own)
        else { return nil }
        var path = place.directory
        if !place.isTop, let slash = path.lastIndex(of: "/") {
            let parent = String(path[..<slash])
            if flow_is_delegated(parent) == 1, self.isWritable(parent) {
                path = parent
                for name in self.wanted where turnsOn {
                    SmallFile.write("+\(name)", to: parent + "/cgroup.subtree_control")
                }
            }
        }
        guard self.isWritable(path) else { return nil }
        let active = (SmallFile.text(path + "/cgroup.subtree_control") ?? "").split(whereSeparator: \.isWhitespace)
        return GroupBase(path: path, controllers: self.wanted.filter { active.contains(Substring($0)) })
    }

    /// The directory of this process' group.
    ///
    /// - Parameters:
    ///   - mounts: what `/proc/self/mountinfo` says (proc_pid_mountinfo(5)).
    ///   - own: what `/proc/self/cgroup` says (cgroups(7)).
    /// - Returns: nil without a hierarchy of version 2; `isTop` says that there is nothing above it.
    package static func place(mounts: String, own: String) -> (directory: String, isTop: Bool)? {
        guard let line = own.split(separator: "\n").first(where: { $0.hasPrefix("0::/") }) else { return nil }
        var group = String(line.dropFirst(3))
        if group.hasSuffix("/") { group.removeLast() }
        for mount in mounts.split(separator: "\n") {
            let words = mount.split(separator: " ")
            guard let dash = words.firstIndex(of: "-"), dash + 1 < words.count, words[dash + 1] == "cgroup2",
                words.count > 4
            else { continue }
            // A mount may show only a part of the hierarchy, as in a container.
            let root = words[3] == "/" ? "" : String(words[3])
            guard group.hasPrefix(root),
                root.isEmpty || group.count == root.count || group.dropFirst(root.count).first == "/"
            else { continue }
            let below = group.dropFirst(root.count)
            return (String(words[4]) + below, below.isEmpty)
        }
        return nil
    }

    private static func isWritable(_ path: String) -> Bool {
        access(path, W_OK) == 0 && access(path + "/cgroup.procs", W_OK) == 0
    }
}

/// What of a job's processes together is held back.
package struct GroupLimits: Hashable, Sendable {
    /// Bytes of memory, swap included.
    package var memoryBytes: UInt64?
    /// Per cent of one processor.
    package var cpuPercent: UInt32?
    /// Processes and threads.
    package var processes: UInt32?

    package init(memoryBytes: UInt64? = nil, cpuPercent: UInt32? = nil, processes: UInt32? = nil) {
        self.memoryBytes = memoryBytes
        self.cpuPercent = cpuPercent
        self.processes = processes
    }

    package var isEmpty: Bool { self.memoryBytes == nil && self.cpuPercent == nil && self.processes == nil }

    /// Files of the group with what is written into them; those that a kernel may lack are marked.
    package var settings: [(file: String, value: String, isOptional: Bool)] {
        var settings: [(file: String, value: String, isOptional: Bool)] = []
        if let memoryBytes {
            settings.append(("memory.max", "\(memoryBytes)", false))
            // A kernel without swap has no such file.
            settings.append(("memory.swap.max", "0", true))
        }
        if let cpuPercent { settings.append(("cpu.max", "\(UInt64(cpuPercent) * 1000) 100000", false)) }
        if let processes { settings.append(("pids.max", "\(processes)", false)) }
        return settings
    }
}

/// Files of the kernel's, which say no size.
enum SmallFile {
    private static let limit = 256 << 10

    static func text(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while bytes.count < self.limit {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// - Returns: 0 or an errno.
    @discardableResult
    static func write(_ text: String, to path: String) -> Int32 {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return errno }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        return Glibc.write(descriptor, bytes, bytes.count) == bytes.count ? 0 : errno
    }
}
