// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgentCore
import FlowCore

/// A time in which an agent lived and had no server; microseconds since the start.
struct TimeAlone {
    let from: Int64
    /// When a server was there, or the agent died; nil = it goes on.
    var until: Int64?
    /// Whether it ended with a server.
    var isOver = false
    /// Whether the agent's clock was right when it began, so that it counts as an outsider does.
    let isSure: Bool
    /// Whether it began with the agent's life, which counts from when the one before last had a server.
    let isAnew: Bool
}

/// Jobs that do not run for ever without a server (R13), and that say what follows an interruption.
extension Simulation {
    /// What the first job runs without a server, and the fourth for some seconds; a job of another number is as it was.
    static func bounded(_ policies: Policies, number: Int) -> Policies {
        var bounded = policies
        switch number {
        case 1:
            bounded.offline = .skip
            // All that is made up for wrongly shows, and not the newest alone.
            bounded.overlap = .allow
            bounded.concurrency = 10
            bounded.misfire = .fireAll
            bounded.misfireLimit = 10
            bounded.retry = RetryPolicy(count: 0, intervalSeconds: 1, interruption: .retry)
        case 4:
            bounded.offline = .runFor
            bounded.offlineMaxSeconds = 3
            bounded.retry = RetryPolicy(count: 2, intervalSeconds: 1, interruption: .fail)
        default: return policies
        }
        bounded.misfireThresholdMilliseconds = Self.boundedThreshold
        return bounded
    }

    /// Between the end of a run and the next, of the job that counts so; milliseconds.
    static let pause: Int64 = 3000
    /// When a fire of those counts as missed: soon, so that short times without a server swallow some; milliseconds.
    private static let boundedThreshold: Int64 = 2000
    /// A host and an outsider may differ by so much about when a connection was lost; microseconds.
    private static let slack: Int64 = 500_000

    /// The agent notices that it has no server, or begins without one.
    mutating func noteAlone(_ index: Int, isAnew: Bool) {
        guard self.shape.isBounded, self.hosts[index].core != nil else { return }
        let host = self.hosts[index]
        let time = TimeAlone(from: self.now, isSure: host.wasRight, isAnew: isAnew)
        self.record.alone[host.id, default: []].append(time)
    }

    mutating func noteServer(_ index: Int) { self.endAlone(index, isOver: true) }

    /// The agent dies, and what it runs with it.
    mutating func noteDeath(_ index: Int) {
        guard self.shape.isBounded else { return }
        self.endAlone(index, isOver: false)
        for (id, attempt) in self.hosts[index].running {
            self.record.interrupted.insert(Start(id: id, attempt: attempt))
        }
    }

    private mutating func endAlone(_ index: Int, isOver: Bool) {
        let agent = self.hosts[index].id
        guard let last = self.record.alone[agent]?.indices.last, self.record.alone[agent]?[last].until == nil else {
            return
        }
        self.record.alone[agent]?[last].until = self.now
        self.record.alone[agent]?[last].isOver = isOver
    }

    /// Whether a start breaks what its job says of times without a server, and of interruptions.
    mutating func noteBounds(of order: Order, attempt: Int, on index: Int) {
        if self.store.targets[order.job.uid]?.contains(self.hosts[index].id) != true {
            self.record.elsewhere.append(order.executionID)
        }
        guard self.shape.isBounded, let job = self.store.jobs[order.job.uid] else { return }
        let id = order.executionID
        let host = self.hosts[index]
        let policies = job.definition.policies
        if policies.retry.interruption == .fail, attempt > 1,
            self.record.interrupted.contains(Start(id: id, attempt: attempt - 1))
        {
            self.record.repeated.append(Start(id: id, attempt: attempt))
        }
        if order.job.schedule.isPaused, order.kind == .cron, host.wasRight, let pause = self.record.pauses[host.id],
            pause.life == host.life, self.now - pause.since < Self.pause * 1000 - Self.slack
        {
            self.record.hasty.append(id)
        }
        // What a server ordered runs.
        guard order.kind == .cron, attempt == 1, host.wasRight, host.ledger.entries[id]?.isLocal != false,
            let alone = policies.aloneMilliseconds
        else { return }
        let at = order.nominal.milliseconds * 1000 - Self.epoch
        let times = self.record.alone[host.id] ?? []
        let isBarred = times.indices.contains { index in
            let time = times[index]
            guard time.isSure, at > time.from + alone * 1000 + Self.slack else { return false }
            guard let until = time.until else { return true }
            // What is not missed yet when a server is there starts all the same; the life that finds one may be a later one.
            let found = times[index...].first(where: \.isOver)?.until ?? self.now
            return at < min(until, found - Self.boundedThreshold * 1000) - Self.slack
        }
        if isBarred { self.record.unattended.append(id) }
    }

    /// A run of the job of fixed delay has ended: its pause begins.
    mutating func noteEnd(of uid: JobUID?, on index: Int) {
        let host = self.hosts[index]
        guard self.shape.isBounded, host.wasRight, let uid,
            self.store.jobs[uid]?.definition.schedule.isPaused == true
        else { return }
        self.record.pauses[host.id] = (self.now, host.life)
    }

    /// Whether a host may have left out a fire because it had no server.
    func isBarred(_ job: Job, on agent: AgentID, at: Int64) -> Bool {
        guard self.shape.isBounded, let alone = job.definition.policies.aloneMilliseconds else { return false }
        return (self.record.alone[agent] ?? []).contains { time in
            at >= time.from + (time.isAnew ? 0 : alone * 1000) - Self.slack && at <= (time.until ?? .max)
        }
    }

    func checkBounds() -> [String] {
        guard self.shape.isBounded else { return [] }
        var faults: [String] = []
        if let first = self.record.unattended.first {
            faults.append(
                "ALONE \(self.record.unattended.count): \(first) fired though no server was there for too long"
            )
        }
        if let first = self.record.hasty.first {
            faults.append(
                "HASTY \(self.record.hasty.count): \(first) started before the pause after the last run was over"
            )
        }
        if let first = self.record.repeated.first {
            faults.append(
                "AGAIN \(self.record.repeated.count): \(first.id) got attempt \(first.attempt) after an interruption"
            )
        }
        for host in self.hosts {
            let given = host.ledger.entries.values.filter { entry in
                entry.status == .failure && entry.reason == .interrupted
                    && self.store.jobs[entry.order.job.uid]?.definition.policies.retry.interruption == .retry
                    && entry.interruptions < RetryPolicy.mostInterruptions
            }
            if let first = given.map(\.id).min() {
                faults.append("GIVEN_UP \(given.count): \(first) was interrupted and not tried again on \(host.id)")
            }
        }
        return faults
    }
}

extension ScheduleSpec {
    /// Whether it counts from the end of the run before.
    fileprivate var isPaused: Bool { if case .delay = self { true } else { false } }
}

extension JobSnapshot {
    /// The job without what a mutant takes from it.
    func unbounded(by mutant: Mutant?) -> JobSnapshot {
        var policies = self.policies
        let retry = policies.retry
        switch (mutant, retry.interruption) {
        case (.ignoresAbsence, _):
            policies.offline = .run
            policies.offlineMaxSeconds = nil
        case (.countsInterruptions, .retry?), (.repeatsInterrupted, .fail?):
            policies.retry = RetryPolicy(count: retry.count, intervalSeconds: retry.intervalSeconds)
        default: return self
        }
        return self.changed(self.schedule, policies)
    }
}
