// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import Glibc

/// Attempts in scopes of the host's systemd, each known by the scope's name.
///
/// A scope's group is the manager's, which makes it and takes it away. The process that becomes the job's program goes there by
/// itself; where it lies is learnt from the first process of the attempt that is looked at there.
struct RunnerUnits {
    private var names: [UInt64: String] = [:]
    private var tokens: [String: UInt64] = [:]
    private var groups: [UInt64: ControlGroup] = [:]
    /// What `/proc/self/mountinfo` says; a test has its own.
    private let mounts: () -> String?

    init(mounts: @escaping () -> String? = { SmallFile.text("/proc/self/mountinfo") }) { self.mounts = mounts }

    mutating func add(_ token: UInt64, name: String) {
        self.names[token] = name
        self.tokens[name] = token
    }

    mutating func remove(_ token: UInt64) {
        guard let name = self.names.removeValue(forKey: token) else { return }
        if self.tokens[name] == token { self.tokens[name] = nil }
        self.groups[token] = nil
    }

    /// Whether it is known where all of an attempt lies.
    func has(_ token: UInt64) -> Bool { self.groups[token] != nil }

    /// Whose scope a process is in; nil when it is in none of ours.
    mutating func owner(of pid: Int32) -> UInt64? {
        guard !self.tokens.isEmpty, let text = SmallFile.text("/proc/\(pid)/cgroup") else { return nil }
        return self.owner(groups: text)
    }

    /// - Parameter groups: what `/proc/PID/cgroup` says of a process.
    mutating func owner(groups: String) -> UInt64? {
        guard let line = groups.split(separator: "\n").first(where: { $0.hasPrefix("0::/") }) else { return nil }
        let parts = line.dropFirst("0::".count).split(separator: "/")
        guard let index = parts.firstIndex(where: { self.tokens[String($0)] != nil }),
            let token = self.tokens[String(parts[index])]
        else { return nil }
        if self.groups[token] == nil {
            // A job may make groups below its own.
            let own = "0::/" + parts[...index].joined(separator: "/")
            self.groups[token] = self.mounts().flatMap { GroupBase.place(mounts: $0, own: own) }
                .map { ControlGroup(path: $0.directory) }
        }
        return token
    }

    /// Learns where an attempt lies from a process of it.
    mutating func look(at pid: Int32, of token: UInt64) {
        if self.names[token] != nil, self.groups[token] == nil { _ = self.owner(of: pid) }
    }

    /// Whether a process of the attempt lives, as far as is known.
    func isOccupied(_ token: UInt64) -> Bool { self.groups[token].map { !$0.members.isEmpty } ?? false }

    func kill(_ token: UInt64) { self.groups[token]?.kill() }
}

/// The scopes that attempts of agents have on this host, whoever started them.
package enum UnitScope {
    private static let prefix = "quicflow-"
    private static let suffix = ".scope"

    /// The scope that a leader of a runner lies in, as long as it lives; nil when it is in none.
    package static func of(_ leader: RunnerLeader) -> ControlGroup? {
        var process = flow_process()
        guard flow_describe_process(leader.pid, &process) == 0, process.start_time == leader.startTime,
            let mounts = SmallFile.text("/proc/self/mountinfo"),
            let groups = SmallFile.text("/proc/\(leader.pid)/cgroup"), let own = self.line(in: groups)
        else { return nil }
        return GroupBase.place(mounts: mounts, own: own).map { ControlGroup(path: $0.directory) }
    }

    /// - Parameter groups: what `/proc/PID/cgroup` says.
    /// - Returns: its line for version 2, up to the scope.
    package static func line(in groups: String) -> String? {
        guard let line = groups.split(separator: "\n").first(where: { $0.hasPrefix("0::/") }) else { return nil }
        let parts = line.dropFirst("0::".count).split(separator: "/")
        guard let index = parts.firstIndex(where: { $0.hasPrefix(self.prefix) && $0.hasSuffix(self.suffix) }) else {
            return nil
        }
        return "0::/" + parts[...index].joined(separator: "/")
    }
}
