// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Logging
import Synchronization

/// The sessions that configurations are brought to.
protocol ConfigurationReceivers: Sendable {
    /// What each of these agents was last told; those without an open session are left out.
    func desiredVersions(of agents: Set<AgentID>) async -> [AgentID: Int64]
    /// - Returns: false when the agent has to be told its whole configuration.
    func follow(_ changes: ConfigurationChanges, _ agent: AgentID) async -> Bool
    func take(_ configuration: AgentConfiguration, _ agent: AgentID) async
}

/// Brings connected agents the configuration they should have.
///
/// What changed is read once for all of them, and each takes what concerns it; only an agent whose groups changed, or that is
/// far behind, has its configuration read whole. Agents wait in a set until they were told; a store that fails is asked again,
/// for these agents only.
final class ConfigurationSender: Sendable {
    private let waiting = Mutex<Set<AgentID>>([])
    private let alarm = Alarm()
    private let store: any SessionStore
    private let logger: Logger
    private static let retryDelay = Duration.seconds(1)

    init(store: any SessionStore, logger: Logger) {
        self.store = store
        self.logger = logger
    }

    /// These agents' configurations may have changed.
    func changed(_ agents: some Sequence<AgentID>) {
        self.waiting.withLock { $0.formUnion(agents) }
        self.alarm.ring()
    }

    /// Works until cancelled.
    func run(_ receivers: some ConfigurationReceivers) async {
        var outage = Outage()
        while !Task.isCancelled {
            if await self.sendWaiting(&outage, to: receivers) {
                await self.alarm.wait(for: nil)
            } else {
                try? await Task.sleep(for: Self.retryDelay)
            }
        }
    }

    /// - Returns: false when the store failed and some still wait.
    private func sendWaiting(_ outage: inout Outage, to receivers: some ConfigurationReceivers) async -> Bool {
        while true {
            var agents = self.waiting.withLock { waiting in
                defer { waiting = [] }
                return waiting
            }
            guard !agents.isEmpty else { return true }
            let told = agents.count
            do {
                try await self.send(&agents, to: receivers)
                if outage.end() { self.logger.notice("configurations can be read again") }
            } catch {
                self.waiting.withLock { $0.formUnion(agents) }
                if outage.begin() {
                    self.logger.warning(
                        "could not read agents' configurations",
                        metadata: ["agents": "\(agents.count)", "error": "\(error)"]
                    )
                }
                return false
            }
            try? await Task.sleep(for: Self.pause(afterTelling: told))
        }
    }

    /// What changes shortly after another change is told together with what follows it: a message costs both sides more than a
    /// job in it does, and the more hosts there are the more that is.
    static func pause(afterTelling agents: Int) -> Duration { min(.microseconds(250) * agents, .milliseconds(100)) }

    /// Takes out of `agents` who was told.
    private func send(_ agents: inout Set<AgentID>, to receivers: some ConfigurationReceivers) async throws {
        let versions = await receivers.desiredVersions(of: agents)
        // Who has no session is told when it opens.
        agents.formIntersection(versions.keys)
        guard let oldest = versions.values.min() else { return }
        if let changes = try await self.store.configurationChanges(since: oldest) {
            for agent in agents.sorted() {
                if await receivers.follow(changes, agent) { agents.remove(agent) }
            }
        }
        for agent in agents.sorted() {
            await receivers.take(try await self.store.configuration(of: agent), agent)
            agents.remove(agent)
        }
    }
}
