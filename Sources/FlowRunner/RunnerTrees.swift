// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import Glibc

/// Knows to which execution each descendant of the runner belongs.
///
/// The runner is a child subreaper: a descendant that lost its parent becomes its direct child, whatever session it made
/// itself. Such an orphan is attributed by its session, else by `QF_EXECUTION_ID` in its initial environment. One that
/// has neither (`env -i setsid`) is known by its control group or its unit of systemd, where there are any; else it belongs to one of
/// the executions that ran when it was first seen; it is attributed
/// when only one of them is left, so it never outlives them all. While a process becomes another program the kernel shows no
/// environment of it, and one that has ended already shows nothing: until that is over, or for a second, no tree counts as gone.
struct RunnerTrees {
    /// Leaders that have not been reaped.
    private var leaders: [Int32: UInt64] = [:]
    /// Nil where the host lets us have none.
    var groups: RunnerGroups?
    var units = RunnerUnits()
    /// Leaders of all unfinished trees, reaped or not: their pids name sessions.
    private var sessions: [Int32: UInt64] = [:]
    private var executions: [String: UInt64] = [:]
    private var owners: [Int32: UInt64] = [:]
    private var strays: [Int32: Set<UInt64>] = [:]
    /// Orphans that become another program, or ended unseen, and since when (monotonic microseconds).
    private var becoming: [Int32: Int64] = [:]
    private static let becomingPatience: Int64 = 1_000_000  // microseconds

    /// Children whose executions are over and left them running on purpose, and how theirs are recognised.
    private var left: Set<Int32> = []
    private var leftSessions: Set<Int32> = []
    private var leftExecutions: Set<String> = []

    var hasLeft: Bool { !self.left.isEmpty }
    var hasStrays: Bool { !self.strays.isEmpty }
    /// Whether it can't be said yet whose some orphan is: then a tree without any may have one.
    var isUnclear: Bool { !self.becoming.isEmpty }

    mutating func add(_ token: UInt64, leader: Int32, execution: String) {
        self.leaders[leader] = token
        self.sessions[leader] = token
        self.executions[execution] = token
        // A pid is given again only when no session has its number any more.
        self.leftSessions.remove(leader)
    }

    /// - Returns: the token whose leader this pid was; nil for an orphan, which is forgotten.
    mutating func reaped(_ pid: Int32) -> UInt64? {
        if let token = self.leaders.removeValue(forKey: pid) { return token }
        self.owners[pid] = nil
        self.strays[pid] = nil
        self.becoming[pid] = nil
        self.left.remove(pid)
        return nil
    }

    /// Lets be what lives of a tree: it belongs to nobody from now on, and neither does what descends from it.
    mutating func leave(_ token: UInt64, process: RunnerProcess) {
        self.leftSessions.insert(process.leader)
        self.leftExecutions.insert(process.execution)
        for (pid, owner) in self.owners where owner == token {
            self.owners[pid] = nil
            self.left.insert(pid)
        }
    }

    mutating func remove(_ token: UInt64, process: RunnerProcess) {
        self.units.remove(token)
        if self.sessions[process.leader] == token { self.sessions[process.leader] = nil }
        if self.executions[process.execution] == token { self.executions[process.execution] = nil }
        for pid in self.strays.keys { self.strays[pid]?.remove(token) }
    }

    /// Whether a process lives in the control group of a tree.
    func isOccupied(_ token: UInt64) -> Bool {
        self.groups?.isOccupied(token) ?? false || self.units.isOccupied(token)
    }

    /// Looks at the runner's children and attributes those that are not leaders.
    ///
    /// - Parameters:
    ///   - running: tokens of all unfinished trees.
    ///   - children: all of the runner's; a test has its own.
    /// - Returns: the tokens that own a living orphan.
    mutating func refresh(running: some Collection<UInt64>, children: [Int32] = Self.children()) -> Set<UInt64> {
        var owning: Set<UInt64> = []
        for pid in children where self.leaders[pid] == nil && !self.left.contains(pid) {
            if let owner = self.owners[pid] {
                owning.insert(owner)
            } else if let owner = self.attribute(pid, running: running) {
                self.strays[pid] = nil
                self.owners[pid] = owner
                owning.insert(owner)
            }
        }
        // The child of a left process is seen here before its parent is forgotten: without any, none can come.
        if self.left.isEmpty {
            self.leftSessions.removeAll()
            self.leftExecutions.removeAll()
        }
        return owning
    }

