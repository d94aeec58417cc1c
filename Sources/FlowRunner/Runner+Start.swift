// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import Glibc

extension Runner {
    /// Spawns between two looks at everything else: a burst of orders must not delay the ends of what runs.
    private static let spawnsPerTurn = 8

    func spawnSome() {
        for _ in 0..<Self.spawnsPerTurn where self.nextRequest < self.requests.count {
            self.spawn(self.requests[self.nextRequest])
            self.nextRequest += 1
        }
        if self.nextRequest > 0, self.nextRequest == self.requests.count {
            self.requests.removeAll(keepingCapacity: self.requests.count < 1024)
            self.nextRequest = 0
        }
    }

    private func spawn(_ request: SpawnRequest) {
        let pipes = SpawnPipes()
        var leader: pid_t = 0
        let failure =
            pipes.failure != 0 ? (pipes.failure, .prepare) : Spawner.spawn(request, pipes: pipes, pid: &leader)
        let now = flow_boot_microseconds()
        pipes.closeWritingEnds()
        guard failure.0 == 0 else {
            pipes.closeReadingEnds()
            return self.notify(.failed(token: request.token, error: failure.0, step: failure.1, at: now))
        }
        let timeoutAt =
            request.timeoutMilliseconds == 0
            ? nil : flow_monotonic_microseconds() + Int64(request.timeoutMilliseconds) * 1000
        if let timeoutAt { self.deadlines.push(request.token, at: timeoutAt) }
        _ = flow_poll_add(self.outputPoll, pipes.output.reading, request.token << 1, 0)
        _ = flow_poll_add(self.outputPoll, pipes.error.reading, request.token << 1 | 1, 0)
        self.processes[request.token] = RunnerProcess(
            leader: leader,
            execution: request.execution,
            leavesProcesses: request.leavesProcesses,
            timeoutAt: timeoutAt,
            output: pipes.output.reading,
            error: pipes.error.reading
        )
        self.trees.add(request.token, leader: leader, execution: request.execution)
        self.notify(.started(token: request.token, at: now))
    }
}
