// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
package import FlowSchedulerCore
import Synchronization

/// The way to agents of all servers: to this server's own at once, to others' by messages.
package final class ClusterGateway: AgentGateway {
    private let local: AgentSessions
    private let member: ClusterMember
    private let store: any ClusterStore
    let roster = Mutex(ClusterRoster())
    let outbox = Mutex(ClusterOutbox())
    /// Rung when something waits to be told.
    let alarm = Alarm()

    package init(local: AgentSessions, member: ClusterMember, store: any ClusterStore) {
        self.local = local
        self.member = member
        self.store = store
    }

    /// Has the bus tell other servers, and this server's sessions ask about them.
    package func connect(_ bus: EventBus) {
        bus.setRelay { [weak self] event in self?.tell { $0.note(event) } }
        self.local.setElsewhere { [weak self] agent in self?.server(of: agent) != nil }
    }

    private func tell(_ body: (inout ClusterOutbox) -> Void) {
        self.outbox.withLock { body(&$0) }
        self.alarm.ring()
    }

    private func server(of agent: AgentID) -> ServerID? { self.roster.withLock { $0.remote[agent]?.server } }

    package var presences: [AgentID: AgentPresence] {
        let own = self.local.presences
        return self.roster.withLock { $0.presences(with: own) }
    }

    /// Connected hosts by server.
    var hostCounts: [ServerID: Int] {
        let own = self.local.presences
        var counts = [self.member.id: own.count]
        let remote = self.roster.withLock { $0.remote }
        for (agent, session) in remote where own[agent] == nil { counts[session.server, default: 0] += 1 }
        return counts
    }

    /// As it was seen within the last second or so.
    var shares: HostShares { HostShares(hosts: self.hostCounts, workers: self.member.view.gateways.map(\.id)) }

    /// Has this server and the others give away the hosts above their shares, some tens a second.
    func evenOut() {
        self.evenOutHere()
        self.tell { $0.call(.evenOut, at: nil) }
    }

    /// Has this server give away the hosts above its share.
    func evenOutHere() { self.local.even(self.shares.evening(at: self.member.id)) }

    package var duplicates: [AgentID: [DuplicateAgent]] { self.local.duplicates }

    package func deliver(_ orders: [AgentID: [Order]]) async {
        var elsewhere: [ServerID: [AgentID]] = [:]
        for agent in orders.keys {
            if let server = self.server(of: agent) { elsewhere[server, default: []].append(agent) }
        }
        // Also those: the agent may have just moved here.
        await self.local.deliver(orders)
        guard !elsewhere.isEmpty else { return }
        self.tell { for (server, agents) in elsewhere { $0.order(agents, at: server) } }
    }

    package func cancel(_ execution: ExecutionID, on agent: AgentID, force: Bool) async {
        await self.local.cancel(execution, on: agent, force: force)
        // To all: where the agent is may be old news, and who does not have it does nothing.
        self.tell { $0.call(.cancel(execution, agent: agent, isForced: force), at: nil) }
    }

    package func configurationChanged() async {
        await self.local.configurationChanged()
        self.tell { $0.changed() }
    }

    package func rollout(of job: JobUID, version: Int64, on agents: [AgentID]) async -> [AgentID: JobRollout] {
        var states = await self.local.rollout(of: job, version: version, on: agents)
        let remote = self.roster.withLock { $0.remote }
        let others = agents.filter { states[$0] == nil && remote[$0] != nil }
        guard !others.isEmpty else { return states }
        // What another server knows in detail shows here by the version that the agent has confirmed.
        let change = (try? await self.store.lastChange(of: job)) ?? nil
        for agent in others {
            let confirmed = remote[agent]?.session.presence.configVersion ?? 0
            states[agent] = confirmed >= change ?? 0 ? .applied : .waiting
        }
        return states
    }

    package func disconnect(_ agent: AgentID, reason: String) async {
        await self.local.disconnect(agent, reason: reason)
        self.tell { $0.call(.disconnect(agent, reason: reason), at: nil) }
    }
}
