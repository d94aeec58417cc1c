// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowSchedulerCore
import Foundation
import Logging
import Synchronization

extension ClusterFollower {
    /// Executions that are read for watchers, of one message; of more, watchers look themselves.
    private static let readLimit = 100

    static func text(of message: ClusterMessage) throws -> String {
        String(decoding: try JSONEncoder().encode(message), as: UTF8.self)
    }

    /// - Returns: nil for what this version does not understand.
    static func message(_ text: String) -> ClusterMessage? {
        try? JSONDecoder().decode(ClusterMessage.self, from: Data(text.utf8))
    }

    func hear(_ message: ClusterMessage) async {
        let bus = self.parts.bus
        switch message {
        case .orders(let agents): await self.deliver(to: agents)
        case .cancel(let execution, let agent, let isForced):
            await self.parts.sessions.cancel(execution, on: agent, force: isForced)
        case .disconnect(let agent, let reason): await self.parts.sessions.disconnect(agent, reason: reason)
        case .evenOut: self.parts.gateway.evenOutHere()
        // Followed by their log in any case.
        case .configuration: break
        case .executions(let ids): await self.show(ids)
        case .output(let ids):
            for id in ids { bus.publishHere(.logEnded(id, totalBytes: 0, isTruncated: false)) }
        case .agents(let agents): for agent in agents { bus.publishHere(.agentChanged(agent)) }
        case .approvals: bus.publishHere(.approvalsChanged)
        case .gap: bus.publishGap()
        }
    }

    /// Orders that were made elsewhere; what an agent was sent already is not sent again by its session.
    private func deliver(to agents: [AgentID]) async {
        let held = self.parts.sessions.presences
        for agent in agents where held[agent] != nil {
            do {
                let orders = try await self.store.pendingOrders(of: agent)
                if !orders.isEmpty { await self.parts.sessions.deliver([agent: orders]) }
            } catch {
                // They are asked about again like everything else that is open (R9).
                self.logger.warning(
                    "could not read an agent's orders",
                    metadata: ["agent": "\(agent)", "error": "\(error)"]
                )
            }
        }
    }

    private func show(_ ids: [ExecutionID]) async {
        let bus = self.parts.bus
        guard bus.subscriberCount > 0 else { return }
        guard ids.count <= Self.readLimit else { return bus.publishGap() }
        var executions: [Execution] = []
        for id in ids {
            if let execution = try? await self.store.execution(id, in: .all) { executions.append(execution) }
        }
        if !executions.isEmpty { bus.publishHere(.executionsChanged(executions)) }
    }

    /// Brings planner, sessions, settings and watchers to what any server has changed.
    func followChanges() async throws {
        let versions = try await self.cluster.clusterVersions()
        if versions.settings > self.parts.settings.now.stored.revision {
            self.parts.settings.take(try await self.store.settings())
        }
        if self.parts.scheduler.take(try await self.store.scheduler()) { await self.parts.ticker.schedulerChanged() }
        let known = self.parts.scheduler.maintenanceRevision
        for agent in self.parts.scheduler.take(try await self.store.maintenances(after: known)) {
            self.parts.bus.publishHere(.agentChanged(agent))
        }
        let followed = self.followed.withLock { $0 } ?? versions.configuration
        guard versions.configuration != followed else { return }
        let changes = try await self.store.configurationChanges(since: followed)
        if let changes {
            for job in changes.jobs { try await self.follow(job.uid) }
            if !changes.moved.isEmpty || changes.jobs.isEmpty { self.parts.bus.publishHere(.groupsChanged) }
        } else {
            await self.parts.ticker.reload()
            self.parts.bus.publishGap()
        }
        await self.parts.sessions.configurationChanged()
        let reached = changes?.version ?? versions.configuration
        self.followed.withLock { $0 = reached }
    }

    private func follow(_ uid: JobUID) async throws {
        if let job = try await self.store.job(uid: uid) {
            await self.parts.ticker.jobChanged(job)
            self.parts.bus.publishHere(.jobChanged(job))
        } else {
            await self.parts.ticker.jobDeleted(uid)
            // By its number watchers know it, and that has gone with it.
            self.parts.bus.publishGap()
        }
    }

    /// Tells the others of this server's agents, and hears of theirs.
    func syncSessions() async throws {
        let gateway = self.parts.gateway
        let holdings = self.parts.sessions.holdings
        let news = gateway.roster.withLock { $0.news(of: holdings) }
        if !news.changed.isEmpty || !news.gone.isEmpty {
            let id = self.parts.member.id
            let sessions = try news.changed.map { agent, session in
                HeldSession(
                    agent: agent,
                    server: id,
                    epoch: session.epoch,
                    presence: String(decoding: try JSONEncoder().encode(session.presence), as: UTF8.self)
                )
            }
            try await self.cluster.noteSessions(sessions, gone: news.gone, of: id)
            gateway.roster.withLock { $0.told(holdings) }
            // Orders that were made while nobody knew where these are.
            await self.deliver(to: news.changed.keys.sorted())
        }
        var remote: [AgentID: ClusterRoster.Remote] = [:]
        for session in try await self.cluster.sessionsElsewhere(than: self.parts.member.id) {
            // What a later version says in another way is not known here.
            let presence = try? JSONDecoder().decode(AgentPresence.self, from: Data(session.presence.utf8))
            guard let presence else { continue }
            remote[session.agent] = ClusterRoster.Remote(
                server: session.server,
                session: ClusterRoster.Session(epoch: session.epoch, presence: presence)
            )
        }
        let changed = gateway.roster.withLock { $0.take(remote) }
        for agent in changed { self.parts.bus.publishHere(.agentChanged(agent)) }
        let overtaken = gateway.roster.withLock { $0.overtaken(of: self.parts.sessions.holdings) }
        for (agent, epoch) in overtaken { await self.parts.sessions.yield(agent, to: epoch) }
    }
}

extension ClusterMessage {
    /// Whether somebody asked for it, so that it still counts when it comes late.
    var isCall: Bool {
        switch self {
        case .orders, .cancel, .disconnect, .evenOut: true
        case .configuration, .executions, .output, .agents, .approvals, .gap: false
        }
    }
}
