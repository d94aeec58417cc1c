// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

extension SQLiteStore: NotifyStore {
    // MARK: Channels

    package func notifyChannels() async throws -> [NotifyChannel] {
        try await self.read { db in try NotifyChannelTable(db).channels() }
    }

    package func createNotifyChannel(_ draft: NotifyChannelDraft, by change: Change) async throws -> NotifyChannel {
        try await self.write("create_channel") { db in
            let table = NotifyChannelTable(db)
            try table.requireFree(draft.name, except: nil)
            let channel = try table.insert(draft, at: change.at)
            try AuditTable(db).record(
                change,
                .channelCreate,
                AuditObject(channel),
                after: ChannelAudit(channel)
            )
            return channel
        }
    }

    package func updateNotifyChannel(
        _ id: Int64,
        to draft: NotifyChannelDraft,
        by change: Change
    ) async throws -> NotifyChannel {
        try await self.write("update_channel") { db in
            let table = NotifyChannelTable(db)
            let before = try table.requireChannel(id)
            try table.requireFree(draft.name, except: id)
            if draft.name != before.name { try Self.requireUnused(before, table) }
            var channel = before
            channel.draft = draft
            channel.updatedAt = change.at
            try table.update(channel)
            try AuditTable(db).record(
                change,
                .channelUpdate,
                AuditObject(channel),
                before: ChannelAudit(before),
                after: ChannelAudit(channel)
            )
            return channel
        }
    }

    package func sealNotifyChannel(
        _ id: Int64,
        as secrets: ChannelSecrets,
        insteadOf known: ChannelSecrets
    ) async throws {
        try await self.write("seal_channel") { db in
            let table = NotifyChannelTable(db)
            var channel = try table.requireChannel(id)
            guard channel.secrets == known else { return }
            channel.draft.secrets = secrets
            try table.update(channel)
        }
    }

    package func deleteNotifyChannel(_ id: Int64, by change: Change) async throws {
        try await self.write("delete_channel") { db in
            let table = NotifyChannelTable(db)
            let channel = try table.requireChannel(id)
            try Self.requireUnused(channel, table)
            try table.deleteChannel(id)
            try AuditTable(db).record(change, .channelDelete, AuditObject(channel), before: ChannelAudit(channel))
        }
    }

    private static func requireUnused(_ channel: NotifyChannel, _ table: NotifyChannelTable) throws {
        let reports = try ReportMailTable(table.db).all().filter { $0.draft.channel == channel.name }
        guard reports.isEmpty else {
            throw StoreFault.channelSendsReports(channel.name, reports: reports.map(\.draft.name))
        }
        let users = try table.rules().filter { $0.rule.targets.contains { $0.channel == channel.name } }
        guard users.isEmpty else { throw StoreFault.channelInUse(channel.name, rules: users.map(\.rule.name)) }
    }

    // MARK: Rules

    package func notifyRules() async throws -> [OwnNotifyRule] {
        try await self.read { db in try NotifyChannelTable(db).rules() }
    }

    package func createNotifyRule(
        _ rule: NotifyRule,
        match: NotifyMatch,
        by change: Change
    ) async throws -> OwnNotifyRule {
        try await self.write("create_notify_rule") { db in
            let made = try NotifyChannelTable(db).insert(rule, match, at: change.at)
            try AuditTable(db).record(
                change,
                .notifyRuleCreate,
                AuditObject(made),
                groups: match.groups,
                after: NotifyRuleAudit(made)
            )
            return made
        }
    }

    package func updateNotifyRule(
        _ id: Int64,
        to rule: NotifyRule,
        match: NotifyMatch,
        by change: Change
    ) async throws -> OwnNotifyRule {
        try await self.write("update_notify_rule") { db in
            let table = NotifyChannelTable(db)
            let before = try table.requireRule(id)
            var made = before
            made.rule = rule
            made.match = match
            made.updatedAt = change.at
            try table.update(made)
            try AuditTable(db).record(
                change,
                .notifyRuleUpdate,
                AuditObject(made),
                groups: match.groups + before.match.groups,
                before: NotifyRuleAudit(before),
                after: NotifyRuleAudit(made)
            )
            return made
        }
    }

    package func deleteNotifyRule(_ id: Int64, by change: Change) async throws {
        try await self.write("delete_notify_rule") { db in
            let table = NotifyChannelTable(db)
            let rule = try table.requireRule(id)
            try table.deleteRule(id)
            try AuditTable(db).record(
                change,
                .notifyRuleDelete,
                AuditObject(rule),
                groups: rule.match.groups,
                before: NotifyRuleAudit(rule)
            )
        }
    }

    // MARK: Evaluation