    private mutating func attribute(_ pid: Int32, running: some Collection<UInt64>) -> UInt64? {
        if let candidates = self.strays[pid] { return candidates.count == 1 ? candidates.first : nil }
        let since = self.becoming.removeValue(forKey: pid)
        var process = flow_process()
        guard flow_describe_process(pid, &process) == 0, process.state != CChar(UInt8(ascii: "Z")) else {
            // It ended before it was looked at, and what it started may have come after the list: until it is reaped, and the list is
            // read again, no tree counts as gone.
            self.becoming[pid] = since ?? flow_monotonic_microseconds()
            return nil
        }
        if let token = self.sessions[process.session] { return token }
        if let token = self.groups?.owner(of: pid) ?? self.units.owner(of: pid) { return token }
        if self.leftSessions.contains(process.session) {
            self.left.insert(pid)
            return nil
        }
        var value = [CChar](repeating: 0, count: 64)
        if flow_environment_value(pid, "QF_EXECUTION_ID", &value, value.count) > 0 {
            let execution = Self.text(value)
            if let token = self.executions[execution] { return token }
            if self.leftExecutions.contains(execution) {
                self.left.insert(pid)
                return nil
            }
        } else if self.isBecoming(pid, since: since) {
            return nil
        }
        let candidates = Set(running)
        self.strays[pid] = candidates
        return candidates.count == 1 ? candidates.first : nil
    }

    /// Whether nothing is known of an orphan only because it becomes another program in this moment.
    private mutating func isBecoming(_ pid: Int32, since: Int64?) -> Bool {
        let now = flow_monotonic_microseconds()
        // It may have got an environment since that was read, so the first time it is looked at again in any case.
        if let since, now - since >= Self.becomingPatience || flow_is_becoming(pid) == 0 { return false }
        self.becoming[pid] = since ?? now
        return true
    }

    /// Sends each tree its signal, in one walk over all processes.
    ///
    /// - Parameters:
    ///   - signals: by token.
    ///   - running: tokens of all unfinished trees.
    /// - Returns: processes that may not be signalled by us, with their trees.
    @discardableResult
    mutating func signal(
        _ signals: [UInt64: Int32],
        running: some Collection<UInt64>
    ) -> [(token: UInt64, process: flow_process)] {
        var refused: [(token: UInt64, process: flow_process)] = []
        for (process, owner) in self.descendants(running: running) {
            guard let owner, let signal = signals[owner] else { continue }
            self.units.look(at: process.pid, of: owner)
            withUnsafePointer(to: process) { pointer in
                // The kernel ends what is in a group, whosever it is.
                let isGrouped = signal == SIGKILL && (self.groups?.has(owner) ?? false || self.units.has(owner))
                if flow_signal_process(pointer, signal) == EPERM, !isGrouped {
                    refused.append((owner, process))
                }
                // A stopped process acts on SIGTERM only when it goes on.
                if signal == SIGTERM { _ = flow_signal_process(pointer, SIGCONT) }
            }
        }
        // This reaches also what was forked since the walk.
        for (token, signal) in signals where signal == SIGKILL {
            self.groups?.kill(token)
            self.units.kill(token)
        }
        return refused
    }

    /// The living processes of a tree.
    mutating func members(of token: UInt64, running: some Collection<UInt64>) -> [flow_process] {
        self.descendants(running: running).compactMap { $0.owner == token ? $0.process : nil }
    }

    /// A process in words; nil when it is gone.
    static func label(_ process: flow_process) -> ProcessLabel? {
        var name = [CChar](repeating: 0, count: 64)
        var user: uid_t = 0
        guard flow_name_process(process.pid, &name, name.count, &user) == 0 else { return nil }
        return ProcessLabel(pid: process.pid, user: user, name: Self.text(name))
    }

    private static func text(_ characters: [CChar]) -> String {
        characters.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    }

    /// All descendants that live, each with its tree, but for those that were left running on purpose.
    private mutating func descendants(
        running: some Collection<UInt64>
    ) -> [(process: flow_process, owner: UInt64?)] {
        _ = self.refresh(running: running)
        let own = getpid()
        let processes = Self.processes()
        var parents: [Int32: Int32] = [:]
        for process in processes { parents[process.pid] = process.parent }
        return processes.compactMap { process in
            guard process.state != CChar(UInt8(ascii: "Z")) else { return nil }
            var top = process.pid
            // A list read while processes come and go may name a parent twice removed; no chain is longer than the list.
            var steps = 0
            while let parent = parents[top], parent != own, steps < processes.count {
                top = parent
                steps += 1
            }
            guard parents[top] == own, !self.left.contains(top) else { return nil }
            return (process, self.leaders[top] ?? self.owners[top])
        }
    }

    static func children() -> [Int32] {
        var capacity = 256
        while true {
            var pids = [Int32](repeating: 0, count: capacity)
            let count = flow_list_children(&pids, capacity)
            if count < 0 {
                // A kernel without CONFIG_PROC_CHILDREN: read them from everybody's parent.
                let own = getpid()
                return self.processes().filter { $0.parent == own }.map(\.pid)
            }
            if count <= capacity { return Array(pids.prefix(count)) }
            capacity = count + 64
        }
    }

    private static func processes() -> [flow_process] {
        var capacity = 512
        while true {
            var list = [flow_process](repeating: flow_process(), count: capacity)
            let count = flow_list_processes(&list, capacity)
            if count <= capacity { return Array(list.prefix(max(0, count))) }
            capacity = count + 128
        }
    }
}
