// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
package import FlowNotify
package import Foundation

/// Notifications, as people handle them (S2-9).
package struct NotificationService: Sendable {
    let store: any Store & NotifyStore
    package let clock: any WallClock
    let seal: ChannelSeal
    /// As of ``LiveSettings``.
    let reservedHeaders: Set<String>
    let language: MessageLanguage
    /// Programs that channels may start.
    let commands: [String]
    let makeUUID: @Sendable () -> UUID

    package init(
        store: any Store & NotifyStore,
        clock: any WallClock,
        seal: SecretSeal?,
        reservedHeaders: Set<String> = [],
        language: MessageLanguage = MessageLanguage(),
        commands: [String] = [],
        makeUUID: @escaping @Sendable () -> UUID = { UUID() }
    ) {
        self.store = store
        self.clock = clock
        self.seal = ChannelSeal(seal)
        self.reservedHeaders = reservedHeaders
        self.language = language
        self.commands = commands
        self.makeUUID = makeUUID
    }

    // MARK: Channels

    package func channels(as principal: Principal) async throws -> [NotifyChannel] {
        try principal.require(.notifyRead)
        return try await self.store.notifyChannels().map { self.seal.open($0) }
    }

    package func create(_ draft: NotifyChannelDraft, as principal: Principal) async throws -> NotifyChannel {
        try principal.require(.channelsWrite)
        try await self.validate(draft, as: principal)
        let closed = try self.seal.close(draft, over: nil, id: self.makeUUID().uuidString.lowercased())
        let made = try await self.store.createNotifyChannel(closed, by: principal.change(at: self.clock.now))
        return self.seal.open(made)
    }

    /// Secrets that are nil stay as they are; empty ones go.
    package func update(
        _ id: Int64,
        to draft: NotifyChannelDraft,
        as principal: Principal
    ) async throws -> NotifyChannel {
        try principal.require(.channelsWrite)
        let stored = try await self.channel(id)
        let known = self.seal.open(stored)
        guard !known.isClosed else { throw StoreFault.keyMissing }
        var draft = draft
        // Who sends an old secret to a new place must know it.
        let keeps = draft.kind == known.kind && Self.place(draft, known) == Self.place(known.draft, known)
        if draft.secrets.url?.isEmpty == true, !draft.kind.needsAddress {
            // Back to where everybody's is.
            draft.secrets.url = nil
        } else {
            draft.secrets.url = draft.secrets.url ?? (draft.kind == known.kind ? known.secrets.url : nil)
        }
        if keeps {
            draft.secrets.headers = draft.secrets.headers ?? known.secrets.headers
            draft.secrets.secret = draft.secrets.secret ?? known.secrets.secret
            draft.secrets.password = draft.secrets.password ?? known.secrets.password
        }
        try await self.validate(draft, over: keeps ? known : nil, as: principal)
        let closed = try self.seal.close(draft, over: stored, id: self.makeUUID().uuidString.lowercased())
        let changed = try await self.store.updateNotifyChannel(
            id,
            to: closed,
            by: principal.change(at: self.clock.now)
        )
        return self.seal.open(changed)
    }

    /// Where a channel's secrets go to.
    private static func place(_ draft: NotifyChannelDraft, _ known: NotifyChannel) -> [String] {
        [
            draft.secrets.url ?? known.secrets.url ?? "", draft.settings.host ?? "",
            String(draft.settings.port ?? 0), draft.settings.security?.rawValue ?? "",
            draft.settings.username ?? "", draft.settings.command ?? "",
        ]
    }

    package func deleteChannel(_ id: Int64, as principal: Principal) async throws {
        try principal.require(.channelsWrite)
        try await self.store.deleteNotifyChannel(id, by: principal.change(at: self.clock.now))
    }

    /// Queues a message that says that it is a test.
    package func test(
        _ id: Int64,
        recipients: [String],
        as principal: Principal
    ) async throws -> NotifyDelivery {
        try principal.require(.channelsWrite)
        let channel = try await self.channel(id)
        var validator = NotifyValidator(channels: nil)
        let target = NotifyTarget(channel: channel.name, recipients: recipients)
        validator.check(NotifyRule(name: "test", triggers: [.success], channels: [target]))
        try validator.faults.check("The test is not valid")
        let delivery = MessageWriter.test(
            of: channel,
            id: DeliveryID(uuid: self.makeUUID()),
            recipients: recipients,
            by: principal.username,
            speech: self.language.now,
            at: self.clock.now
        )
        try await self.store.saveDeliveries([delivery])
        return delivery
    }

    private func channel(_ id: Int64) async throws -> NotifyChannel {
        guard let channel = try await self.store.notifyChannels().first(where: { $0.id == id }) else {
            throw StoreFault.noNotifyChannel(id)
        }
        return channel
    }

    private func validate(
        _ draft: NotifyChannelDraft,
        over known: NotifyChannel? = nil,
        as principal: Principal
    ) async throws {
        var validator = NotifyValidator(channels: nil)
        validator.reservedHeaders = self.reservedHeaders
        validator.commands = self.commands
        validator.check(draft)
        try await self.checkSecrets(draft, over: known, &validator.faults, as: principal)
        try validator.faults.check("The channel is not valid")
    }

    /// A channel serves every group, and so have the secrets to that it names; whoever names one may use it everywhere.
    private func checkSecrets(
        _ draft: NotifyChannelDraft,
        over known: NotifyChannel?,
        _ faults: inout FaultCollector,
        as principal: Principal
    ) async throws {
        try await SecretService.check(
            draft.secrets.secretPlaces,
            of: [Group.everyone],
            &faults,
            in: self.store,
            as: principal,
            // What somebody named before stays while it goes to the same place, so that a channel can be switched off whose
            // secret is gone.
            known: Set(known?.secrets.secretNames ?? []),
            narrow: { "the secret '\($0)' is not for every group, and a channel serves all of them" }
        )
    }

    // MARK: Rules

    /// Rules about a group in the scope; those about everything are for who may read everything.
    package func rules(as principal: Principal) async throws -> [OwnNotifyRule] {
        let scope = try principal.require(.notifyRead)
        return try await self.store.notifyRules().filter { scope.touches($0.match.groups) }
    }

    package func create(
        _ rule: NotifyRule,
        match: NotifyMatch,
        as principal: Principal
    ) async throws -> OwnNotifyRule {
        try await self.require(rule, match, as: principal)
        return try await self.store.createNotifyRule(rule, match: match, by: principal.change(at: self.clock.now))
    }

    package func update(
        _ id: Int64,
        to rule: NotifyRule,
        match: NotifyMatch,
        as principal: Principal
    ) async throws -> OwnNotifyRule {
        let known = try await self.rule(id, as: principal)
        try principal.require(.notifyWrite, onAll: known.match.groups, visible: principal.scope(of: .groupsRead))
        try await self.require(rule, match, as: principal)
        return try await self.store.updateNotifyRule(
            id,
            to: rule,
            match: match,
            by: principal.change(at: self.clock.now)
        )
    }

    package func deleteRule(_ id: Int64, as principal: Principal) async throws {
        let known = try await self.rule(id, as: principal)
        try principal.require(.notifyWrite, onAll: known.match.groups, visible: principal.scope(of: .groupsRead))
        try await self.store.deleteNotifyRule(id, by: principal.change(at: self.clock.now))
    }

    private func rule(_ id: Int64, as principal: Principal) async throws -> OwnNotifyRule {
        guard let rule = try await self.rules(as: principal).first(where: { $0.id == id }) else {
            throw StoreFault.noNotifyRule(id)
        }
        return rule
    }

    private func require(_ rule: NotifyRule, _ match: NotifyMatch, as principal: Principal) async throws {
        try principal.require(.notifyWrite)
        try principal.require(.channelsUse)
        var validator = NotifyValidator(channels: Set(try await self.store.notifyChannels().map(\.name)))
        validator.check(rule)
        validator.faults.require(match.groups.count <= 100, "match.group_ids", "too_many", "at most 100 groups")
        validator.faults.require(match.tasks.count <= 1000, "match.task_ids", "too_many", "at most 1000 tasks")
        validator.faults.require(
            match.workflows.count <= 1000,
            "match.workflow_ids",
            "too_many",
            "at most 1000 workflows"
        )
        validator.faults.require(match.labels.count <= 32, "match.labels", "too_many", "at most 32 labels")
        for (index, group) in match.groups.prefix(100).enumerated() where try await self.store.group(group) == nil {
            validator.faults.add("match.group_ids[\(index)]", "not_found", "there is no group \(group)")
        }
        try validator.faults.check("The rule is not valid")
        try principal.require(.notifyWrite, onAll: match.groups, visible: principal.scope(of: .groupsRead))
    }

    /// What a target's message would say: with a sample, or with a past execution.
    package func preview(
        _ target: NotifyTarget,
        rule: String,
        execution id: ExecutionID?,
        as principal: Principal
    ) async throws -> MessageText.Written {
        try principal.require(.notifyRead)
        let channels = try await self.store.notifyChannels()
        var validator = NotifyValidator(channels: Set(channels.map(\.name)))
        var checked = target
        // Nobody gets a preview.
        if checked.channel == nil, checked.recipients.isEmpty { checked.recipients = ["preview@example.com"] }
        validator.check(NotifyRule(name: "preview", triggers: [.success], channels: [checked]))
        try validator.faults.check("The templates are not valid")
        let kind = ChannelDirectory(channels)[target.channel ?? ""]?.kind
        guard let id else {
            let sample = TemplateVariables(sample: rule, at: self.clock.now, speech: self.language.now)
            return MessageText.write(target, sample, for: kind)
        }
        let scope = try principal.require(.executionsRead)
        guard let execution = try await self.store.execution(id, in: scope) else { throw StoreFault.noExecution(id) }
        let logs = principal.scope(of: .logsRead)
        let canReadLog = try await self.store.execution(id, in: logs) != nil
        let lines = self.language.tailLines
        let tail = canReadLog ? try await NotifyEvaluator.logTail(of: execution, lines: lines, in: self.store) : ""
        let variables = TemplateVariables(
            NotifyMessage(previewOf: execution, rule: rule),
            execution: execution,
            logTail: tail,
            speech: self.language.now
        )
        return MessageText.write(target, variables, for: kind)
    }

    // MARK: What happened

    package func incidents(_ query: NotifyQuery, as principal: Principal) async throws -> Page<NotifyIncident> {
        var query = query
        query.scope = try principal.require(.notifyRead)
        return try await self.store.notifyIncidents(query)
    }

    package func acknowledge(_ id: IncidentID, as principal: Principal) async throws -> NotifyIncident {
        let scope = try principal.require(.notifyWrite)
        return try await self.store.acknowledgeNotifyIncident(id, in: scope, by: principal.change(at: self.clock.now))
    }

    package func deliveries(_ query: NotifyQuery, as principal: Principal) async throws -> Page<NotifyDelivery> {
        var query = query
        query.scope = try principal.require(.notifyRead)
        return try await self.store.deliveries(query)
    }

    package func resend(_ id: DeliveryID, as principal: Principal) async throws -> NotifyDelivery {
        let scope = try principal.require(.notifyWrite)
        return try await self.store.resendDelivery(id, in: scope, by: principal.change(at: self.clock.now))
    }
}
