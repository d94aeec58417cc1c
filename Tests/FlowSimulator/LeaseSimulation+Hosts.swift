// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgentCore
import FlowCore
import FlowTesting

/// A host of a ``LeaseSimulation``: an agent's core, its ledger, and a runner that outlives it.
final class LeaseHost {
    /// What a runner has.
    struct Process {
        let order: Order
        let startedAt: Int64
        /// Boot clock; nil = nobody has said how long it may go on.
        var leaseEnd: Int64?
        /// It was told to end.
        var isEnding = false
    }

    let id: AgentID
    var ledger: SimulatedLedger
    var core: AgentCore?
    var life = 0
    var session = 0
    var isLinked = false
    /// No connection before this.
    var cutUntil: Int64 = 0
    /// Until then nothing happens on the host, and its clocks go on.
    var standsUntil: Int64 = 0
    var wakeAt: Int64?
    var outstanding: [LedgerOperation]?
    var running: [AttemptKey: Process] = [:]
    /// Ends that no agent was there to hear of.
    var ended: [AttemptKey: Outcome] = [:]
    private let bootBase: Int64

    init(id: AgentID, random: inout SplitMix64) {
        self.id = id
        self.ledger = SimulatedLedger(incarnation: "incarnation-\(id)", mutant: nil)
        self.bootBase = Int64.random(in: 1_000_000...9_000_000_000, using: &random)
    }

    func reading(at now: Int64) -> ClockReading {
        ClockReading(boot: self.bootBase + now, wall: LeaseSimulation.epoch + now)
    }

    func time(ofBoot boot: Int64) -> Int64 { boot - self.bootBase }
}

extension LeaseSimulation {
    mutating func perform(_ action: HostAction, on index: Int) {
        let host = self.hosts[index]
        switch action {
        case .connects: self.connect(index)
        case .restarts: self.restart(index)
        case .wakes(let life, let boot):
            guard host.life == life, host.wakeAt == boot else { return }
            host.wakeAt = nil
            self.deliver(.wake, to: index)
        case .commits(let life, let operations):
            guard host.life == life else { return }
            let results = host.ledger.commit(operations)
            host.outstanding = nil
            self.deliver(.committed(results), to: index)
        case .hears(let session, let message):
            guard host.isLinked, host.session == session else { return }
            self.deliver(.received(message), to: index)
        case .leaseEnds(let key):
            guard let process = host.running[key], let end = process.leaseEnd, !process.isEnding,
                end <= host.reading(at: self.now).boot
            else { return }
            self.stop(key, on: index)
        case .ends(let key, let isKilled): self.end(key, isKilled: isKilled, on: index)
        }
    }

    private mutating func connect(_ index: Int) {
        let host = self.hosts[index]
        guard host.core != nil, !host.isLinked else { return }
        guard self.now >= host.cutUntil else {
            self.schedule(.host(index, .connects), after: host.cutUntil - self.now + 100_000)
            return
        }
        host.isLinked = true
        host.session += 1
        self.deliver(.linkUp, to: index)
    }

    mutating func disconnect(_ index: Int, for length: Int64) {
        let host = self.hosts[index]
        host.cutUntil = max(host.cutUntil, self.now + length)
        guard host.isLinked else { return }
        host.isLinked = false
        self.deliver(.linkDown, to: index)
        self.schedule(.host(index, .connects), after: length)
    }

    mutating func crash(_ index: Int, for length: Int64) {
        let host = self.hosts[index]
        guard host.core != nil else { return }
        // The transaction under way is durable or it is not; nobody is left to know.
        if let operations = host.outstanding, self.random.chance(0.5) { _ = host.ledger.commit(operations) }
        host.outstanding = nil
        host.core = nil
        host.life += 1
        host.wakeAt = nil
        host.isLinked = false
        self.schedule(.host(index, .restarts), after: length)
    }

    private mutating func restart(_ index: Int) {
        let host = self.hosts[index]
        guard host.core == nil else { return }
        host.ledger.restart()
        var configuration = AgentCore.Configuration(
            agent: host.id,
            bootID: "boot",
            version: "simulated",
            hostname: host.id.rawValue,
            operatingSystem: "none"
        )
        configuration.heedsLeases = self.heedsLeases
        let restored = host.ledger.restore()
        let known = Set(host.running.keys).union(host.ended.keys)
        let open = restored.open.filter { $0.status == .running }.map { AttemptKey(id: $0.id, attempt: $0.attempt) }
        let surviving = known.intersection(open)
        host.core = AgentCore(
            configuration: configuration,
            restored: restored,
            surviving: surviving,
            reading: host.reading(at: self.now)
        )
        // What the ledger does not have as running is ended.
        host.running = host.running.filter { surviving.contains($0.key) }
        self.deliver(.started, to: index)
        for key in host.ended.keys.sorted(by: Self.precedes) {
            guard let outcome = host.ended.removeValue(forKey: key) else { continue }
            self.deliver(.supervisor(.finished(key.id, attempt: key.attempt, outcome)), to: index)
        }
        self.schedule(.host(index, .connects), after: Int64.random(in: 50_000...1_000_000, using: &self.random))
    }

