// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import HTTPTypes

/// `/notify/silences`.
extension NotifyRoutes {
    func listSilences(_ call: APICall) async throws -> APIAnswer {
        var query = try call.query()
        let state: NotifySilence.State? = query.choice("state")
        let request = query.page()
        try query.finish()
        let page = try await self.notifications.silences(state, page: request, as: call.principal)
        let now = self.notifications.clock.now
        return .data(
            PageAnswer.members(page, request, items: page.items.map { NotifyPresenter.silence($0, at: now) })
        )
    }

    func createSilence(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        var reader = try FieldReader(try await call.body())
        let subject = Self.subject(&reader)
        let end = Self.end(&reader)
        let reason = reader.requiredString("reason")
        try reader.finish()
        let silence = try await self.notifications.createSilence(
            over: subject,
            until: end,
            reason: reason,
            as: call.principal
        )
        return .data(
            NotifyPresenter.silence(silence, at: self.notifications.clock.now),
            status: .created,
            headers: [.location: "\(Endpoint.base)/notify/silences/\(silence.id)"]
        )
    }

    func endSilence(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        let silence = try await self.notifications.endSilence(call.number("id"), as: call.principal)
        return .data(NotifyPresenter.silence(silence, at: self.notifications.clock.now))
    }

    private static func subject(_ reader: inout FieldReader) -> NotificationService.SilenceSubject {
        if let text = reader.string("incident_id") {
            if reader.take("match") != nil {
                reader.fault("match", "conflict", "give an incident or what to match, not both")
            }
            guard let id = IncidentID(text) else {
                reader.fault("incident_id", "syntax", "this is no UUID")
                return .match(SilenceMatch())
            }
            return .incident(id)
        }
        if !reader.has("match") { reader.fault("match", "required", "this field, or incident_id, is required") }
        guard var match = reader.object("match") else { return .match(SilenceMatch()) }
        defer { match.close() }
        var hosts: Set<AgentID> = []
        for (index, text) in (match.strings("client_ids") ?? []).enumerated() {
            if let host = AgentID(text) {
                hosts.insert(host)
            } else {
                match.fault("client_ids[\(index)]", "syntax", "no host has such a name")
            }
        }
        return .match(
            SilenceMatch(
                rule: match.string("rule"),
                tasks: Set(match.integers("task_ids") ?? []).sorted(),
                groups: Set(match.integers("group_ids") ?? []).sorted(),
                hosts: hosts.sorted(),
                labels: match.dictionary("labels") ?? [:]
            )
        )
    }

    private static func end(_ reader: inout FieldReader) -> NotificationService.SilenceEnd {
        if reader.has("seconds") == reader.has("until") {
            reader.fault("until", "required", "give the end, or the seconds until then")
        }
        let until = reader.timestamp("until")
        let seconds = reader.integer("seconds") ?? 0
        return until.map { .at($0) } ?? .after(milliseconds: seconds.clamped(to: 0...1 << 32) * 1000)
    }
}

extension Int64 {
    fileprivate func clamped(to range: ClosedRange<Int64>) -> Int64 {
        Swift.min(Swift.max(self, range.lowerBound), range.upperBound)
    }
}
