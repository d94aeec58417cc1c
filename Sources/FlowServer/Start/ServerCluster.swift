// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowStore
import Logging

/// What makes a server one of several; there is none where the database serves one only.
struct ServerCluster: Sendable {
    let member: ClusterMember
    let gateway: ClusterGateway
    private let store: any ClusterStore
    private let sessions: AgentSessions
    private let bus: EventBus

    init?(
        store: DatabaseStore,
        node: ServerNode,
        sessions: AgentSessions,
        bus: EventBus,
        notice: Duration,
        logger: Logger
    ) {
        guard let cluster = store.cluster else { return nil }
        self.store = cluster
        self.member = ClusterMember(store: cluster, node: node, notice: notice, logger: logger)
        self.gateway = ClusterGateway(local: sessions, member: self.member, store: cluster)
        self.sessions = sessions
        self.bus = bus
    }

    /// Connects what was made, and makes what follows the others.
    func follower(
        ticker: FireTicker,
        journal: SessionJournal,
        settings: LiveSettings,
        scheduler: LiveScheduler,
        store: DatabaseStore,
        clock: any WallClock,
        logger: Logger
    ) -> ClusterFollower {
        self.member.setOnChange { ticker.shareChanged() }
        self.gateway.connect(self.bus)
        self.sessions.setResting { [member] in member.isRestingFromHosts }
        return ClusterFollower(
            parts: ClusterFollower.Parts(
                member: self.member,
                gateway: self.gateway,
                sessions: self.sessions,
                journal: journal,
                ticker: ticker,
                bus: self.bus,
                settings: settings,
                scheduler: scheduler
            ),
            store: store,
            cluster: self.store,
            clock: clock,
            logger: logger
        )
    }
}