    private static func precedes(_ left: AttemptKey, _ right: AttemptKey) -> Bool {
        (left.id, left.attempt) < (right.id, right.attempt)
    }

    mutating func deliver(_ event: AgentEvent, to index: Int) {
        let host = self.hosts[index]
        let life = host.life
        guard let effects = host.core?.handle(event, at: host.reading(at: self.now)) else { return }
        for effect in effects {
            guard host.life == life else { return }
            self.carryOut(effect, on: index)
        }
    }

    private mutating func carryOut(_ effect: AgentEffect, on index: Int) {
        let host = self.hosts[index]
        switch effect {
        case .commit(let operations):
            host.outstanding = operations
            // A disk may be slow.
            let longest: Int64 = self.random.chance(0.02) ? 6_000_000 : 5000
            let delay = Int64.random(in: 200...longest, using: &self.random)
            self.schedule(.host(index, .commits(life: host.life, operations)), after: delay)
        case .send(let message): self.say(message, from: index)
        case .sendReports(let after):
            let reports = host.ledger.outbox(after: after, limit: 50)
            self.say(.reports(incarnation: host.ledger.snapshot.incarnation, reports), from: index)
            let through = reports.last?.sequence ?? host.ledger.snapshot.lastSequence
            self.deliver(.reportsSent(through: through), to: index)
        case .launch(let launches): for launch in launches { self.start(launch, on: index) }
        case .cancel(let id, let force):
            let keys = host.running.keys.filter { $0.id == id }.sorted(by: Self.precedes)
            for key in keys {
                if force { self.end(key, isKilled: true, on: index) } else { self.stop(key, on: index) }
            }
        case .lease(let id, let milliseconds):
            guard let key = host.running.keys.first(where: { $0.id == id }) else { return }
            host.running[key]?.leaseEnd = host.reading(at: self.now).boot + milliseconds * 1000
            self.schedule(.host(index, .leaseEnds(key)), after: milliseconds * 1000)
        case .wake(let boot):
            host.wakeAt = boot
            let delay = host.time(ofBoot: boot) - self.now
            self.schedule(.host(index, .wakes(life: host.life, boot: boot)), after: delay)
        case .dropLink: self.disconnect(index, for: 100_000)
        case .forgetOutputs, .sendStatistics, .note: break
        }
    }

    private mutating func say(_ message: AgentMessage, from index: Int) {
        let delay = Int64.random(in: 1000...60_000, using: &self.random)
        self.schedule(.toServer(index, session: self.hosts[index].session, message), after: delay)
    }

    /// F7: nobody starts what has gone to another host, nor while another one still runs it.
    private mutating func start(_ launch: Launch, on index: Int) {
        let key = AttemptKey(id: launch.id, attempt: launch.attempt)
        self.mix(UInt64(launch.attempt) ^ UInt64(launch.id.bytes[15]))
        self.starts[key, default: 0] += 1
        let fence = launch.order.hold?.fence ?? 0
        if fence > 1 { self.movedStarts += 1 }
        if self.starts[key] != 1 { self.faults.append("DOUBLE_START \(launch.id) attempt \(launch.attempt)") }
        let current = self.slots[launch.order.runID]?.slot.fence ?? 0
        if current != fence {
            self.faults.append("LATE_START fence \(fence), attempt \(launch.attempt), of a slot that is at \(current)")
        }
        // One that stood still could not end what it had.
        let other = self.hosts.first { host in
            host.id != self.hosts[index].id && host.standsUntil + Self.killing < self.now
                && host.running.values.contains { $0.order.runID == launch.order.runID }
        }
        if let other { self.faults.append("TWO_HOLDERS fence \(fence) beside one of \(other.id)") }
        let length = Int64.random(in: 300_000...15_000_000, using: &self.random)
        self.hosts[index].running[key] = LeaseHost.Process(
            order: launch.order,
            startedAt: self.hosts[index].reading(at: self.now).boot
        )
        self.schedule(.host(index, .ends(key, isKilled: false)), after: length)
    }

    /// Between being told to end and being killed; microseconds.
    private static let killing: Int64 = 10_000_000

    private mutating func stop(_ key: AttemptKey, on index: Int) {
        guard self.hosts[index].running[key]?.isEnding == false else { return }
        self.hosts[index].running[key]?.isEnding = true
        let delay = Int64.random(in: 1000...Self.killing, using: &self.random)
        self.schedule(.host(index, .ends(key, isKilled: true)), after: delay)
    }

    private mutating func end(_ key: AttemptKey, isKilled: Bool, on index: Int) {
        let host = self.hosts[index]
        guard let process = host.running.removeValue(forKey: key) else { return }
        let isFailed = self.random.chance(0.6)
        let outcome = Outcome(
            status: isKilled ? .cancelled : isFailed ? .failure : .success,
            reason: isKilled ? .requested : isFailed ? .exitCode : nil,
            exitCode: isKilled ? nil : isFailed ? 1 : 0,
            startedAt: process.startedAt,
            finishedAt: host.reading(at: self.now).boot
        )
        guard host.core != nil else {
            host.ended[key] = outcome
            return
        }
        self.deliver(.supervisor(.finished(key.id, attempt: key.attempt, outcome)), to: index)
    }
}
