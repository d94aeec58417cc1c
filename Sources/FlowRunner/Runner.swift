// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import Glibc

/// The small process that starts and ends an agent's jobs: one thread, one loop.
///
/// It is a process of its own so that spawning costs the same however large the agent is, and so that somebody outlives
/// the agent's death: when the agent's socket closes, it ends every tree, and only then ends and with that releases the
/// lock that the next agent waits for. All descriptors below belong to this object until the process ends.
///
/// This file has the loop and the talk with the agent; the extensions start processes, read their output and end them.
package final class Runner {
    private let socket: Int32
    private let childEvent: Int32
    /// Everything but the jobs' output; and the jobs' output, so that it can be left alone as a whole.
    private let poll: Int32
    let outputPoll: Int32
    var processes: [UInt64: RunnerProcess] = [:]
    /// Trees whose leader is dead.
    var leaderless: Set<UInt64> = []
    var trees = RunnerTrees()
    var deadlines = DeadlineQueue()
    var requests: [SpawnRequest] = []
    var nextRequest = 0
    private var input = RunnerFrameBuffer()
    private var outbox = RunnerOutbox()
    private var isOutputPaused = false
    private var waitsToWrite = false
    private(set) var isClosing = false
    private var closedAt: Int64 = 0
    var needsSweep = false
    /// What trees are to be sent: collected, because one walk over all processes serves them all.
    var signals: [UInt64: Int32] = [:]
    var nextKillAll: Int64 = 0
    var buffer = [UInt8](repeating: 0, count: 64 << 10)

    private static let controlTag: UInt64 = 0
    private static let childTag: UInt64 = 1
    private static let outputTag: UInt64 = 2
    /// How long the runner kills after the agent's death; the next agent waits longer than this.
    private static let closingPatience: Int64 = 30_000_000  // microseconds

    /// Prepares this process for its work.
    ///
    /// - Parameter socket: connected to the agent.
    /// - Throws: when the kernel refuses something.
    package init(socket: Int32) throws(RunnerError) {
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
        if let failure { throw RunnerError("the runner cannot start: \(String(cString: strerror(failure)))") }
    }

    /// Works until the agent is gone and every tree is dead.
    package func run() {
        var tags = [UInt64](repeating: 0, count: 128)
        while !self.hasEnded {
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

    private var hasEnded: Bool {
        guard self.isClosing else { return false }
        if self.processes.isEmpty, !self.trees.hasStrays { return true }
        // What is still there may not be killed by us: waiting longer would only keep the next agent from starting.
        return flow_monotonic_microseconds() - self.closedAt > Self.closingPatience
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
                case .stop(let grace): self.stop(grace: Int64(grace) * 1000)
                case nil: return self.close()
                }
            }
        } catch {
            self.close()
        }
    }

    /// The agent is gone without a word: nobody would learn of results, and its successor starts from a clean host.
    private func close() {
        self.isClosing = true
        self.closedAt = flow_monotonic_microseconds()
        self.requests.removeAll()
        self.nextRequest = 0
        _ = flow_poll_remove(self.poll, self.socket)
        self.nextKillAll = self.closedAt + Self.orphanGrace
        self.trees.signal([:], everyone: SIGTERM, running: self.processes.keys)
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

    func notify(_ notice: RunnerNotice) {
        if !self.isClosing { self.outbox.append(notice) }
    }
}
