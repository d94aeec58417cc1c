// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// The server's side of one agent's session, from the welcome on.
///
/// A value without I/O: orders go out until acknowledged (R4), reports come in and are acknowledged when durable (R5), the
/// configuration is pushed as differences and confirmed (R13), and every so often open questions are asked again (R9).
package struct AgentSessionCore: Sendable {
    package enum Event: Sendable {
        /// Orders that are durable and not yet sent on this session.
        case orders([Order])
        case received(AgentMessage)
        /// Reports are durable up to this sequence.
        case applied(incarnation: String, acknowledged: Int64)
        /// Statistics are durable up to this sequence.
        case statisticsStored(incarnation: String, sequence: Int64)
        /// What the agent should have now.
        indirect case configuration(AgentConfiguration)
        /// What changed of all agents' configurations; only when ``AgentSessionCore/canFollow(_:)``.
        indirect case configurationChanges(ConfigurationChanges)
        case cancel(ExecutionID, force: Bool)
        /// Whether schedules fire at all, as the server knows it now.
        case scheduler(SchedulerState)
        /// Whether the host is kept free of new work, as the server knows it now.
        indirect case maintenance(HostMaintenance)
        case tick
    }

    package enum Effect: Hashable, Sendable {
        case send(ServerMessage)
        case apply(ReportBatch)
        /// Take these orders out of the store.
        case acknowledgeOrders([ExecutionID])
        case recordConfig(version: Int64)
        indirect case storeStatistics(HostStatsReport)
        /// Ask the store for PENDING executions older than this that have no order, and hand their orders back (R9).
        case reask(before: Timestamp)
        /// The presence changed in a way somebody watching hosts would want to see.
        case presenceChanged
    }

    /// Unacknowledged orders are sent again after this, doubling up to the maximum; milliseconds.
    static let resendAfter: Int64 = 2000
    private static let resendLimit: Int64 = 60_000
    private static let ordersPerMessage = 1000
    /// How long a pushed configuration may stay unconfirmed; milliseconds, and how often it is pushed (S1-FR-2.1).
    private static let configTimeout: Int64 = 5000
    private static let configPushes = 3
    /// R9; milliseconds.
    private static let reaskInterval: Int64 = 15_000
    /// PENDING rows younger than this are not asked about; milliseconds.
    private static let reaskAge: Int64 = 10_000

    package let agent: AgentID
    package let epoch: Int64
    package internal(set) var presence: AgentPresence
    private var incarnation: String
    private var unacknowledged: [ExecutionID: Sent] = [:]
    /// What the agent should have, and the version that names it.
    var desired: [JobUID: JobSnapshot]
    package internal(set) var desiredVersion: Int64
    /// The agent has taken the last push, and not applied it yet.
    var hasReceivedPush = false
    /// Version of each job the agent has once the last push is applied.
    var known: [JobUID: Int64]
    var pushedVersion: Int64 { didSet { self.presence.pushedVersion = self.pushedVersion } }
    var pushes = 0
    var pushedAt: Timestamp?
    var pulledAt: Timestamp?
    private var reaskAt: Timestamp
    let plans: PlanBook
    /// Zones whose rules the agent has.
    var toldZones: Set<String>
    /// What the agent was told of the scheduler, and when it was told last.
    var scheduler: SchedulerState
    var schedulerToldAt: Timestamp
    /// The same of the host's maintenance.
    var maintenance = HostMaintenance()
    var maintenanceToldAt: Timestamp

    private struct Sent: Sendable {
        let order: Order
        var at: Timestamp
        var interval: Int64
    }

    /// Opens the session.
    ///
    /// - Parameters:
    ///   - hello: what the agent said.
    ///   - start: what the store made of it.
    ///   - configuration: what the agent should have.
    ///   - clock: the exchange of clocks of the hello.
    ///   - address: where the agent comes from.
    ///   - now: server time.
    ///   - plans: how this server plans.
    /// - Returns: the session and the welcome to send.
    package static func open(
        hello: Hello,
        start: AgentSessionStart,
        configuration: AgentConfiguration,
        clock: ClockSample,
        address: String,
        now: Timestamp,
        plans: PlanBook = .shared
    ) -> (AgentSessionCore, Welcome) {
        let isCurrent = Self.agrees(hello, with: configuration, plans: plans)
        var session = AgentSessionCore(
            agent: hello.agent,
            epoch: start.epoch,
            incarnation: hello.incarnation,
            configuration: configuration,
            pushedVersion: isCurrent ? hello.configVersion : configuration.version,
            presence: AgentPresence(
                connectedAt: now,
                lastHeartbeat: now,
                configVersion: hello.configVersion,
                address: address
            ),
            now: now,
            plans: plans,
            takesRules: hello.rulesDigest != nil
        )
        session.presence.executors = hello.executors
        session.presence.features = hello.features
        session.scheduler = start.scheduler
        session.presence.schedulerRevision = hello.schedulerRevision
        session.maintenance = start.maintenance
        session.presence.maintenanceRevision = hello.maintenanceRevision
        if !isCurrent {
            session.pushes = 1
            session.pushedAt = now
        }
        let update =
            isCurrent
            ? nil : session.update(version: configuration.version, base: nil, upserts: configuration.jobs, now: now)
        let welcome = Welcome(
            epoch: start.epoch,
            acknowledgedSequence: start.acknowledgedSequence,
            config: update,
            cancels: start.cancels,
            forced: start.forced,
            questions: start.questions,
            clock: clock,
            lostAfter: start.lostAfter,
            statisticsSequence: start.statisticsSequence,
            scheduler: start.scheduler,
            maintenance: start.maintenance
        )
        return (session, welcome)
    }

    /// Whether the agent has exactly these jobs, and plans them by these rules.
    private static func agrees(_ hello: Hello, with configuration: AgentConfiguration, plans: PlanBook) -> Bool {
        if let rules = hello.rulesDigest {
            return hello.contentDigest == configuration.contentDigest
                && rules == plans.rulesDigest(of: configuration.jobs)
        }
        let jobs = configuration.jobs.map { $0.withoutForeignRules(plans) }
        let isAdapted = jobs != configuration.jobs
        guard hello.contentDigest.isEmpty else {
            let digest =
                isAdapted ? AgentConfiguration(version: 0, jobs: jobs).contentDigest : configuration.contentDigest
            return hello.contentDigest == digest
        }
        // The first version knew versions only; it can't tell that it has what was adapted for it.
        return !isAdapted
            && hello.configDigest == ConfigDigest.of(configuration.jobs.map { (uid: $0.uid, version: $0.version) })
    }

    private init(
        agent: AgentID,
        epoch: Int64,
        incarnation: String,
        configuration: AgentConfiguration,
        pushedVersion: Int64,
        presence: AgentPresence,
        now: Timestamp,
        plans: PlanBook,
        takesRules: Bool
    ) {
        self.plans = plans
        self.toldZones = Set(plans.slices(for: configuration.jobs).map(\.name))
        self.agent = agent
        self.epoch = epoch
        self.incarnation = incarnation
        self.desired = Self.byUID(configuration)
        self.desiredVersion = configuration.version
        self.known = self.desired.mapValues(\.version)
        self.pushedVersion = pushedVersion
        self.presence = presence
        self.presence.pushedVersion = pushedVersion
        self.reaskAt = now.advanced(byMilliseconds: Self.reaskInterval)
        self.presence.takesRules = takesRules
        self.scheduler = SchedulerState()
        self.schedulerToldAt = now
        self.maintenanceToldAt = now
        self.noteAdapted()
    }

    static func byUID(_ configuration: AgentConfiguration) -> [JobUID: JobSnapshot] {
        Dictionary(configuration.jobs.map { ($0.uid, $0) }) { $0.version > $1.version ? $0 : $1 }
    }

    package var unacknowledgedCount: Int { self.unacknowledged.count }

    /// Handles one event at server time `now`.
    package mutating func handle(_ event: Event, now: Timestamp) -> [Effect] {
        switch event {
        case .orders(let orders): return self.send(orders, now: now)
        case .received(let message): return self.receive(message, now: now)
        case .applied(let incarnation, let sequence):
            return [.send(.reportsAcknowledged(incarnation: incarnation, sequence: sequence))]
        case .statisticsStored(let incarnation, let sequence):
            return [.send(.statisticsAcknowledged(incarnation: incarnation, sequence: sequence))]
        case .configuration(let configuration): return self.push(configuration, now: now)
        case .configurationChanges(let changes): return self.push(changes, now: now)
        case .cancel(let id, let force): return [.send(.cancel(id, force: force))]
        case .scheduler(let state): return self.tell(state, now: now)
        case .maintenance(let maintenance): return self.tell(maintenance, now: now)
        case .tick: return self.tick(now: now)
        }
    }

    private mutating func send(_ orders: [Order], now: Timestamp) -> [Effect] {
        var fresh: [Order] = []
        for order in orders where self.unacknowledged[order.executionID] == nil {
            let order = self.presence.takesRules ? order : order.withoutForeignRules(self.plans)
            self.unacknowledged[order.executionID] = Sent(order: order, at: now, interval: Self.resendAfter)
            fresh.append(order)
        }
        return Self.messages(of: fresh)
    }

    /// A burst's orders in several messages: jobs may be long, and a message is made in memory as a whole.
    private static func messages(of orders: [Order]) -> [Effect] {
        stride(from: 0, to: orders.count, by: self.ordersPerMessage).map { start in
            .send(.orders(Array(orders[start..<min(start + self.ordersPerMessage, orders.count)])))
        }
    }

    private mutating func receive(_ message: AgentMessage, now: Timestamp) -> [Effect] {
        switch message {
        case .hello: return []
        case .heartbeat(let heartbeat): return self.receive(heartbeat, now: now)
        case .orderAcknowledged(let ids):
            let mine = ids.filter { self.unacknowledged.removeValue(forKey: $0) != nil }
            return mine.isEmpty ? [] : [.acknowledgeOrders(mine)]
        case .reports(let incarnation, let reports):
            guard !reports.isEmpty else { return [] }
            // A report of any state but PENDING answers the order too (R4).
            for report in reports where report.status != .pending {
                self.unacknowledged[report.executionID] = nil
            }
            return [.apply(ReportBatch(agent: self.agent, incarnation: incarnation, reports: reports))]
        case .configReceived(let version):
            if version == self.pushedVersion { self.hasReceivedPush = true }
            return []
        case .configApplied(let version):
            if version == self.pushedVersion { self.pushedAt = nil }
            // Nobody has a version that was never sent.
            guard version != self.presence.configVersion, version <= self.pushedVersion else { return [] }
            self.presence.configVersion = version
            return [.recordConfig(version: version), .presenceChanged]
        case .configPull: return self.pull(now: now)
        case .statistics(let report):
            // A ledger that this session is not about would be taken for this one's.
            guard report.incarnation == self.incarnation else { return [] }
            return [.storeStatistics(report.believable(at: now))]
        // Answered beside the session.
        case .certificateRequest, .secretsRequest, .files: return []
        }
    }

    /// Characters of a host's own words that are kept.
    private static let troubleLimit = 500

    private mutating func receive(_ heartbeat: Heartbeat, now: Timestamp) -> [Effect] {
        self.presence.lastHeartbeat = now
        self.presence.running = heartbeat.running
        self.presence.trouble = heartbeat.trouble.map { String($0.prefix(Self.troubleLimit)) }
        self.presence.foreignZones = heartbeat.foreignZones
        self.presence.condition = heartbeat.condition
        self.presence.load = heartbeat.load
        self.presence.authorityRefusal = heartbeat.authorityRefusal?.rawValue
        if self.presence.takesRules { self.presence.orderedJobs = Set(heartbeat.orderedJobs) }
        let clock = ClockSample(
            agentSent: heartbeat.sentAt,
            serverReceived: now.milliseconds * 1000,
            serverSent: now.milliseconds * 1000
        )
        var effects: [Effect] = [.send(.heartbeatAnswer(clock)), .presenceChanged]
        effects += self.hear(heartbeat.schedulerRevision, now: now)
        effects += self.hear(maintenanceRevision: heartbeat.maintenanceRevision, now: now)
        // S1-FR-2.3: a heartbeat with another version than the last push, and no push under way.
        if heartbeat.configVersion != self.pushedVersion, self.pushedAt == nil { effects += self.pushAll(now: now) }
        return effects
    }

    private mutating func tick(now: Timestamp) -> [Effect] {
        var effects: [Effect] = []
        var due: [Order] = []
        for (id, sent) in self.unacknowledged.sorted(by: { $0.key < $1.key })
        where now.milliseconds(since: sent.at) >= sent.interval {
            due.append(sent.order)
            self.unacknowledged[id]?.at = now
            self.unacknowledged[id]?.interval = min(sent.interval * 2, Self.resendLimit)
        }
        effects += Self.messages(of: due)
        if let pushedAt, now.milliseconds(since: pushedAt) >= Self.configTimeout {
            if self.pushes < Self.configPushes {
                // It is late: whoever looks at hosts is told now, and not of each change that takes its usual moment.
                effects += self.pushAll(now: now) + [.presenceChanged]
            } else {
                // Given up until the heartbeat shows the old version again.
                self.pushedAt = nil
                self.pushes = 0
            }
        }
        if now >= self.reaskAt {
            self.reaskAt = now.advanced(byMilliseconds: Self.reaskInterval)
            effects.append(.reask(before: now.advanced(byMilliseconds: -Self.reaskAge)))
        }
        return effects
    }
}
