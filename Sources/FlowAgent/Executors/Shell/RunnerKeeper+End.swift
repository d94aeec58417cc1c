// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import FlowAgentCore
import FlowCore
import FlowRunner
import Glibc
import Synchronization

/// What follows when a runner ends, or the agent.
extension RunnerKeeper {
    /// A runner's connection is over: makes sure that it and its processes are no more before anyone hears that attempts
    /// were interrupted, and tells the outcomes that it had written.
    func bury(_ link: RunnerLink) {
        link.close()
        self.links.removeAll { $0 === link }
        let lock = self.waitForEnd(of: link)
        let archive = self.archive(of: link.directory)
        let now = flow_boot_microseconds()
        let text = self.owner.state.withLock { $0.phase == .working } ? Self.deathText : Self.stopText
        let events = self.owner.state.withLock { state in
            state.outgoing[link.number] = nil
            if state.current == link.number {
                // Requests wait for the next one under its number.
                state.current = self.nextNumber
                self.nextNumber += 1
                state.runnerPID = 0
            }
            var events: [(AttemptKey, AttemptEvent)] = []
            var outcomes: [AttemptKey: RunnerOutcome] = [:]
            for attempt in archive.attempts {
                guard let id = ExecutionID(attempt.execution), let outcome = attempt.outcome else { continue }
                outcomes[AttemptKey(id: id, attempt: Int(attempt.attempt))] = outcome
            }
            var unsettled = Set(state.finished.filter { $0.value.link == link.number }.keys)
            for key in unsettled { state.finished[key] = nil }
            for (place, handed) in state.handed where place.link == link.number {
                state.handed[place] = nil
                if state.places[handed.key] == place { state.places[handed.key] = nil }
                if outcomes[handed.key] != nil { unsettled.insert(handed.key) }
                let end = outcomes[handed.key].map { AttemptEnd($0, of: handed) } ?? .interrupted(text, at: now)
                events.append((handed.key, .ended(end)))
            }
            state.held = state.held.filter { $0.value.link != link.number }
            state.archives.expect(unsettled, in: link.directory)
            return events
        }
        if lock >= 0 { Glibc.close(lock) }
        if !events.isEmpty { self.owner.handler(events) }
    }

    /// - Returns: its lock; -1 when it does not let go of it in spite of everything.
    private func waitForEnd(of link: RunnerLink) -> Int32 {
        if let lock = link.directory.waitForLock(milliseconds: 15_000) {
            if self.children.remove(link.pid) != nil { _ = flow_wait_child(link.pid, 1000) }
            return lock
        }
        // It holds its lock, so the pid is its own.
        kill(link.pid, SIGKILL)
        if self.children.remove(link.pid) != nil { _ = flow_wait_child(link.pid, 5000) }
        return link.directory.waitForLock(milliseconds: 5000) ?? -1
    }

    func close() {
        let isLeaving = self.owner.state.withLock { state in
            if case .leaving = state.phase { true } else { false }
        }
        if isLeaving {
            for link in self.links { link.close() }
        } else {
            for link in self.links { self.bury(link) }
            self.abandon()
        }
        let waiters = self.owner.state.withLock { state in
            state.phase = .down
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// What never reached a runner.
    private func abandon() {
        let keys = self.owner.state.withLock { state in
            defer {
                state.handed.removeAll()
                state.places.removeAll()
            }
            return state.handed.values.map(\.key)
        }
        guard !keys.isEmpty else { return }
        let now = flow_boot_microseconds()
        self.owner.handler(keys.map { ($0, .ended(.interrupted(Self.stopText, at: now))) })
    }
}
