// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler

/// `/secrets`: names, versions and owners; a value goes in and never out.
struct SecretRoutes: Sendable {
    let secrets: SecretService

    func list(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let items = try await self.secrets.list(as: call.principal).map { JSON.object(Self.members($0)) }
        return .data([.init("total", items.count), .init("items", items)])
    }

    /// With the tasks and channels that name it.
    func get(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let name = try call.secretName()
        let secret = try await self.secrets.get(name, as: call.principal)
        let jobs = try await self.secrets.usage(name, as: call.principal).map { job in
            JSON.object([.init("id", job.id), .init("name", job.definition.name)])
        }
        let channels = try await self.secrets.channels(naming: name, as: call.principal)
        return .data(Self.members(secret) + [.init("tasks", jobs), .init("channels", channels)])
    }

    func set(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let name = try call.secretName()
        var reader = try FieldReader(try await call.body())
        let value = reader.string("value")
        let owners = Self.owners(&reader)
        let force = reader.bool("force") ?? false
        try reader.finish()
        let secret = try await self.secrets.set(
            name,
            value: value,
            owners: owners,
            force: force,
            as: call.principal
        )
        return .data(Self.members(secret))
    }

    func delete(_ call: APICall) async throws -> APIAnswer {
        var query = try call.query()
        let force: Force? = query.choice("force")
        try query.finish()
        try await call.noBody()
        try await self.secrets.delete(call.secretName(), force: force == .true, as: call.principal)
        return .done
    }

    /// `"all"` or a list of groups.
    private static func owners(_ reader: inout FieldReader) -> Scope? {
        guard let value = reader.take("owner_groups") else { return nil }
        switch value {
        case .string("all"): return .all
        case .array(let elements):
            var groups: Set<GroupID> = []
            for element in elements {
                guard case .integer(let group) = element else { break }
                groups.insert(group)
            }
            if groups.count == elements.count { return .groups(groups) }
        default: break
        }
        reader.fault("owner_groups", "type", "write \"all\" or a list of different group ids")
        return nil
    }

    private static func members(_ secret: Secret) -> [JSON.Member] {
        [
            .init("name", secret.name),
            .init("version", secret.version),
            .init("owner_groups", GrantPresenter.scope(secret.owners)),
            .init("created_at", secret.createdAt),
            .init("updated_at", secret.updatedAt),
            .init("updated_by", secret.updatedBy),
        ]
    }

    private enum Force: String, CaseIterable {
        case `true`, `false`
    }
}
