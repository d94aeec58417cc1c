// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import HTTPTypes

/// `/notify/reports`.
extension NotifyRoutes {
    func listReportMails(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let isComplete = try self.isComplete(call)
        let mails = try await self.notifications.reportMails(as: call.principal)
        return .data(mails.map { NotifyPresenter.reportMail($0, isComplete: isComplete) }.json)
    }

    func createReportMail(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let draft = try Self.reportMail(try await call.body())
        let mail = try await self.notifications.createReportMail(draft, as: call.principal)
        return .data(
            NotifyPresenter.reportMail(mail, isComplete: true),
            status: .created,
            headers: [.location: "\(Endpoint.base)/notify/reports/\(mail.id)"]
        )
    }

    func updateReportMail(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let draft = try Self.reportMail(try await call.body())
        let mail = try await self.notifications.updateReportMail(call.number("id"), to: draft, as: call.principal)
        return .data(NotifyPresenter.reportMail(mail, isComplete: true))
    }

    func deleteReportMail(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        try await self.notifications.deleteReportMail(call.number("id"), as: call.principal)
        return .done
    }

    func sendReportMail(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        let delivery = try await self.notifications.sendReportMail(call.number("id"), as: call.principal)
        return .data(
            NotifyPresenter.delivery(delivery, isComplete: try self.isComplete(call)),
            status: .accepted
        )
    }

    private static func reportMail(_ body: JSON) throws -> ReportMailDraft {
        var reader = try FieldReader(body)
        let name = reader.requiredString("name")
        for field in ["period", "at"] where !reader.has(field) {
            reader.fault(field, "required", "this field is required")
        }
        var draft = ReportMailDraft(
            name: name,
            isEnabled: reader.bool("enabled") ?? true,
            span: reader.choice("period") ?? .day,
            timeZone: reader.string("timezone") ?? "UTC",
            minute: reader.has("at") ? NotifyRuleBody.minutes(&reader, "at") : 0,
            groups: Set(reader.integers("group_ids") ?? []).sorted(),
            channel: reader.string("channel"),
            recipients: reader.strings("recipients") ?? []
        )
        let language: Language? = reader.choice("language")
        draft.language = (language ?? .english).rawValue
        try reader.finish()
        return draft
    }
}

extension NotifyPresenter {
    /// - Parameter isComplete: whether receivers are shown.
    static func reportMail(_ mail: ReportMail, isComplete: Bool) -> JSON {
        let draft = mail.draft
        var members: [JSON.Member] = [
            .init("id", mail.id), .init("name", draft.name), .init("enabled", draft.isEnabled),
            .init("period", draft.span.rawValue), .init("timezone", draft.timeZone),
            .init("at", NotifyRuleBody.time(draft.minute)), .init("group_ids", draft.groups),
            .init("channel", draft.channel), .init("language", draft.language),
            .init("created_by", mail.createdBy), .init("created_at", mail.createdAt),
            .init("updated_at", mail.updatedAt), .init("next_at", mail.next?.at),
            .init("next_from", mail.next?.from), .init("next_until", mail.next?.until), .init("last_at", mail.lastAt),
        ]
        if isComplete { members.append(.init("recipients", draft.recipients)) }
        return .object(members)
    }
}
