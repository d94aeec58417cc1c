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
        let group = self.openGroup(request)
        let before = flow_boot_ticks()
        let failure = self.start(request, pipes: pipes, group: group, pid: &leader)
        if group.descriptor >= 0 { close(group.descriptor) }
        CrashPoint.reach("runner.start.begun")
        let now = flow_boot_microseconds()
        let born = before...max(before, flow_boot_ticks())
        pipes.closeWritingEnds()
        let spool = RunnerSpool(execution: request.execution, attempt: request.attempt)
        guard failure.error == 0 else {
            pipes.closeReadingEnds()
            self.trees.groups?.close(request.token)
            return self.end(
                request.token,
                EndedAttempt(
                    execution: request.execution,
                    attempt: request.attempt,
                    startedAt: nil,
                    spool: spool,
                    outcome: .failed(error: failure.error, step: failure.step, at: now)
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
        // What may be left running stays in its unit, and is nobody's from then on.
        if let unit = request.unit, !request.leavesProcesses { self.trees.units.add(request.token, name: unit) }
        if self.live.contains(request.token) { self.notify(.started(token: request.token, at: now)) }
    }

    /// - Returns: -1 and an errno where the attempt has no group of its own.
    private func openGroup(_ request: SpawnRequest) -> (descriptor: Int32, error: Int32) {
        guard !request.leavesProcesses, request.unit == nil, self.trees.groups != nil else { return (-1, ENOTSUP) }
        let name = "\(request.execution)-\(request.attempt)"
        return self.trees.groups?.open(request.token, name: name, limits: request.limits) ?? (-1, ENOTSUP)
    }

    /// Starts the program in its group; what needs none starts without one where it can't be had.
    private func start(
        _ request: SpawnRequest,
        pipes: SpawnPipes,
        group: (descriptor: Int32, error: Int32),
        pid: inout pid_t
    ) -> (error: Int32, step: SpawnStep) {
        guard pipes.failure == 0 else { return (pipes.failure, .prepare) }
        let isNeeded = !request.limits.isEmpty
        if isNeeded, group.descriptor < 0 { return (group.error, .group) }
        let result = Spawner.spawn(request, pipes: pipes, group: group.descriptor, pid: &pid)
        guard result.step == .group, result.error != 0, !isNeeded else { return result }
        self.trees.groups?.close(request.token)
        return Spawner.spawn(request, pipes: pipes, group: -1, pid: &pid)
    }
}
