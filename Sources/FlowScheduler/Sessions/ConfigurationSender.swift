// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Logging
import Synchronization

/// Brings connected agents the configuration they should have.
///
/// Agents whose configuration may have changed wait in a set until it was read and handed to their session; a store that
/// fails is asked again, for these agents only.
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

    /// Works until cancelled; `deliver` hands a configuration to the session of its agent, if there is one.
    func run(deliver: @Sendable (AgentID, AgentConfiguration) async -> Void) async {
        var outage = Outage()
        while !Task.isCancelled {
            if await self.sendWaiting(&outage, deliver: deliver) {
                await self.alarm.wait(for: nil)
            } else {
                try? await Task.sleep(for: Self.retryDelay)
            }
        }
    }

    /// - Returns: false when the store failed and some still wait.
    func sendWaiting(
        _ outage: inout Outage,
        deliver: @Sendable (AgentID, AgentConfiguration) async -> Void
    ) async -> Bool {
        while let agent = self.waiting.withLock({ $0.popFirst() }) {
            do {
                await deliver(agent, try await self.store.configuration(of: agent))
                if outage.end() { self.logger.notice("configurations can be read again") }
            } catch {
                _ = self.waiting.withLock { $0.insert(agent) }
                if outage.begin() {
                    self.logger.warning(
                        "could not read an agent's configuration",
                        metadata: ["agent": "\(agent)", "error": "\(error)"]
                    )
                }
                return false
            }
        }
        return true
    }
}
