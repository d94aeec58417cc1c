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
    /// How long what is due waits for notifications to be switched on; milliseconds.
    package static let patience: Int64 = 3_600_000

    private let store: any NotifyStore
    private let named: NamedSecrets
    private let sender: any NotifySender
    private let clock: any WallClock
    private let seal: ChannelSeal
    private let settings: LiveSettings
    private let language: MessageLanguage
    private let plan = Mutex(DeliveryPlan())
    /// When this server first saw that notifications are off.
    private let offSince = Mutex<Timestamp?>(nil)

    package init(
        store: any NotifyStore & SecretStore,
        sender: any NotifySender,
        clock: any WallClock,
        seal: SecretSeal?,
        settings: LiveSettings = LiveSettings(),
        language: MessageLanguage = MessageLanguage()
    ) {
        self.store = store
        self.named = NamedSecrets(store: store, seal: seal)
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
        let now = self.clock.now
        guard settings.text(.notifyEnabled) != SwitchWord.off.rawValue else {
            try await self.giveUpWhatWaits(at: now)
            return 0
        }
        self.offSince.withLock { $0 = nil }
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
                undeliverable.append(Self.dead(delivery, why: why, at: now))
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

    /// While notifications are off, what comes waits; but not for ever, and nobody wants old news when they are on again.
    ///
    /// It ends as a dead letter that says so, which a person can send again. What had waited before for another reason, such as a
    /// receiver that was away, waits for its hour all the same.
    private func giveUpWhatWaits(at now: Timestamp) async throws {
        let since = self.offSince.withLock { since in
            let first = since ?? now
            since = first
            return first
        }
        let late = now.advanced(byMilliseconds: -Self.patience)
        guard since <= late else { return }
        let old = try await self.store.dueDeliveries(at: late, limit: Self.limit)
        guard !old.isEmpty else { return }
        try await self.store.saveDeliveries(
            old.map { Self.dead($0, why: "notifications were switched off for longer than an hour", at: now) }
        )
    }

    private static func dead(_ delivery: NotifyDelivery, why: String, at now: Timestamp) -> NotifyDelivery {
        var dead = delivery
        dead.state = .dead
        dead.dueAt = nil
        dead.updatedAt = now
        dead.lastError = why
        return dead
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
        let verdict = await self.verdict(delivery, over: channel)
        let now = self.clock.now
        let giveUpAfter = self.settings.now.integer(.notifyGiveUpHours) * 3_600_000
        let settled = self.plan.withLock { $0.settle(delivery, verdict, at: now, giveUpAfter: giveUpAfter) }
        CrashPoint.reach("server.message.sent")
        try await self.store.saveDeliveries([settled] + self.closings(of: settled, over: channel, at: now))
        CrashPoint.reach("server.message.settled")
    }

    /// With the key, or a secret that the channel names, back within a day, nothing is lost.
    private func verdict(_ delivery: NotifyDelivery, over channel: NotifyChannel) async -> DeliveryVerdict {
        guard !channel.isClosed else {
            return .again("the server has lost its master key, which opens the channel's secrets")
        }
        let filling: NamedSecrets.Filling
        do {
            filling = try await self.named.fill(channel)
        } catch {
            // One question that failed must not leave the other messages of this round as if they were on their way.
            return .again("the database did not say what the channel's secrets are")
        }
        switch filling {
        case .ready(let filled, let values):
            switch await self.sender.send(delivery, over: filled, at: self.clock.now) {
            case .delivered: return .delivered
            case .again(let words, let after): return .again(ChannelSecrets.masked(words, values), after: after)
            case .dead(let words): return .dead(ChannelSecrets.masked(words, values))
            }
        case .lacking(let why): return .again(why)
        }
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
