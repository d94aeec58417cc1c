// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowNotify
import FlowScheduler
import HTTPTypes

/// `/notify`: channels, rules, incidents and deliveries (S2-9).
struct NotifyRoutes: Sendable {
    let notifications: NotificationService

    func isComplete(_ call: APICall) throws -> Bool {
        !(try call.principal.scope(of: .channelsWrite).isEmpty)
    }

    // MARK: Channels

    func listChannels(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let isComplete = try self.isComplete(call)
        let channels = try await self.notifications.channels(as: call.principal)
        return .data(channels.map { NotifyPresenter.channel($0, isComplete: isComplete) }.json)
    }

    private static func channel(_ body: JSON) throws -> NotifyChannelDraft {
        var reader = try FieldReader(body)
        let name = reader.requiredString("name")
        if !reader.has("type") { reader.fault("type", "required", "this field is required") }
        let kind: NotifyChannel.Kind = reader.choice("type") ?? .webhook
        var draft = NotifyChannelDraft(name: name, kind: kind, isEnabled: reader.bool("enabled") ?? true)
        draft.settings.limitPerMinute = reader.int("limit_per_minute")
        if kind == .email {
            draft.settings.host = reader.string("host")
            draft.settings.port = reader.int("port")
            draft.settings.security = reader.choice("security")
            draft.settings.username = reader.string("username")
            draft.settings.from = reader.string("from")
            draft.settings.recipients = reader.strings("recipients")
            draft.secrets.password = reader.string("password")
        } else if kind == .command {
            draft.settings.command = reader.string("command")
        } else {
            draft.secrets.url = reader.string("url")
            draft.secrets.secret = reader.string("secret")
            if kind == .telegram { draft.settings.chat = reader.string("chat") }
            if kind == .webhook {
                draft.settings.method = reader.string("method")
                draft.secrets.headers = reader.dictionary("headers")
            }
        }
        try reader.finish()
        return draft
    }

    func createChannel(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let draft = try Self.channel(try await call.body())
        let channel = try await self.notifications.create(draft, as: call.principal)
        return .data(
            NotifyPresenter.channel(channel, isComplete: true),
            status: .created,
            headers: [.location: "\(Endpoint.base)/notify/channels/\(channel.id)"]
        )
    }

    func updateChannel(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let id = try call.number("id")
        let draft = try Self.channel(try await call.body())
        let channel = try await self.notifications.update(id, to: draft, as: call.principal)
        return .data(NotifyPresenter.channel(channel, isComplete: true))
    }

    func deleteChannel(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        try await self.notifications.deleteChannel(call.number("id"), as: call.principal)
        return .done
    }

    func testChannel(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let id = try call.number("id")
        var reader = try FieldReader(try await call.optionalBody())
        let recipients = reader.strings("recipients") ?? []
        try reader.finish()
        let delivery = try await self.notifications.test(id, recipients: recipients, as: call.principal)
        return .data(NotifyPresenter.delivery(delivery, isComplete: true), status: .accepted)
    }

    // MARK: Rules

    func listRules(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        return .data(try await self.notifications.rules(as: call.principal).map(NotifyPresenter.rule).json)
    }

    private static func rule(_ body: JSON) throws -> (NotifyRule, NotifyMatch) {
        var reader = try FieldReader(body)
        let rule = NotifyRuleBody.rule(&reader)
        let match = NotifyRuleBody.match(&reader)
        try reader.finish()
        return (rule, match)
    }

    func createRule(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let (rule, match) = try Self.rule(try await call.body())
        let made = try await self.notifications.create(rule, match: match, as: call.principal)
        return .data(
            NotifyPresenter.rule(made),
            status: .created,
            headers: [.location: "\(Endpoint.base)/notify/rules/\(made.id)"]
        )
    }

    func updateRule(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let id = try call.number("id")
        let (rule, match) = try Self.rule(try await call.body())
        return .data(
            NotifyPresenter.rule(
                try await self.notifications.update(id, to: rule, match: match, as: call.principal)
            )
        )
    }

    func deleteRule(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        try await self.notifications.deleteRule(call.number("id"), as: call.principal)
        return .done
    }

    func preview(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        var reader = try FieldReader(try await call.body())
        let target = NotifyTarget(
            channel: reader.string("channel"),
            subjectTemplate: reader.string("subject_template"),
            bodyTemplate: reader.string("body_template")
        )
        let rule = reader.string("rule") ?? "preview"
        let text = reader.string("execution_id")
        let execution = text.flatMap { ExecutionID($0) }
        if text != nil, execution == nil { reader.fault("execution_id", "syntax", "this is no UUID") }
        try reader.finish()
        let written = try await self.notifications.preview(target, rule: rule, execution: execution, as: call.principal)
        return .data([.init("subject", written.subject), .init("text", written.text)])
    }

    // MARK: What happened

    func listIncidents(_ call: APICall) async throws -> APIAnswer {
        var query = try call.query()
        let state: NotifyIncident.State? = query.choice("state")
        let filter = NotifyQuery(page: query.page(), state: state?.rawValue, job: query.integer("task_id"))
        try query.finish()
        let page = try await self.notifications.incidents(filter, as: call.principal)
        return .data(PageAnswer.members(page, filter.page, items: page.items.map(NotifyPresenter.incident)))
    }

    func acknowledge(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        return .data(
            NotifyPresenter.incident(
                try await self.notifications.acknowledge(call.identifier("id"), as: call.principal)
            )
        )
    }

    func listDeliveries(_ call: APICall) async throws -> APIAnswer {
        var query = try call.query()
        let state: NotifyDelivery.State? = query.choice("state")
        let filter = NotifyQuery(
            page: query.page(),
            state: state?.rawValue,
            channel: query.string("channel"),
            job: query.integer("task_id"),
            incident: query.identifier("incident_id")
        )
        try query.finish()
        let isComplete = try self.isComplete(call)
        let page = try await self.notifications.deliveries(filter, as: call.principal)
        return .data(
            PageAnswer.members(
                page,
                filter.page,
                items: page.items.map { NotifyPresenter.delivery($0, isComplete: isComplete) }
            )
        )
    }

    func resend(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        let delivery = try await self.notifications.resend(call.identifier("id"), as: call.principal)
        return .data(NotifyPresenter.delivery(delivery, isComplete: try self.isComplete(call)), status: .accepted)
    }
}
