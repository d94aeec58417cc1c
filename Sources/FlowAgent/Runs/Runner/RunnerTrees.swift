// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import Glibc

/// Knows to which execution each descendant of the runner belongs.
///
/// The runner is a child subreaper: a descendant that lost its parent becomes its direct child, whatever session it made
/// itself. Such an orphan is attributed by its session, else by `QF_EXECUTION_ID` in its initial environment. One that
/// has neither (`env -i setsid`) belongs to one of the executions that ran when it was first seen; it is attributed
/// when only one of them is left, so it never outlives them all.
struct RunnerTrees {
    /// Leaders that have not been reaped.
    private var leaders: [Int32: UInt64] = [:]
    /// Leaders of all unfinished trees, reaped or not: their pids name sessions.
    private var sessions: [Int32: UInt64] = [:]
    private var executions: [String: UInt64] = [:]
    private var owners: [Int32: UInt64] = [:]
    private var strays: [Int32: Set<UInt64>] = [:]

    var hasStrays: Bool { !self.strays.isEmpty }

    mutating func add(_ token: UInt64, leader: Int32, execution: String) {
        self.leaders[leader] = token
        self.sessions[leader] = token
        self.executions[execution] = token
    }

    /// - Returns: the token whose leader this pid was; nil for an orphan, which is forgotten.
    mutating func reaped(_ pid: Int32) -> UInt64? {
        if let token = self.leaders.removeValue(forKey: pid) { return token }
        self.owners[pid] = nil
        self.strays[pid] = nil
        return nil
    }

    mutating func remove(_ token: UInt64, process: RunnerProcess) {
        if self.sessions[process.leader] == token { self.sessions[process.leader] = nil }
        if self.executions[process.execution] == token { self.executions[process.execution] = nil }
        for pid in self.strays.keys { self.strays[pid]?.remove(token) }
    }

    /// Looks at the runner's children and attributes those that are not leaders.
    ///
    /// - Parameter running: tokens of all unfinished trees.
    /// - Returns: the tokens that own a living orphan.
    mutating func refresh(running: some Collection<UInt64>) -> Set<UInt64> {
        var owning: Set<UInt64> = []
        for pid in Self.children() where self.leaders[pid] == nil {
            if let owner = self.owners[pid] {
                owning.insert(owner)
            } else if let owner = self.attribute(pid, running: running) {
                self.strays[pid] = nil
                self.owners[pid] = owner
                owning.insert(owner)
            }
        }
        return owning
    }

    private mutating func attribute(_ pid: Int32, running: some Collection<UInt64>) -> UInt64? {
        if let candidates = self.strays[pid] { return candidates.count == 1 ? candidates.first : nil }
        var process = flow_process()
        guard flow_describe_process(pid, &process) == 0, process.state != CChar(UInt8(ascii: "Z")) else { return nil }
        if let token = self.sessions[process.session] { return token }
        var value = [CChar](repeating: 0, count: 64)
        if flow_environment_value(pid, "QF_EXECUTION_ID", &value, value.count) > 0,
            let token = self.executions[value.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }]
        {
            return token
        }
        let candidates = Set(running)
        self.strays[pid] = candidates
        return candidates.count == 1 ? candidates.first : nil
    }

    /// Sends each tree its signal, in one walk over all processes.
    ///
    /// - Parameters:
    ///   - signals: by token.
    ///   - everyone: goes to all other trees and to strays.
    ///   - running: tokens of all unfinished trees.
    mutating func signal(_ signals: [UInt64: Int32], everyone: Int32? = nil, running: some Collection<UInt64>) {
        _ = self.refresh(running: running)
        let own = getpid()
        let processes = Self.processes()
        var parents: [Int32: Int32] = [:]
        for process in processes { parents[process.pid] = process.parent }
        for process in processes {
            var top = process.pid
            // A list read while processes come and go may name a parent twice removed; no chain is longer than the list.
            var steps = 0
            while let parent = parents[top], parent != own, steps < processes.count {
                top = parent
                steps += 1
            }
            guard parents[top] == own else { continue }
            let owner = self.leaders[top] ?? self.owners[top]
            guard let signal = owner.flatMap({ signals[$0] }) ?? everyone else { continue }
            withUnsafePointer(to: process) { process in
                _ = flow_signal_process(process, signal)
                // A stopped process acts on SIGTERM only when it goes on.
                if signal == SIGTERM { _ = flow_signal_process(process, SIGCONT) }
            }
        }
    }

    private static func children() -> [Int32] {
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
