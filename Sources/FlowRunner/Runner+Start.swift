// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import FlowCrash
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

    private func spawn(_ wanted: SpawnRequest) {
        var request = wanted
        // What may be left running has no mark.
        if !request.leavesProcesses { request.environment.append(self.mark) }
        CrashPoint.reach("runner.start.wanted")
        let pipes = SpawnPipes()
        var leader: pid_t = 0
        let before = flow_boot_ticks()
        let failure =
            pipes.failure != 0 ? (pipes.failure, .prepare) : Spawner.spawn(request, pipes: pipes, pid: &leader)
        CrashPoint.reach("runner.start.begun")
        let now = flow_boot_microseconds()
        let born = before...max(before, flow_boot_ticks())
        pipes.closeWritingEnds()
        let spool = RunnerSpool(execution: request.execution, attempt: request.attempt)
        guard failure.0 == 0 else {
            pipes.closeReadingEnds()
            return self.end(
                request.token,
                EndedAttempt(
                    execution: request.execution,
                    attempt: request.attempt,
                    startedAt: nil,
                    spool: spool,
                    outcome: .failed(error: failure.0, step: failure.1, at: now)
                )
            )
        }
        let timeoutAt =
            request.timeoutMilliseconds == 0
            ? nil : flow_monotonic_microseconds() + Int64(request.timeoutMilliseconds) * 1000
        if let timeoutAt { self.deadlines.push(request.token, at: timeoutAt) }
        _ = flow_poll_add(self.outputPoll, pipes.output.reading, request.token << 1, 0)
        _ = flow_poll_add(self.outputPoll, pipes.error.reading, request.token << 1 | 1, 0)
        self.processes[request.token] = RunnerProcess(
            leader: leader,
            slot: self.store.add(RunnerLeader(leader, born: born, leavesProcesses: request.leavesProcesses)),
            execution: request.execution,
            attempt: request.attempt,
            leavesProcesses: request.leavesProcesses,
            timeoutAt: timeoutAt,
            startedAt: now,
            output: pipes.output.reading,
            error: pipes.error.reading,
            spool: spool,
            masker: request.masked.isEmpty ? nil : SecretMasker(forms: request.masked),
            outputFile: request.masked.isEmpty ? nil : RunnerOutputFile.path(in: request.environment)
        )
        CrashPoint.reach("runner.start.noted")
        self.trees.add(request.token, leader: leader, execution: request.execution)
        if self.live.contains(request.token) { self.notify(.started(token: request.token, at: now)) }
    }
}
