// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import HTTPTypes

/// `/groups` and `/clients`: hosts (S1-API-10 to 14).
struct GroupRoutes: Sendable {
    let groups: GroupService
    let agents: AgentService

    func list(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let online = try self.agents.online(as: call.principal)
        let groups = try await self.groups.list(as: call.principal)
        return .data(groups.map { GroupPresenter.group($0, online: online) }.json)
    }

    private struct Body {
        let name: String
        let description: String
        let tags: [String]

        init(_ body: JSON) throws {
            var reader = try FieldReader(body)
            self.name = reader.requiredString("name")
            self.description = reader.string("description") ?? ""
            self.tags = reader.strings("tags") ?? []
            try reader.finish()
        }
    }

    func create(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let body = try Body(try await call.body())
        let group = try await self.groups.create(
            name: body.name,
            description: body.description,
            tags: body.tags,
            as: call.principal
        )
        return .data(
            .object(GroupPresenter.members(group)),
            status: .created,
            headers: [.location: "\(Endpoint.base)/groups/\(group.id)"]
        )
    }

    func update(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let id = try call.number("id")
        let body = try Body(try await call.body())
        let group = try await self.groups.update(
            id,
            name: body.name,
            description: body.description,
            tags: body.tags,
            as: call.principal
        )
        return .data(GroupPresenter.members(group))
    }

    func delete(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        try await self.groups.delete(call.number("id"), as: call.principal)
        return .done
    }

    func members(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let principal = try call.principal
        let ids = Set(try await self.groups.agents(in: call.number("id"), as: principal).map(\.id))
        let views = try await self.agents.list(as: principal).filter { ids.contains($0.agent.id) }
        return .data([.init("total", views.count), .init("items", views.map(GroupPresenter.client))])
    }

    func addMembers(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let group = try call.number("id")
        var reader = try FieldReader(try await call.body())
        if !reader.has("client_ids") { reader.fault("client_ids", "required", "this field is required") }
        var agents: [AgentID] = []
        for (index, text) in (reader.strings("client_ids") ?? []).enumerated() {
            if let agent = AgentID(text) {
                agents.append(agent)
            } else {
                reader.fault("client_ids[\(index)]", "syntax", "'\(text)' is no host's id")
            }
        }
        try reader.finish()
        try await self.groups.add(agents, to: group, as: call.principal)
        return .done
    }

    func removeMember(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        try await self.groups.remove(call.agent("client_id"), from: call.number("id"), as: call.principal)
        return .done
    }

    /// `/clients`.
    func answer(aboutHosts endpoint: Endpoint, _ call: APICall) async throws -> APIAnswer {
        switch endpoint {
        case .deleteClient: try await self.deleteClient(call)
        case .setClientLabels: try await self.setLabels(call)
        case .beginMaintenance: try await self.beginMaintenance(call)
        case .endMaintenance: try await self.endMaintenance(call)
        case .clientStatistics: try await self.clientStatistics(call)
        case .clientDays: try await self.clientDays(call)
        default: try await self.clients(call)
        }
    }

    private func clients(_ call: APICall) async throws -> APIAnswer {
        var query = try call.query()
        let keyword = query.keyword()?.lowercased()
        let status = query.word("status")
        if let status, status != "online", status != "offline" {
            query.fault("status", "value", "a host is 'online' or 'offline'")
        }
        let group = query.integer("group_id")
        try query.finish()
        let views = try await self.agents.list(as: call.principal).filter { view in
            let words = [view.agent.id.rawValue, view.agent.name, view.agent.hostname, view.agent.address]
            return (keyword.map { word in words.contains { $0.lowercased().contains(word) } } ?? true)
                && (status.map { ($0 == "online") == (view.presence != nil) } ?? true)
                && (group.map { id in view.groups.contains { $0.id == id } } ?? true)
        }
        return .data([.init("total", views.count), .init("items", views.map(GroupPresenter.client))])
    }

    private func setLabels(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let id = try call.agent("id")
        var reader = try FieldReader(try await call.body())
        if !reader.has("labels") { reader.fault("labels", "required", "this field is required") }
        let labels = reader.dictionary("labels") ?? [:]
        try reader.finish()
        return .data(GroupPresenter.client(try await self.agents.setLabels(labels, of: id, as: call.principal)))
    }

    private func beginMaintenance(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let id = try call.agent("id")
        var reader = try FieldReader(try await call.body())
        let until = reader.timestamp("until")
        let seconds = reader.integer("for_seconds")
        let reason = reader.string("reason")
        if (until == nil) == (seconds == nil) {
            reader.fault("until", "required", "say either 'until' or 'for_seconds'")
        }
        try reader.finish()
        return .data(
            GroupPresenter.client(
                try await self.agents.beginMaintenance(
                    of: id,
                    until: until.map { .at($0) } ?? .after(seconds: seconds ?? 0),
                    reason: reason,
                    as: call.principal
                )
            )
        )
    }

    private func endMaintenance(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        return .data(
            GroupPresenter.client(try await self.agents.endMaintenance(of: call.agent("id"), as: call.principal))
        )
    }

    /// `GET /clients/{id}/stats?date=2026-11-21`: a host's day as it tells it, and as it is recorded here.
    private func clientStatistics(_ call: APICall) async throws -> APIAnswer {
        var query = try call.query()
        let date = query.word("date")
        if let date, date.utf8.count > 10 || ZoneDay.span(of: date, in: .universal) == nil {
            query.fault("date", "syntax", "'\(date.prefix(32))' is no day; write one such as 2026-11-21")
        }
        try query.finish()
        return .data(
            HostDayPresenter.members(try await self.agents.day(of: call.agent("id"), date: date, as: call.principal))
        )
    }

    /// `GET /clients/{id}/days?days=30`: what ended on a host, day by day.
    private func clientDays(_ call: APICall) async throws -> APIAnswer {
        var query = try call.query()
        let count = Int(query.integer("days", in: 1...92, default: 30))
        try query.finish()
        return .data(
            HostDayPresenter.members(try await self.agents.days(of: call.agent("id"), count: count, as: call.principal))
        )
    }

    private func deleteClient(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        try await self.agents.delete(call.agent("id"), as: call.principal)
        return .done
    }
}
