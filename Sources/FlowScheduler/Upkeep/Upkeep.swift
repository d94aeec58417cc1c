// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import FlowCrash
import FlowSchedulerCore
package import Logging
import ServiceLifecycle
import Synchronization

/// Owns everything that grows on a server: forgets by rule, and ends what nobody else comes back to.
///
/// Work goes in short transactions with rests between them, until nothing is left: fires and reports share the store's one
/// writer and must not wait for it.
package final class Upkeep: Service {
    private let store: any Store
    private let gateway: any AgentGateway
    private let bus: EventBus
    private let clock: any WallClock
    private let logger: Logger
    private let rotation: Mutex<UpkeepRotation>
    private let watch = Mutex(RunningWatch())
    /// After this a PENDING execution of an absent agent becomes SKIPPED(AGENT_OFFLINE), provisionally; milliseconds.
    private let fixedHorizon: Int64
    /// Nil for a server whose rules stay as they are.
    private let settings: LiveSettings?
    private let pause: @Sendable (Duration) async -> Void
    private let share: any WorkShare
    /// Where what was done is told to people; nil where nobody is.
    private let work: OwnWorkBook?
    private static let conclusionInterval: Int64 = 15_000
    private static let conclusionChunk = 250
    /// How long a host that is back may take to report what happened while it was away; milliseconds.
    private static let accountPatience: Int64 = 60_000
    /// Executions that are watched at once; the oldest first.
    private static let runningLimit = 20_000

    /// - Parameters:
    ///   - retentionDays: how long the history stays.
    ///   - auditDays: how long the audit stays; 0 = for ever.
    ///   - horizon: as long as agents keep their own records (`semantics.md` 3); the retention when that is shorter,
    ///     because nothing that is open is forgotten.
    ///   - settings: when given, they decide on all of these, and a change of them counts at once.
    ///   - pause: rests; tests let the time pass themselves.
    package init(
        store: any Store,
        gateway: any AgentGateway,
        bus: EventBus,
        clock: any WallClock,
        retentionDays: Int,
        auditDays: Int = 400,
        logger: Logger,
        rules: [GrowthRule]? = nil,
        horizon: Int64 = 7 * 86_400_000,
        settings: LiveSettings? = nil,
        share: any WorkShare = WholeWork(),
        work: OwnWorkBook? = nil,
        pause: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
    ) {
        self.share = share
        self.work = work
        self.store = store
        self.gateway = gateway
        self.bus = bus
        self.clock = clock
        self.logger = logger
        self.rotation = Mutex(
            UpkeepRotation(rules ?? GrowthRule.rules(retentionDays: retentionDays, auditDays: auditDays))
        )
        self.fixedHorizon = min(horizon, Int64(max(1, retentionDays)) * 86_400_000)
        self.settings = settings
        self.pause = pause
    }

    /// How each rule stands, for metrics.
    package var figures: [UpkeepFigure] { self.rotation.withLock { $0.figures(at: self.clock.now) } }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup { group in
                group.addTask { await self.loop(Self.conclusionInterval) { await self.conclude() } }
                group.addTask { await self.loop(1000) { await self.forget() } }
                await group.waitForAll()
            }
        }
        await self.work?.write(force: true)
    }

    private func loop(_ interval: Int64, _ body: () async -> Void) async {
        while !Task.isCancelled {
            if self.share.isKeeper { await body() }
            await self.pause(.milliseconds(interval))
        }
    }

    /// Goes by the settings as they are now.
    private func adoptRules() {
        guard let settings else { return }
        let rules = GrowthRule.rules(settings.now)
        self.rotation.withLock { if $0.rules != rules { $0.replace(with: rules) } }
    }

    private var horizon: Int64 {
        guard let now = self.settings?.now else { return self.fixedHorizon }
        return min(now.integer(.agentsOfflineDays), now.integer(.retentionDays)) * 86_400_000
    }

    /// Takes steps until no rule has anything left.
    package func forget() async {
        self.adoptRules()
        while !Task.isCancelled, self.share.isKeeper, let rule = self.rotation.withLock({ $0.next(at: self.clock.now) })
        {
            let start = ContinuousClock.now
            do {
                let bound = self.clock.now.advanced(byMilliseconds: -rule.age)
                let step = try await self.store.forget(rule.growth, before: bound, limit: rule.chunk)
                CrashPoint.reach("server.forget.stepped")
                self.rotation.withLock { $0.took(rule, step, at: self.clock.now) }
                guard step.count > 0 else { continue }
                self.work?.note(.prune, rule.growth.rawValue, count: step.count, took: ContinuousClock.now - start)
            } catch {
                self.rotation.withLock { $0.failed(rule, at: self.clock.now) }
                self.note(error, rule.growth.rawValue)
                if !(error is CancellationError), !Task.isCancelled {
                    let words = LogReader.words(of: error).english
                    self.work?.note(.prune, rule.growth.rawValue, took: ContinuousClock.now - start, error: words)
                }
            }
            await self.rest(after: start)
        }
        await self.work?.write()
    }

    /// Concludes what no agent will say in time: fires of hosts that stay away, executions that can't still run.
    package func conclude() async {
        do {
            while !Task.isCancelled {
                let start = ContinuousClock.now
                let given = try await self.store.giveUpPending(
                    before: self.clock.now.advanced(byMilliseconds: -self.horizon),
                    limit: Self.conclusionChunk,
                    at: self.clock.now
                )
                if !given.isEmpty { self.bus.publish(.executionsChanged(given)) }
                guard given.count >= Self.conclusionChunk else { break }
                await self.rest(after: start)
            }
            try await self.concludeOwed()
            try await self.concludeRunning()
        } catch {
            self.note(error, "open executions")
        }
    }

    /// Fires that hosts owe an account of: a host that is back has told by now what it had to tell.
    private func concludeOwed() async throws {
        let presences = self.gateway.presences
        let patience = self.clock.now.advanced(byMilliseconds: -Self.accountPatience)
        let back = presences.filter { $0.value.connectedAt <= patience }.keys.sorted()
        for agent in try await self.store.owing(of: back) {
            guard let connectedAt = presences[agent]?.connectedAt else { continue }
            try await self.conclude(.returned(agent, since: connectedAt))
        }
        let bound = self.clock.now.advanced(byMilliseconds: -self.horizon)
        try await self.conclude(.before(bound, except: Set(presences.keys)))
    }

    private func conclude(_ debts: OwedDebts) async throws {
        while !Task.isCancelled {
            let start = ContinuousClock.now
            let limit = Self.conclusionChunk
            let (changed, hasMore) = try await self.store.concludeOwed(debts, limit: limit, at: self.clock.now)
            if !changed.isEmpty { self.bus.publish(.executionsChanged(changed)) }
            guard hasMore else { return }
            await self.rest(after: start)
        }
    }

    private func concludeRunning() async throws {
        let records = try await self.store.runningRecords(limit: Self.runningLimit)
        let presences = self.gateway.presences
        let overdue = RunningWatch.overdue(records, at: self.clock.now) { presences[$0] != nil }
        try await self.lose(overdue, RunningWatch.lostWhileAway)
        var recorded: [AgentID: [ExecutionID]] = [:]
        for record in records { recorded[record.execution.agentID, default: []].append(record.execution.id) }
        let findings = self.watch.withLock { $0.look(at: presences, recorded: recorded) }
        try await self.lose(findings.lost, RunningWatch.lostWhileConnected)
        guard !findings.ask.isEmpty else { return }
        // An order for what an agent knows is answered with how it stands (R1).
        var orders: [AgentID: [Order]] = [:]
        for (agent, order) in try await self.store.orders(again: findings.ask) {
            orders[agent, default: []].append(order)
        }
        await self.gateway.deliver(orders)
    }

    private func lose(_ ids: [ExecutionID], _ detail: String) async throws {
        for start in stride(from: 0, to: ids.count, by: Self.conclusionChunk) {
            let begin = ContinuousClock.now
            let part = Array(ids[start..<min(start + Self.conclusionChunk, ids.count)])
            let inference = Inference(.failure, .lost, detail)
            let lost = try await self.store.infer(inference, for: part, in: .running, at: self.clock.now)
            if !lost.isEmpty { self.bus.publish(.executionsChanged(lost)) }
            await self.rest(after: begin)
        }
    }

    /// Leaves the store to others for twice as long as this took.
    private func rest(after start: ContinuousClock.Instant) async {
        await self.pause(max(.milliseconds(10), (ContinuousClock.now - start) * 2))
    }

    private func note(_ error: any Error, _ what: String) {
        guard !(error is CancellationError), !Task.isCancelled else { return }
        self.logger.warning("upkeep failed; it is tried again", metadata: ["of": "\(what)", "error": "\(error)"])
    }
}
