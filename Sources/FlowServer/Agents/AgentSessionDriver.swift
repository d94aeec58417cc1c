// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowWire
import Logging

/// Drives one ``AgentSessionCore``: carries out its effects against the store and the agent's channel.
actor AgentSessionDriver {
    /// What sessions share.
    struct Dependencies: Sendable {
        let store: any Store
        let recorder: RunRecorder
        let acknowledgements: OrderAcknowledgements
        let clock: any WallClock
        let onPresence: @Sendable (AgentID, AgentPresence) -> Void
    }

    private var core: AgentSessionCore
    private let dependencies: Dependencies
    private let outgoing: AsyncStream<ServerMessage>.Continuation
    /// Messages in the order in which the core decided on them; single consumer.
    nonisolated let messages: AsyncStream<ServerMessage>
    nonisolated let agent: AgentID
    nonisolated let epoch: Int64
    /// More unsent messages than this, and the agent is not reading: the session ends.
    private static let limit = 10_000

    init(core: AgentSessionCore, dependencies: Dependencies) {
        self.core = core
        self.agent = core.agent
        self.epoch = core.epoch
        self.dependencies = dependencies
        (self.messages, self.outgoing) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.limit))
    }

    var presence: AgentPresence { self.core.presence }

    /// Handles an event and everything that follows from it.
    ///
    /// - Throws: the store's error where the agent must not be answered; the session ends and the agent comes back.
    func handle(_ event: AgentSessionCore.Event) async throws {
        for effect in self.core.handle(event, now: self.dependencies.clock.now) {
            switch effect {
            case .send(let message): try self.send(message)
            case .apply(let batch):
                let applied = try await self.dependencies.recorder.record(batch)
                try await self.handle(
                    .applied(incarnation: applied.incarnation, acknowledged: applied.acknowledged)
                )
            case .acknowledgeOrders(let ids): self.dependencies.acknowledgements.add(ids, of: self.agent)
            case .recordConfig(let version):
                try await self.dependencies.store.recordConfig(version: version, appliedBy: self.agent)
            case .reask(let before):
                let orders = try await self.dependencies.store.reaskPending(of: self.agent, before: before, limit: 500)
                if !orders.isEmpty { try await self.handle(.orders(orders)) }
            case .presenceChanged: self.dependencies.onPresence(self.agent, self.core.presence)
            }
        }
    }

    private func send(_ message: ServerMessage) throws {
        var message = message
        if case .heartbeatAnswer(var sample) = message {
            // The core thinks in milliseconds; clocks are compared in microseconds (R7).
            let now = self.dependencies.clock.microseconds
            sample.serverReceived = now
            sample.serverSent = now
            message = .heartbeatAnswer(sample)
        }
        if case .dropped = self.outgoing.yield(message) {
            throw SessionEnd(code: .goingAway, reason: "the agent does not read what it is sent")
        }
    }

    func finish() { self.outgoing.finish() }
}
