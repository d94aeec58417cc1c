// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import FlowCrash
import Glibc

extension Runner {
    /// Between SIGTERM and SIGKILL (`semantics.md` 6); microseconds.
    static let grace: Int64 = 10_000_000
    /// The same for background processes that a finished script left, and how long these may go on by themselves first: the
    /// last of a pipeline often outlives its script by a moment.
    private static let leftoverGrace: Int64 = 2_000_000
    private static let leftoverPatience: Int64 = 100_000
    /// Names of processes in one notice.
    private static let namedLeftovers = 3

    func reap() {
        var status: Int32 = 0
        var signalled: Int32 = 0
        while true {
            let pid = flow_reap(&status, &signalled)
            guard pid > 0 else { return }
            self.needsSweep = true
            guard let token = self.trees.reaped(pid) else { continue }
            self.processes[token]?.exit = RunnerProcess.Exit(status: status, isSignal: signalled == 1)
            self.leaderless.insert(token)
        }
    }

    /// Ends trees of which nobody is left, and tells survivors of a dead leader to go.
    func sweep() {
        self.needsSweep = false
        guard !self.leaderless.isEmpty || self.trees.hasLeft else { return }
        let owning = self.trees.refresh(running: self.processes.keys)
        for token in self.leaderless {
            guard owning.contains(token) || self.trees.isOccupied(token), let process = self.processes[token] else {
                if self.waitsForClarity(token) { continue }
                self.finish(token)
                // An orphan that hides may be the next one's now: the last tree that it can be of does not end without it.
                if self.trees.hasStrays { return }
                continue
            }
            self.processes[token]?.clarity.seen()
            guard case .running = process.phase else { continue }
            if process.leavesProcesses, process.cause == .own {
                self.trees.leave(token, process: process)
                self.finish(token)
            } else {
                let until = flow_monotonic_microseconds() + Self.leftoverPatience
                self.processes[token]?.phase = .lingering(until: until)
                self.deadlines.push(token, at: until)
            }
        }
    }

    /// Whether a tree that seems to be gone may have an orphan whose owner shows in a moment; nobody holds it up for long.
    private func waitsForClarity(_ token: UInt64) -> Bool {
        let now = flow_monotonic_microseconds()
        guard self.processes[token]?.clarity.waits(isUnclear: self.trees.isUnclear, now: now) == true else {
            return false
        }
        self.sweepAt = now + Clarity.pause
        return true
    }

    private func finish(_ token: UInt64) {
        self.leaderless.remove(token)
        self.drainOutputs(token)
        self.leases[token] = nil
        guard let process = self.processes.removeValue(forKey: token) else { return }
        var spool = process.spool
        spool.finish()
        if let file = process.outputFile, let masker = process.masker { RunnerOutputFile.mask(file, with: masker) }
        CrashPoint.reach("runner.process.over")
        self.store.removeLeader(process.slot)
        self.trees.remove(token, process: process)
        let isStarved = self.trees.groups?.close(token) ?? false
        // A stray may have lost its last but one candidate.
        if self.trees.hasStrays { self.needsSweep = true }
        self.deadlines.compact(live: self.processes.count) { self.processes[$0] != nil }
        let end = TreeEnd(
            cause: process.cause,
            status: process.exit?.status ?? SIGKILL,
            isSignal: process.exit?.isSignal ?? true,
            isStarved: isStarved,
            leftBehind: process.leftBehind,
            leftBehindCount: process.leftBehindCount,
            terminatedAt: process.terminatedAt,
            killedAt: process.killedAt,
            at: flow_boot_microseconds()
        )
        self.end(
            token,
            EndedAttempt(
                execution: process.execution,
                attempt: process.attempt,
                startedAt: process.startedAt,
                spool: spool,
                outcome: .ended(end)
            )
        )
    }

    /// Keeps an end until it is in the agent's ledger; it is told when it is on the disk.
    func end(_ token: UInt64, _ attempt: EndedAttempt) {
        self.leases[token] = nil
        if self.discarded.remove(token) != nil { return attempt.spool.remove(self.store) }
        self.ended[token] = attempt
        self.unsaved.append(token)
        self.untold.append(token)
    }

