// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import FlowCrash
import FlowNotify
import Synchronization

/// Sends what waits, each message at least once.
///
/// A message is marked as being sent before the first byte goes, and settled after the receiver answered. A crash in between
/// sends it again under the same id, which the receiver gets as its idempotency key.
package final class NotifyDispatcher: Sendable {
    /// Messages on their way at once.
    private static let width = 8
    private static let limit = 200

    private let store: any NotifyStore
    private let sender: any NotifySender
    private let clock: any WallClock
    private let seal: ChannelSeal
    private let settings: LiveSettings
    private let language: MessageLanguage
    private let plan = Mutex(DeliveryPlan())

    package init(
        store: any NotifyStore,
        sender: any NotifySender,
        clock: any WallClock,
        seal: SecretSeal?,
        settings: LiveSettings = LiveSettings(),
        language: MessageLanguage = MessageLanguage()
    ) {
        self.store = store
        self.sender = sender
        self.clock = clock
        self.seal = ChannelSeal(seal)
        self.settings = settings
        self.language = language
    }

    /// Channels that fail all the time.
    package var failing: [String] { self.plan.withLock { $0.failing } }

    /// What was under way when the last server ended is due again.
    package func resume() async throws { try await self.store.resumeDeliveries(at: self.clock.now) }

    /// Sends what may go now.
    ///
    /// - Returns: how many messages were tried.
    @discardableResult
    package func dispatch() async throws -> Int {
        let settings = self.settings.now
        // What comes meanwhile waits.
        guard settings.text(.notifyEnabled) != SwitchWord.off.rawValue else { return 0 }
        let now = self.clock.now
        let due = try await self.store.dueDeliveries(at: now, limit: Self.limit)
        guard !due.isEmpty else { return 0 }
        let waiting = try await self.store.waitingDeliveries()
        let known = try await self.store.notifyChannels()
        let alone = Set(known.filter { $0.kind == .pagerduty }.map(\.name))
        let merged = DeliveryPlan.merge(
            due,
            waiting: waiting,
            above: Int(settings.integer(.notifyDigestAbove)),
            alone: alone,
            speech: self.language.now,
            at: now
        )
        // The digest is due in the next round.
        guard merged.isEmpty else {
            try await self.store.saveDeliveries(merged)
            return 0
        }
        let channels = ChannelDirectory(known.map { self.seal.open($0) })
        var ready: [NotifyDelivery] = []
        var undeliverable: [NotifyDelivery] = []
        for delivery in due {
            if let why = Self.obstacle(channels[delivery.channel], delivery) {
                var dead = delivery
                dead.state = .dead
                dead.dueAt = nil
                dead.updatedAt = now
                dead.lastError = why
                undeliverable.append(dead)
            } else {
                ready.append(delivery)
            }
        }
        try await self.store.saveDeliveries(undeliverable)
        var limits: [String: Int] = [:]
        for delivery in ready {
            guard let channel = channels[delivery.channel] else { continue }
            limits[delivery.channel] = channel.settings.limitPerMinute ?? ChannelForm(channel.kind).limitPerMinute
        }
        let chosen = self.plan.withLock { [limits] in $0.choose(from: ready, limits: limits, at: now) }
        try await self.store.saveDeliveries(chosen)
        try await self.send(chosen, channels)
        return chosen.count
    }

    private static func obstacle(_ channel: NotifyChannel?, _ delivery: NotifyDelivery) -> String? {
        guard let channel else {
            return delivery.channel.isEmpty
                ? "there is no e-mail channel: make one, then send this again"
                : "there is no channel '\(delivery.channel)': make one, then send this again"
        }
        return channel.draft.isEnabled ? nil : "the channel is switched off"
    }

    private func send(_ chosen: [NotifyDelivery], _ channels: ChannelDirectory) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            var running = 0
            for delivery in chosen {
                guard let channel = channels[delivery.channel] else { continue }
                if running >= Self.width {
                    try await group.next()
                    running -= 1
                }
                running += 1
                group.addTask { try await self.send(delivery, over: channel) }
            }
            try await group.waitForAll()
        }
    }

    private func send(_ delivery: NotifyDelivery, over channel: NotifyChannel) async throws {
        CrashPoint.reach("server.message.chosen")
        // With the key restored within a day, nothing is lost.
        let verdict: DeliveryVerdict =
            channel.isClosed
            ? .again("the server has lost its master key, which opens the channel's secrets")
            : await self.sender.send(delivery, over: channel, at: self.clock.now)
        let now = self.clock.now
        let giveUpAfter = self.settings.now.integer(.notifyGiveUpHours) * 3_600_000
        let settled = self.plan.withLock { $0.settle(delivery, verdict, at: now, giveUpAfter: giveUpAfter) }
        CrashPoint.reach("server.message.sent")
        try await self.store.saveDeliveries([settled] + self.closings(of: settled, over: channel, at: now))
        CrashPoint.reach("server.message.settled")
    }

    /// The recovery of an incident goes once more after a message that came later than it, such as a dead letter that a
    /// person sent again: otherwise the receiver's alert would stay open for ever.
    private func closings(
        of sent: NotifyDelivery,
        over channel: NotifyChannel,
        at now: Timestamp
    ) async throws -> [NotifyDelivery] {
        guard sent.state == .sent, HTTPChannel.reopens(sent, over: channel), let incident = sent.incident else {
            return []
        }
        let query = NotifyQuery(
            page: PageRequest(number: 1, size: 100),
            state: NotifyDelivery.State.sent.rawValue,
            channel: sent.channel,
            incident: incident
        )
        let ends = try await self.store.deliveries(query).items.filter { $0.purpose == .recovered }
        return ends.prefix(1).map { end in
            var again = end
            again.queue(at: now)
            return again
        }
    }
}
