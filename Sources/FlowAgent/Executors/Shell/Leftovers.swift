// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import FlowRunner
import Glibc

/// Processes of jobs that outlived their runner, as after its `kill -9`.
///
/// Nobody is left who could learn how they end, or has the other end of their pipes: they are ended, and their attempts are
/// INTERRUPTED.
enum Leftovers {
    /// Kills every process that a dead runner had started, until none is left or the rounds are used up.
    ///
    /// A process is recognised by the mark in its initial environment, or by the runner's table: a leader by pid and start
    /// time, others of its session for as long as it lives. Signals go through a handle that was checked against the
    /// start time, never to a pid alone. One that cleared its environment and made a session of its own can't be recognised
    /// once its leader is gone.
    ///
    /// - Parameters:
    ///   - mark: the value of `QF_AGENT_DATA` that the runner's jobs have.
    ///   - leaders: of this boot.
    ///   - rounds: at most; a process forked meanwhile falls in the next.
    /// - Returns: how many were found.
    static func kill(mark: String, leaders: [RunnerLeader] = [], rounds: Int = 200) -> Int {
        var found: Set<Int32> = []
        for _ in 0..<rounds {
            let left = self.find(mark: mark, leaders: leaders)
            guard !left.isEmpty else { break }
            for process in left {
                found.insert(process.pid)
                withUnsafePointer(to: process) { _ = flow_signal_process($0, SIGKILL) }
            }
            poll(nil, 0, 5)
        }
        return found.count
    }

    static func find(mark: String, leaders: [RunnerLeader]) -> [flow_process] {
        var list = [flow_process](repeating: flow_process(), count: 32_768)
        let count = flow_list_processes(&list, list.count)
        let processes = list.prefix(max(0, min(count, list.count)))
        var starts: [Int32: RunnerLeader] = [:]
        for leader in leaders { starts[leader.pid] = leader }
        // A session's number is its leader's pid: it says something only while that very leader lives.
        var sessions: Set<Int32> = []
        for process in processes {
            guard let leader = starts[process.pid], leader.startTime == process.start_time, !leader.leavesProcesses
            else {
                continue
            }
            sessions.insert(process.pid)
        }
        let own = getpid()
        return processes.filter { process in
            guard process.pid != own, process.state != CChar(UInt8(ascii: "Z")) else { return false }
            return sessions.contains(process.session) || starts[process.pid]?.startTime == process.start_time
                || flow_environment_has(process.pid, "QF_AGENT_DATA=\(mark)") == 1
        }
    }
}