    func cancel(_ token: UInt64, force: Bool) {
        if let index = self.requests[self.nextRequest...].firstIndex(where: { $0.token == token }) {
            let request = self.requests.remove(at: index)
            return self.endUnstarted(request, cause: .cancelled)
        }
        guard let process = self.processes[token] else { return }
        switch process.phase {
        case .running, .lingering:
            // Once the leader is dead by itself, its result stands.
            if process.exit == nil { self.processes[token]?.cause = .cancelled }
            if !force { return self.terminate(token, grace: Self.grace) }
        case .terminating, .killing: break
        }
        if force { self.kill(token, round: 0) }
    }

    /// Ends everything at the agent's wish.
    func stop(grace: Int64) {
        for request in self.requests[self.nextRequest...] { self.endUnstarted(request, cause: .stopped) }
        self.requests.removeAll()
        self.nextRequest = 0
        for (token, process) in self.processes {
            switch process.phase {
            case .running, .lingering:
                if process.exit == nil { self.processes[token]?.cause = .stopped }
                self.terminate(token, grace: grace)
            case .terminating, .killing: break
            }
        }
    }

    private func endUnstarted(_ request: SpawnRequest, cause: EndCause) {
        let end = TreeEnd(cause: cause, status: SIGTERM, isSignal: true, at: flow_boot_microseconds())
        self.end(
            request.token,
            EndedAttempt(
                execution: request.execution,
                attempt: request.attempt,
                startedAt: nil,
                spool: RunnerSpool(execution: request.execution, attempt: request.attempt),
                outcome: .ended(end)
            )
        )
    }

    private func terminate(_ token: UInt64, grace: Int64) {
        let killAt = flow_monotonic_microseconds() + grace
        self.processes[token]?.phase = .terminating(killAt: killAt)
        self.processes[token]?.terminatedAt = flow_boot_microseconds()
        self.deadlines.push(token, at: killAt)
        self.signals[token] = SIGTERM
    }

    /// Ends what a finished program left behind, and remembers that it did.
    private func endLeftovers(_ token: UInt64) {
        let members = self.trees.members(of: token, running: self.processes.keys)
        self.processes[token]?.leftBehindCount = UInt32(clamping: members.count)
        self.processes[token]?.leftBehind = members.prefix(Self.namedLeftovers).compactMap(RunnerTrees.label)
        self.terminate(token, grace: Self.leftoverGrace)
    }

    /// Kills what is there now; what was born meanwhile falls in the next round.
    private func kill(_ token: UInt64, round: Int) {
        self.processes[token]?.phase = .killing(round: round)
        if round == 0 { self.processes[token]?.killedAt = flow_boot_microseconds() }
        self.signals[token] = SIGKILL
        // What does not go after a minute of this may not be killed by us: looked after, but without haste.
        let pause: Int64 = round > 120 ? 5_000_000 : min(500_000, 5_000 << Int64(min(round, 7)))
        self.deadlines.push(token, at: flow_monotonic_microseconds() + pause)
        self.needsSweep = true
    }

    func deliverSignals() {
        guard !self.signals.isEmpty else { return }
        CrashPoint.reach("runner.signal.due")
        let refused = self.trees.signal(self.signals, running: self.processes.keys)
        self.signals.removeAll()
        CrashPoint.reach("runner.signal.sent")
        for (token, process) in refused {
            guard self.processes[token]?.stuck.insert(process.pid).inserted == true,
                let label = RunnerTrees.label(process), let cause = self.processes[token]?.cause
            else { continue }
            if self.live.contains(token) { self.notify(.stuck(token: token, label, cause: cause)) }
        }
    }

    func checkDeadlines() {
        let now = flow_monotonic_microseconds()
        if let at = self.sweepAt, at <= now {
            self.sweepAt = nil
            self.needsSweep = true
        }
        while let token = self.deadlines.pop(dueBy: now) {
            guard let process = self.processes[token] else { continue }
            switch process.phase {
            case .running:
                guard let end = process.timeoutAt, end <= now, process.exit == nil else { continue }
                self.processes[token]?.cause = .timeout
                self.terminate(token, grace: Self.grace)
            case .lingering(let until):
                if until <= now { self.endLeftovers(token) }
            case .terminating(let killAt):
                if killAt <= now { self.kill(token, round: 0) }
            case .killing(let round): self.kill(token, round: round + 1)
            }
        }
    }
}
