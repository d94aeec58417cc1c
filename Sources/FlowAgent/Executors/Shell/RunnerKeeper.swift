// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import FlowCore
import FlowRunner
import Foundation
import Glibc
import Logging
import Synchronization

/// The thread of a ``ProcessRunner``: finds runners, starts them, talks to them, and buries them.
final class RunnerKeeper {
    static let deathText = "the process that watched over it died; what it did after that is unknown"
    static let stopText = "the agent was told to stop"

    let owner: ProcessRunner
    var links: [RunnerLink] = []
    /// Those that this process started.
    var children: Set<pid_t> = []
    var nextNumber = 1
    private var failures = 0
    private var startAgainAt: Int64 = 0

    init(owner: ProcessRunner) { self.owner = owner }

    func run(ready: CheckedContinuation<Void, any Error>) {
        do {
            try self.takeOver()
            if self.current == nil { try self.startRunner() }
        } catch {
            for link in self.links { link.close() }
            self.owner.state.withLock { $0.phase = .down }
            return ready.resume(throwing: error)
        }
        ready.resume()
        while self.turn() {}
        self.close()
    }

    var current: RunnerLink? { self.links.first { !$0.isRetired } }

    /// One look at everything.
    ///
    /// - Returns: whether there is more to do.
    private func turn() -> Bool {
        let phase = self.owner.state.withLock { $0.phase }
        if phase == .working, self.current == nil, flow_monotonic_microseconds() >= self.startAgainAt {
            self.tryToStart()
        }
        for link in self.links {
            self.takeOutgoing(link)
            if !link.send() { self.bury(link) }
        }
        self.retireIdle()
        let patience = self.patience()
        guard patience != 0 else { return false }
        var descriptors = self.links.map { link in
            pollfd(fd: link.socket, events: Int16(POLLIN) | (link.wantsToWrite ? Int16(POLLOUT) : 0), revents: 0)
        }
        descriptors.append(pollfd(fd: self.owner.wake, events: Int16(POLLIN), revents: 0))
        poll(&descriptors, nfds_t(descriptors.count), patience)
        if descriptors.last?.revents != 0 { flow_drain_event(self.owner.wake) }
        for (link, descriptor) in zip(self.links, descriptors) where descriptor.revents & ~Int16(POLLOUT) != 0 {
            self.receive(link)
        }
        return true
    }

    /// How long to wait for something to happen, in milliseconds: -1 = for ever, 0 = it is time to go.
    private func patience() -> Int32 {
        let hasUnsent = self.links.contains { $0.wantsToWrite }
        return self.owner.state.withLock { state in
            switch state.phase {
            case .working:
                guard self.current == nil else { return -1 }
                let left = (self.startAgainAt - flow_monotonic_microseconds()) / 1000
                return Int32(clamping: max(1, left))
            case .down: return 0
            // What was handed over is on its way: the ledger has it as running.
            case .leaving(let until): return hasUnsent && flow_monotonic_microseconds() < until ? 100 : 0
            case .stopping(let until):
                guard !self.links.isEmpty else { return 0 }
                let left = until - flow_monotonic_microseconds()
                return state.handed.isEmpty || left <= 0 ? 0 : Int32(clamping: left / 1000 + 1)
            }
        }
    }

    private func tryToStart() {
        do {
            try self.startRunner()
            self.failures = 0
        } catch {
            self.failures += 1
            self.startAgainAt = flow_monotonic_microseconds() + Int64(min(self.failures, 10)) * 100_000
            self.owner.logger.error("the runner does not start", metadata: ["error": "\(error)"])
        }
    }

    private func takeOutgoing(_ link: RunnerLink) {
        let bytes = self.owner.state.withLock { state -> [UInt8] in
            guard let bytes = state.outgoing[link.number]?.bytes, !bytes.isEmpty else { return [] }
            state.outgoing[link.number]?.removeAll()
            return bytes
        }
        if !bytes.isEmpty { link.append(bytes) }
    }

    private func receive(_ link: RunnerLink) {
        guard let notices = link.receive() else { return self.bury(link) }
        let events = self.owner.state.withLock { state in notices.compactMap { state.event($0, on: link.number) } }
        if !events.isEmpty { self.owner.handler(events) }
    }

    /// Lets older runners go that have nothing more.
    private func retireIdle() {
        for link in self.links where link.isRetired {
            let isBusy = self.owner.state.withLock { state in
                state.handed.keys.contains { $0.link == link.number }
                    || state.finished.values.contains { $0.link == link.number }
                    || state.held.values.contains { $0.link == link.number }
                    || state.outgoing[link.number]?.bytes.isEmpty == false
            }
            if !isBusy, !link.wantsToWrite { self.bury(link) }
        }
    }
}
