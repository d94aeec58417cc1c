// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Messages that wait to be left for other servers, a few tens of milliseconds at most: what says the same is said once.
///
/// A value without I/O. Bounded: of too much news only that there was news is told.
package struct ClusterOutbox: Sendable {
    /// Executions, outputs and agents that wait.
    private static let newsLimit = 5000
    /// Cancels and disconnects that wait while the database is away.
    private static let callLimit = 10_000

    private var orders: [ServerID: Set<AgentID>] = [:]
    /// To one server, or to all.
    private var calls: [(server: ServerID?, message: ClusterMessage)] = []
    private var hasConfiguration = false
    private var executions: Set<ExecutionID> = []
    private var output: Set<ExecutionID> = []
    private var agents: Set<AgentID> = []
    private var hasApprovals = false
    private var hasGap = false

    package init() {}

    package mutating func order(_ agents: some Sequence<AgentID>, at server: ServerID) {
        self.orders[server, default: []].formUnion(agents)
    }

    package mutating func call(_ message: ClusterMessage, at server: ServerID?) {
        if self.calls.count < Self.callLimit { self.calls.append((server, message)) }
    }

    package mutating func changed() { self.hasConfiguration = true }

    /// What watchers elsewhere may want to see.
    package mutating func note(_ event: FlowEvent) {
        switch event {
        // Told by the log of changes.
        case .jobChanged, .jobDeleted, .groupsChanged: self.hasConfiguration = true
        case .executionsChanged(let executions): self.executions.formUnion(executions.map(\.id))
        case .logAppended(let chunks): self.output.formUnion(chunks.map(\.executionID))
        case .logEnded(let id, _, _): self.output.insert(id)
        case .agentChanged(let agent): self.agents.insert(agent)
        case .approvalsChanged: self.hasApprovals = true
        }
        guard self.executions.count + self.output.count + self.agents.count > Self.newsLimit else { return }
        self.executions = []
        self.output = []
        self.agents = []
        self.hasGap = true
    }

    /// Whether watchers elsewhere wait for something.
    package var hasNews: Bool {
        self.hasGap || self.hasApprovals || !self.executions.isEmpty || !self.output.isEmpty || !self.agents.isEmpty
    }

    /// Takes out what goes to each of these servers; what is for nobody is forgotten.
    ///
    /// - Parameter withNews: also what is for watchers, which is in less of a hurry.
    package mutating func take(
        for servers: [ServerID],
        withNews: Bool
    ) -> [(server: ServerID, message: ClusterMessage)] {
        var common: [ClusterMessage] = []
        if self.hasConfiguration { common.append(.configuration) }
        if withNews { common += self.takeNews() }
        let messages = servers.flatMap { server in
            var messages: [ClusterMessage] = []
            if let agents = self.orders[server] { messages.append(.orders(agents.sorted())) }
            messages += self.calls.filter { $0.server == nil || $0.server == server }.map(\.message)
            return (messages + common).map { (server: server, message: $0) }
        }
        self.orders = [:]
        self.calls = []
        self.hasConfiguration = false
        return messages
    }

    private mutating func takeNews() -> [ClusterMessage] {
        var news: [ClusterMessage] = []
        if self.hasGap { news.append(.gap) }
        if !self.executions.isEmpty { news.append(.executions(self.executions.sorted())) }
        if !self.output.isEmpty { news.append(.output(self.output.sorted())) }
        if !self.agents.isEmpty { news.append(.agents(self.agents.sorted())) }
        if self.hasApprovals { news.append(.approvals) }
        self.hasGap = false
        self.hasApprovals = false
        self.executions = []
        self.output = []
        self.agents = []
        return news
    }
}
