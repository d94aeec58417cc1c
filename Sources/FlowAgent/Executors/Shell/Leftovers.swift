// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import Glibc

/// Processes of jobs that outlived agent and runner, as after `kill -9` of the runner.
enum Leftovers {
    /// Kills every process that was started for the data directory, until none is left or the rounds are used up.
    ///
    /// A process is recognised by its initial environment and killed through a handle that was checked against its start
    /// time, never by pid alone. One that cleared its environment after the runner died cannot be recognised.
    ///
    /// - Returns: how many were found.
    static func kill(dataID: String, rounds: Int = 200) -> Int {
        var found: Set<Int32> = []
        for _ in 0..<rounds {
            let left = self.find(dataID: dataID)
            guard !left.isEmpty else { break }
            for process in left {
                found.insert(process.pid)
                withUnsafePointer(to: process) { _ = flow_signal_process($0, SIGKILL) }
            }
            poll(nil, 0, 5)
        }
        return found.count
    }

    static func find(dataID: String) -> [flow_process] {
        var list = [flow_process](repeating: flow_process(), count: 32_768)
        let count = flow_list_processes(&list, list.count)
        let own = getpid()
        return list.prefix(max(0, min(count, list.count))).filter { process in
            process.pid != own && process.state != CChar(UInt8(ascii: "Z"))
                && flow_environment_has(process.pid, "QF_AGENT_DATA=\(dataID)") == 1
        }
    }
}
