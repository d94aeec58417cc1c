// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import FlowCore
import Glibc

/// The small process that starts and ends an agent's jobs: one thread, one loop, no allocation to speak of.
///
/// It is a process of its own so that spawning costs the same however large the agent is, and so that somebody outlives
/// the agent's death: when the agent's socket closes, it kills every tree, and only then ends and with that releases the
/// lock that the next agent waits for. All descriptors below belong to this object until the process ends.
package final class Runner {
    private let socket: Int32
    private let childEvent: Int32
    /// Everything but the jobs' output; and the jobs' output, so that it can be left alone as a whole.
    private let poll: Int32
    private let outputPoll: Int32
    private var processes: [UInt64: RunnerProcess] = [:]
    /// Trees whose leader is dead.
    private var leaderless: Set<UInt64> = []
    private var trees = RunnerTrees()
    private var deadlines = DeadlineQueue()
    private var requests: [SpawnRequest] = []
    private var nextRequest = 0
    private var input = RunnerFrameBuffer()
    private var outbox = RunnerOutbox()
    private var isOutputPaused = false
    private var waitsToWrite = false
    private var isClosing = false
    private var needsSweep = false
    /// What trees are to be sent: collected, because one walk over all processes serves them all.
    private var signals: [UInt64: Int32] = [:]
    private var nextKillAll: Int64 = 0
    private var buffer = [UInt8](repeating: 0, count: 64 << 10)

    private static let controlTag: UInt64 = 0
    private static let childTag: UInt64 = 1
    private static let outputTag: UInt64 = 2
    /// Spawns between two looks at everything else: a burst of orders must not delay the ends of what runs.
    private static let spawnsPerTurn = 8
    /// Between SIGTERM and SIGKILL (`semantics.md` 6), and the same for background children a finished script left.
    private static let grace: Int64 = 10_000_000
    private static let leftoverGrace: Int64 = 2_000_000

    /// Prepares this process for its work.
    ///
    /// - Parameter socket: connected to the agent.
    /// - Throws: `CoreError` when the kernel refuses something.
    package init(socket: Int32) throws {
        self.socket = socket
        flow_prepare_runner()
        self.childEvent = flow_watch_children()
        self.poll = flow_poll_create()
        self.outputPoll = flow_poll_create()
        let failure = [
            flow_become_subreaper(),
            flow_set_nonblocking(socket),
            flow_poll_add(self.poll, socket, Self.controlTag, 0),
            flow_poll_add(self.poll, self.childEvent, Self.childTag, 0),
            flow_poll_add(self.poll, self.outputPoll, Self.outputTag, 0),
        ].first { $0 != 0 }
        if let failure {
            throw CoreError(.unavailable, "the runner cannot start: \(String(cString: strerror(failure)))")
        }
    }

    /// Works until the agent is gone and every tree is dead.
    package func run() {
        var tags = [UInt64](repeating: 0, count: 128)
        while !(self.isClosing && self.processes.isEmpty && !self.trees.hasStrays) {
            let ready = flow_poll_wait(self.poll, &tags, Int32(tags.count), self.timeout())
            for tag in tags.prefix(Int(ready)) {
                switch tag {
                case Self.controlTag: self.readRequests()
                case Self.childTag: flow_drain_event(self.childEvent)
                default: self.readOutputs()
                }
            }
            self.reap()
            self.spawnSome()
            self.checkDeadlines()
            self.deliverSignals()
            if self.needsSweep { self.sweep() }
            self.deliverSignals()
            self.flush()
        }
    }

    private func timeout() -> Int32 {
        if self.isClosing { return 20 }
        if self.nextRequest < self.requests.count || self.needsSweep { return 0 }
        guard let earliest = self.deadlines.earliest else { return -1 }
        let wait = earliest - flow_monotonic_microseconds()
        return wait <= 0 ? 0 : Int32(min(60_000, (wait + 999) / 1000))
    }

    // MARK: Agent

    private func readRequests() {
        guard !self.isClosing else { return }
        let count = recv(self.socket, &self.buffer, self.buffer.count, Int32(MSG_DONTWAIT))
        if count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR) { return self.close() }
        guard count > 0 else { return }
        self.input.append(self.buffer[..<count])
        do {
            while let frame = try self.input.next() {
                switch RunnerCoding.request(frame) {
                case .spawn(let request): self.requests.append(request)
                case .cancel(let token, let force): self.cancel(token, force: force)
                case nil: return self.close()
                }
            }
        } catch {
            self.close()
        }
    }

    /// The agent is gone: nobody would learn of results, and its successor starts from a clean host.
    private func close() {
        self.isClosing = true
        self.requests.removeAll()
        self.nextRequest = 0
        _ = flow_poll_remove(self.poll, self.socket)
        self.needsSweep = true
    }

    private func flush() {
        guard !self.isClosing else { return }
        guard self.outbox.flush(to: self.socket) else { return self.close() }
        let pending = self.outbox.pending
        if (pending > 0) != self.waitsToWrite {
            self.waitsToWrite = pending > 0
            _ = flow_poll_change(self.poll, self.socket, Self.controlTag, self.waitsToWrite ? 1 : 0)
        }
        if !self.isOutputPaused, pending > RunnerOutbox.highWater {
            self.isOutputPaused = true
            _ = flow_poll_remove(self.poll, self.outputPoll)
        } else if self.isOutputPaused, pending < RunnerOutbox.lowWater {
            self.isOutputPaused = false
            _ = flow_poll_add(self.poll, self.outputPoll, Self.outputTag, 0)
        }
    }

    private func notify(_ notice: RunnerNotice) {
        if !self.isClosing { self.outbox.append(notice) }
    }

    // MARK: Start

    private func spawnSome() {
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
        let failure = pipes.failure != 0 ? pipes.failure : Spawner.spawn(request, pipes: pipes, pid: &leader)
        let now = flow_boot_microseconds()
        pipes.closeWritingEnds()
        guard failure == 0 else {
            pipes.closeReadingEnds()
            return self.notify(.failed(token: request.token, error: failure, at: now))
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
            timeoutAt: timeoutAt,
            output: pipes.output.reading,
            error: pipes.error.reading
        )
        self.trees.add(request.token, leader: leader, execution: request.execution)
        self.notify(.started(token: request.token, at: now))
    }

    // MARK: Output

    private func readOutputs() {
        var tags = [UInt64](repeating: 0, count: 128)
        let ready = flow_poll_wait(self.outputPoll, &tags, Int32(tags.count), 0)
        for tag in tags.prefix(Int(ready)) { _ = self.readOutput(tag >> 1, isError: tag & 1 == 1) }
    }

    /// Reads once.
    ///
    /// - Returns: whether there may be more right now.
    private func readOutput(_ token: UInt64, isError: Bool) -> Bool {
        guard let process = self.processes[token] else { return false }
        let descriptor = isError ? process.error : process.output
        guard descriptor >= 0 else { return false }
        let count = read(descriptor, &self.buffer, self.buffer.count)
        if count > 0 {
            let stream: OutputStream = isError ? .standardError : .standardOutput
            self.notify(.output(token: token, stream: stream, bytes: Array(self.buffer[..<count])))
            return true
        }
        if count < 0, errno == EINTR { return true }
        if count == 0 || errno != EAGAIN { self.closeOutput(token, isError: isError) }
        return false
    }

    private func closeOutput(_ token: UInt64, isError: Bool) {
        guard let process = self.processes[token] else { return }
        let descriptor = isError ? process.error : process.output
        guard descriptor >= 0 else { return }
        Glibc.close(descriptor)
        if isError { self.processes[token]?.error = -1 } else { self.processes[token]?.output = -1 }
    }

    // MARK: End

    private func reap() {
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
    private func sweep() {
        self.needsSweep = false
        guard !self.leaderless.isEmpty || self.isClosing else { return }
        let owning = self.trees.refresh(running: self.processes.keys)
        for token in self.leaderless {
            guard owning.contains(token) else {
                self.finish(token)
                continue
            }
            if case .running = self.processes[token]?.phase { self.terminate(token, grace: Self.leftoverGrace) }
        }
    }

    private func finish(_ token: UInt64) {
        self.leaderless.remove(token)
        // Nobody of the tree can write any more; what is in the pipes is all there is.
        while self.readOutput(token, isError: false) {}
        while self.readOutput(token, isError: true) {}
        self.closeOutput(token, isError: false)
        self.closeOutput(token, isError: true)
        guard let process = self.processes.removeValue(forKey: token) else { return }
        self.trees.remove(token, process: process)
        // A stray may have lost its last but one candidate.
        if self.trees.hasStrays { self.needsSweep = true }
        self.deadlines.compact(live: self.processes.count) { self.processes[$0] != nil }
        self.notify(
            .ended(
                token: token,
                cause: process.cause,
                status: process.exit?.status ?? SIGKILL,
                isSignal: process.exit?.isSignal ?? true,
                at: flow_boot_microseconds()
            )
        )
    }

    private func cancel(_ token: UInt64, force: Bool) {
        if let index = self.requests[self.nextRequest...].firstIndex(where: { $0.token == token }) {
            self.requests.remove(at: index)
            let now = flow_boot_microseconds()
            return self.notify(.ended(token: token, cause: .cancelled, status: SIGTERM, isSignal: true, at: now))
        }
        guard let process = self.processes[token] else { return }
        if case .running = process.phase {
            // Once the leader is dead by itself, its result stands.
            if process.exit == nil { self.processes[token]?.cause = .cancelled }
            if !force { return self.terminate(token, grace: Self.grace) }
        }
        if force { self.kill(token, round: 0) }
    }

    private func terminate(_ token: UInt64, grace: Int64) {
        let killAt = flow_monotonic_microseconds() + grace
        self.processes[token]?.phase = .terminating(killAt: killAt)
        self.deadlines.push(token, at: killAt)
        self.signals[token] = SIGTERM
    }

    /// Kills what is there now; what was born meanwhile falls in the next round.
    private func kill(_ token: UInt64, round: Int) {
        self.processes[token]?.phase = .killing(round: round)
        self.signals[token] = SIGKILL
        self.deadlines.push(token, at: flow_monotonic_microseconds() + min(500_000, 5_000 << Int64(min(round, 7))))
        self.needsSweep = true
    }

    private func deliverSignals() {
        guard !self.signals.isEmpty else { return }
        self.trees.signal(self.signals, running: self.processes.keys)
        self.signals.removeAll()
    }

    private func killEverybody(now: Int64) {
        guard now >= self.nextKillAll else { return }
        self.nextKillAll = now + 50_000
        self.trees.signal([:], everyone: SIGKILL, running: self.processes.keys)
        self.needsSweep = true
    }

    private func checkDeadlines() {
        let now = flow_monotonic_microseconds()
        if self.isClosing { return self.killEverybody(now: now) }
        while let token = self.deadlines.pop(dueBy: now) {
            guard let process = self.processes[token] else { continue }
            switch process.phase {
            case .running:
                guard let timeoutAt = process.timeoutAt, timeoutAt <= now, process.exit == nil else { continue }
                self.processes[token]?.cause = .timeout
                self.terminate(token, grace: Self.grace)
            case .terminating(let killAt):
                if killAt <= now { self.kill(token, round: 0) }
            case .killing(let round): self.kill(token, round: round + 1)
            }
        }
    }
}
