// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import FlowCrash
import Glibc

/// The talk with the agent.
extension Runner {
    /// One agent at a time, of the same user (or root): who else could connect has no business with these jobs.
    func acceptAgent() {
        let connection = flow_accept(self.listener)
        guard connection >= 0 else { return }
        var user: uid_t = 0
        guard flow_peer_user(connection, &user) == 0, user == geteuid() || user == 0 else {
            Glibc.close(connection)
            return
        }
        // What a dead agent has sent comes before what its successor says, up to its end.
        while self.socket >= 0, self.readRequests() {}
        guard self.socket < 0, flow_poll_add(self.poll, connection, Self.controlTag, 0) == 0 else {
            Glibc.close(connection)
            return
        }
        self.socket = connection
        self.agentArrived()
    }

    /// - Returns: whether there may be more right now.
    @discardableResult
    func readRequests() -> Bool {
        guard self.socket >= 0 else { return false }
        let count = recv(self.socket, &self.buffer, self.buffer.count, Int32(MSG_DONTWAIT))
        if count < 0, errno == EINTR { return true }
        if count < 0, errno == EAGAIN { return false }
        guard count > 0 else {
            self.detach()
            return false
        }
        self.input.append(self.buffer[..<count])
        do {
            while let frame = try self.input.next() {
                guard let request = RunnerCoding.request(frame) else { throw RunnerError("an unknown request") }
                self.take(request)
            }
        } catch {
            self.detach()
        }
        return self.socket >= 0
    }

    private func take(_ request: RunnerRequest) {
        switch request {
        case .hello(_, let limits):
            self.store.limits = limits
            // Said again it is about the limits alone.
            if !self.isIntroduced { self.introduce() }
        case .spawn(let request):
            self.highestToken = max(self.highestToken, request.token)
            self.live.insert(request.token)
            self.requests.append(request)
        case .cancel(let token, let force): self.cancel(token, force: force)
        case .stop(let grace): self.stop(grace: Int64(grace) * 1000)
        case .adopt(let token): self.replays.append(token)
        case .discard(let token): self.discard(token)
        case .forget(let token): self.forget(token)
        case .lease(let token, let milliseconds): self.extendLease(token, by: Int64(milliseconds) * 1000)
        }
    }

    /// Says what is here: everything an earlier agent gave and its ledger may not know the end of.
    private func introduce() {
        self.isIntroduced = true
        for request in self.requests[self.nextRequest...] {
            self.notify(.holding(token: request.token, execution: request.execution, attempt: request.attempt))
        }
        for (token, process) in self.processes where !self.discarded.contains(token) {
            self.notify(.holding(token: token, execution: process.execution, attempt: process.attempt))
        }
        for (token, end) in self.ended {
            self.notify(.holding(token: token, execution: end.execution, attempt: end.attempt))
        }
        CrashPoint.reach("runner.agent.told")
        self.notify(.ready(version: RunnerCoding.version, pid: getpid(), highestToken: self.highestToken))
    }

    /// The agent is gone: what it was not told waits for the next.
    private func detach() {
        _ = flow_poll_remove(self.poll, self.socket)
        Glibc.close(self.socket)
        self.socket = -1
        self.isIntroduced = false
        self.live.removeAll()
        self.replays.removeAll()
        self.replay = nil
        self.input = RunnerFrameBuffer()
        self.outbox = RunnerOutbox()
        self.waitsToWrite = false
        self.resumeOutput()
    }

    private func discard(_ token: UInt64) {
        if self.ended[token] != nil { return self.forget(token) }
        self.discarded.insert(token)
        self.cancel(token, force: true)
    }

    func forget(_ token: UInt64) {
        self.live.remove(token)
        guard let end = self.ended.removeValue(forKey: token) else { return }
        CrashPoint.reach("runner.end.forgotten")
        self.unsaved.removeAll { $0 == token }
        end.spool.remove(self.store)
        if let batch = end.batch { self.store.forget(batch) }
        CrashPoint.reach("runner.end.removed")
    }

    func flush() {
        guard self.socket >= 0 else { return }
        guard self.outbox.flush(to: self.socket) else { return self.detach() }
        let pending = self.outbox.pending
        if (pending > 0) != self.waitsToWrite {
            self.waitsToWrite = pending > 0
            _ = flow_poll_change(self.poll, self.socket, Self.controlTag, self.waitsToWrite ? 1 : 0)
        }
        if !self.isOutputPaused, pending > RunnerOutbox.highWater {
            self.isOutputPaused = true
            _ = flow_poll_remove(self.poll, self.outputPoll)
        } else if pending < RunnerOutbox.lowWater {
            self.resumeOutput()
        }
    }

    private func resumeOutput() {
        guard self.isOutputPaused else { return }
        self.isOutputPaused = false
        _ = flow_poll_add(self.poll, self.outputPoll, Self.outputTag, 0)
    }

    func notify(_ notice: RunnerNotice) {
        if self.socket >= 0 { self.outbox.append(notice) }
    }
}
