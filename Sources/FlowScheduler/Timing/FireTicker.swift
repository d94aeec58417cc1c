// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import FlowCrash
import FlowSchedulerCore
package import Logging
import ServiceLifecycle

/// Drives the ``Planner``: sleeps until a fire is due, makes it durable, and hands its orders on.
package actor FireTicker: Service, ScheduleObserver {
    private var planner = Planner()
    private var batch = FireBatch()
    private let store: any Store
    private let gateway: any AgentGateway
    private let bus: EventBus
    private let clock: any WallClock
    private let meter: any FireMeter
    private let logger: Logger
    private let alarm = Alarm()
    private let share: any WorkShare
    private let scheduler: LiveScheduler
    /// Units whose jobs are in the plan.
    private var planned: Set<WorkUnit> = []
    /// Of plans that could not be read.
    private static let retryDelay = Duration.milliseconds(500)
    private var agents: RecentAgents
    /// The longest sleep: a wall clock that somebody sets forward is noticed after this.
    private static let longestSleep = Duration.seconds(5)

    package init(
        store: any Store,
        gateway: any AgentGateway,
        bus: EventBus,
        clock: any WallClock,
        meter: any FireMeter,
        logger: Logger,
        share: any WorkShare = WholeWork(),
        scheduler: LiveScheduler = LiveScheduler()
    ) {
        self.share = share
        self.scheduler = scheduler
        self.store = store
        self.gateway = gateway
        self.bus = bus
        self.clock = clock
        self.meter = meter
        self.logger = logger
        self.agents = RecentAgents(startedAt: clock.now)
    }

    /// Loads the jobs that are this server's and plans them until shut down.
    package func run() async throws {
        try await self.adopt()
        self.logger.info("planning", metadata: ["jobs": "\(self.planner.jobCount)"])
        await cancelWhenGracefulShutdown { await self.tick() }
    }

    package func jobChanged(_ job: Job) {
        // Whoever else plans it hears of it by the log of changes.
        guard self.planned.contains(WorkUnit(of: job.uid)) else { return }
        self.take(job)
        self.alarm.ring()
    }

    package func jobDeleted(_ job: JobUID) { self.planner.remove(job) }

    package func schedulerChanged() { self.alarm.ring() }

    /// Other units of work may be this server's now.
    package nonisolated func shareChanged() { self.alarm.ring() }

    /// Plans everything anew: what has changed since it was read is not known.
    package func reload() {
        self.planner.remove(of: self.planned)
        self.planned = []
        self.alarm.ring()
    }

    /// Lets go of jobs that are another server's, and reads those that have become this one's.
    private func adopt() async throws {
        let units = self.share.units
        guard units != self.planned else { return }
        self.planner.remove(of: self.planned.subtracting(units))
        self.planned.formIntersection(units)
        let gained = units.subtracting(self.planned)
        guard !gained.isEmpty else { return }
        // Before they are read: what changes meanwhile is taken as it comes, and an older version does not replace it.
        self.planned = units
        do {
            guard gained != [.keeping] else { return }
            let plans = try await self.store.jobPlans().lazy.filter { gained.contains(WorkUnit(of: $0.uid)) }
            for (plan, error) in self.planner.update(plans) { self.complain(of: plan.name, error) }
        } catch {
            self.planner.remove(of: gained)
            self.planned.subtract(gained)
            throw error
        }
    }

    private func take(_ job: Job) {
        guard let error = self.planner.update(job) else { return }
        self.complain(of: job.definition.name, error)
    }

    private func complain(of job: String, _ error: ScheduleError) {
        self.logger.error("a job cannot be planned", metadata: ["job": "\(job)", "reason": "\(error.message)"])
    }

    private func tick() async {
        while !Task.isCancelled {
            do {
                try await self.adopt()
            } catch {
                self.logger.error("could not read the jobs to plan", metadata: ["error": "\(error)"])
                await self.alarm.wait(for: Self.retryDelay)
                continue
            }
            _ = self.agents.recent(online: Set(self.gateway.presences.keys), at: self.clock.now)
            guard !self.scheduler.now.isStopped else {
                await self.alarm.wait(for: Self.longestSleep)
                continue
            }
            let fires = self.planner.plan(now: self.clock.now, limit: self.batch.limit)
            if fires.isEmpty {
                await self.sleep()
            } else {
                await self.fire(fires)
            }
        }
    }

    private func sleep() async {
        guard let wake = self.planner.nextWake() else { return await self.alarm.wait(for: Self.longestSleep) }
        let distance = Duration.microseconds(wake.milliseconds * 1000 - self.clock.microseconds)
        await self.alarm.wait(for: min(max(distance, .zero), Self.longestSleep))
    }

    private func fire(_ fires: [PlannedFire]) async {
        do {
            let online = Set(self.gateway.presences.keys)
            let now = self.clock.now
            let recent = self.agents.recent(online: online, at: now)
            let outcomes = try await self.store.fire(fires, online: online, recent: recent, at: now)
            let edited = self.planner.settle(fires, outcomes: outcomes)
            self.batch.wrote(outcomes)
            await self.dispatch(outcomes)
            // Another server has stopped it, and this one has not heard of that.
            if outcomes.contains(where: \.isHeld) { self.scheduler.take(try await self.store.scheduler()) }
            await self.reload(edited)
        } catch {
            self.logger.error(
                "could not make fires durable",
                metadata: ["fires": "\(fires.count)", "error": "\(error)"]
            )
            self.planner.failed(fires, now: self.clock.now)
            self.batch.failed()
        }
    }

    /// Plans jobs anew that were edited between plan and fire.
    private func reload(_ jobs: [JobUID]) async {
        for uid in jobs {
            do {
                if let job = try await self.store.job(uid: uid) { self.take(job) } else { self.planner.remove(uid) }
            } catch {
                self.logger.error("could not load an edited job", metadata: ["job": "\(uid)", "error": "\(error)"])
                self.planner.retry(uid, now: self.clock.now)
            }
        }
    }

    private func dispatch(_ outcomes: [FireOutcome]) async {
        var orders: [AgentID: [Order]] = [:]
        var changed: [Execution] = []
        var fired = 0
        for outcome in outcomes {
            switch outcome {
            case .fired(_, let executions, let made):
                fired += 1
                changed += executions
                for (agent, order) in made { orders[agent, default: []].append(order) }
            case .movedOn: self.meter.countMissedFires(1)
            case .superseded, .owed, .held: break
            }
        }
        self.meter.countFires(fired)
        CrashPoint.reach("server.fire.stored")
        if !orders.isEmpty { await self.gateway.deliver(orders) }
        CrashPoint.reach("server.fire.ordered")
        if !changed.isEmpty { self.bus.publish(.executionsChanged(changed)) }
    }
}