    package func notifyState(_ keys: NotifyStateKeys) async throws -> NotifyState {
        try await self.read { db in
            let table = NotifyStateTable(db)
            var hosts = try keys.isEveryHostNeeded ? table.presentHosts() : []
            let known = Set(hosts.map(\.agent))
            hosts += try keys.hosts.sorted().filter { !known.contains($0) }.compactMap { try table.host($0) }
            return NotifyState(
                counters: try keys.counters.sorted().compactMap { try table.counter($0) },
                incidents: try keys.rules.sorted().flatMap { try table.openIncidents(of: $0) },
                hosts: hosts
            )
        }
    }

    package func dueNotifyState(at now: Timestamp, limit: Int) async throws -> NotifyState {
        try await self.read { db in
            let table = NotifyStateTable(db)
            return NotifyState(
                incidents: try table.dueIncidents(at: now, limit: limit),
                hosts: try table.dueHosts(at: now, limit: limit)
            )
        }
    }

    package func save(_ changes: NotifyChanges, at now: Timestamp) async throws {
        guard !changes.isEmpty else { return }
        try await self.write("notify") { db in
            if let move = changes.move {
                try EventTable(db).move(move.reader, from: move.from, to: move.to, at: now)
            }
            let watches = WatchTable(db)
            for mark in changes.watch { try watches.save(mark) }
            let table = NotifyStateTable(db)
            for counter in changes.counters { try table.save(counter) }
            for host in changes.hosts { try table.save(host) }
            for incident in changes.incidents { try table.save(incident) }
            let silences = SilenceTable(db)
            for caught in changes.caught { try silences.note(caught) }
            for id in changes.settledSilences { try silences.settle(id, at: now) }
            let failures = FailureTable(db)
            for id in changes.mended { try failures.forget(id) }
            if !changes.failures.isEmpty { try failures.note(changes.failures) }
            let deliveries = DeliveryTable(db)
            for delivery in changes.deliveries { try deliveries.insert(delivery) }
        }
    }

    package func notifyIncidents(_ query: NotifyQuery) async throws -> Page<NotifyIncident> {
        try await self.read { db in try NotifyStateTable(db).incidents(query, countingTo: Self.countBound) }
    }

    package func acknowledgeNotifyIncident(
        _ id: IncidentID,
        in scope: Scope,
        by change: Change
    ) async throws -> NotifyIncident {
        try await self.write("acknowledge_incident") { db in
            let table = NotifyStateTable(db)
            guard var incident = try table.incident(id, in: scope) else { throw StoreFault.noIncident(id) }
            guard incident.state != .closed, incident.acknowledgedBy == nil else { return incident }
            incident.acknowledgedBy = change.actor.name
            try table.acknowledge(id, by: change.actor.name)
            try AuditTable(db).record(
                change,
                .incidentAcknowledge,
                AuditObject("incident", id.description, name: incident.rule.name),
                groups: incident.groups
            )
            return incident
        }
    }

    // MARK: Deliveries

    package func dueDeliveries(at now: Timestamp, limit: Int) async throws -> [NotifyDelivery] {
        try await self.read { db in try DeliveryTable(db).due(at: now, limit: limit) }
    }

    package func saveDeliveries(_ deliveries: [NotifyDelivery]) async throws {
        guard !deliveries.isEmpty else { return }
        try await self.write("save_deliveries") { db in
            let table = DeliveryTable(db)
            for delivery in deliveries where try !table.update(delivery) { try table.insert(delivery) }
        }
    }

    package func resumeDeliveries(at now: Timestamp) async throws {
        try await self.write("resume_deliveries") { db in
            let table = DeliveryTable(db)
            while case let sending = try table.sending(limit: 500), !sending.isEmpty {
                for var delivery in sending {
                    delivery.state = .queued
                    delivery.dueAt = now
                    delivery.lastError = "sending this was interrupted; it may have arrived"
                    _ = try table.update(delivery)
                }
            }
        }
    }

    package func deliveries(_ query: NotifyQuery) async throws -> Page<NotifyDelivery> {
        try await self.read { db in try DeliveryTable(db).page(query, countingTo: Self.countBound) }
    }

    package func resendDelivery(_ id: DeliveryID, in scope: Scope, by change: Change) async throws -> NotifyDelivery {
        try await self.write("resend_delivery") { db in
            let table = DeliveryTable(db)
            guard var delivery = try table.find(id, in: scope) else { throw StoreFault.noDelivery(id) }
            guard delivery.state != .queued, delivery.state != .sending else { return delivery }
            delivery.queue(at: change.at)
            _ = try table.update(delivery)
            try AuditTable(db).record(
                change,
                .deliveryResend,
                AuditObject("delivery", id.description, name: delivery.subject),
                groups: delivery.groups
            )
            return delivery
        }
    }

    package func waitingDeliveries() async throws -> [String: Int] {
        try await self.read { db in try DeliveryTable(db).waiting() }
    }
}
