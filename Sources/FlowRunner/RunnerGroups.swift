// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import Glibc

/// A runner's control groups: one of its own, and in it one for each attempt, named by execution and attempt.
///
/// Where a host has none everything works by sessions, orphans and marks (``RunnerTrees``). An attempt whose processes may stay
/// has none either: nobody would be left to take it away.
struct RunnerGroups {
    private let own: ControlGroup
    private let controllers: Set<String>
    private var names: [UInt64: String] = [:]
    private var tokens: [String: UInt64] = [:]
    /// Of attempts that are over: the kernel may take another moment to let go of what has ended there.
    private var leaving: [ControlGroup] = []

    static let prefix = "quartzflow-"
    private static let finalRounds = 40
    private static let mostLeaving = 32

    /// - Parameters:
    ///   - base: where it may be made.
    ///   - mark: names this runner among all of the host.
    init?(base: GroupBase?, mark: String) {
        guard let base, !mark.isEmpty, !mark.contains("/") else { return nil }
        self.own = ControlGroup(path: base.path + "/" + Self.prefix + mark)
        guard mkdir(self.own.path, 0o755) == 0 || errno == EEXIST else { return nil }
        var active: Set<String> = []
        for name in base.controllers
        where SmallFile.write("+\(name)", to: self.own.path + "/cgroup.subtree_control") == 0 {
            active.insert(name)
        }
        self.controllers = active
    }

    var path: String { self.own.path }

    /// Makes the group of an attempt.
    ///
    /// - Returns: a descriptor for the child's birth, which the caller closes, or -1; and 0 or an errno.
    mutating func open(_ token: UInt64, name: String, limits: GroupLimits) -> (descriptor: Int32, error: Int32) {
        let group = self.group(name)
        guard !name.contains("/"), !name.hasPrefix(".") else { return (-1, EINVAL) }
        guard mkdir(group.path, 0o755) == 0 || errno == EEXIST else { return (-1, errno) }
        for setting in limits.settings {
            let failure = SmallFile.write(setting.value, to: group.path + "/" + setting.file)
            guard failure == 0 || setting.isOptional else {
                _ = group.remove()
                return (-1, failure == ENOENT ? ENOTSUP : failure)
            }
        }
        let descriptor = Glibc.open(group.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return (-1, errno) }
        self.leaving.removeAll { $0 == group }
        self.names[token] = name
        self.tokens[name] = token
        return (descriptor, 0)
    }

    /// Whose group a process is in; nil when it is in none of ours.
    func owner(of pid: Int32) -> UInt64? {
        guard !self.tokens.isEmpty, let text = SmallFile.text("/proc/\(pid)/cgroup"),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("0::/") })
        else { return nil }
        return self.token(line)
    }

    /// The attempt in a line of `/proc/PID/cgroup`.
    private func token(_ line: Substring) -> UInt64? {
        let parts = line.split(separator: "/")
        let own = Substring(self.own.path.split(separator: "/").last ?? "")
        guard let index = parts.firstIndex(of: own), index + 1 < parts.count else { return nil }
        return self.tokens[String(parts[index + 1])]
    }

    func has(_ token: UInt64) -> Bool { self.names[token] != nil }

    /// Whether a process of the attempt lives.
    func isOccupied(_ token: UInt64) -> Bool {
        self.names[token].map { !self.group($0).members.isEmpty } ?? false
    }

    func kill(_ token: UInt64) {
        if let name = self.names[token] { self.group(name).kill() }
    }

    /// The attempt is over, or has never begun.
    ///
    /// - Returns: whether the kernel has killed something of it for want of memory.
    @discardableResult
    mutating func close(_ token: UInt64) -> Bool {
        guard let name = self.names.removeValue(forKey: token) else { return false }
        if self.tokens[name] == token { self.tokens[name] = nil }
        let group = self.group(name)
        let isStarved = self.controllers.contains("memory") && group.memoryKills > 0
        if !group.remove() { self.leaving.append(group) }
        // Otherwise they are looked at in quiet moments, of which a busy host has none.
        if self.leaving.count > Self.mostLeaving { self.tidy() }
        return isStarved
    }

    /// Takes away what could not be taken away before.
    mutating func tidy() { self.leaving.removeAll { $0.remove() } }

    var hasLeaving: Bool { !self.leaving.isEmpty }

    /// The runner ends: its own group goes too, unless something is still in one of its groups.
    mutating func clear() {
        for _ in 0..<Self.finalRounds {
            self.tidy()
            if self.leaving.isEmpty, self.own.remove() { return }
            poll(nil, 0, 5)
        }
    }

    private func group(_ name: String) -> ControlGroup { ControlGroup(path: self.own.path + "/" + name) }
}
