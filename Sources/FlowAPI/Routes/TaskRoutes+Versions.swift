// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import HTTPTypes

/// `/tasks/{id}/versions`: what a task said before.
extension TaskRoutes {
    func versions(_ call: APICall) async throws -> APIAnswer {
        var query = try call.query()
        let request = query.page()
        try query.finish()
        let page = try await self.jobs.versions(of: call.number("id"), page: request, as: call.principal)
        return .data(
            PageAnswer.members(
                page,
                request,
                items: page.items.map { JSON.object(Self.version($0.version, after: $0.before)) }
            )
        )
    }

    func version(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        let principal = try call.principal
        let (version, before) = try await self.jobs.version(
            call.number("version"),
            of: call.number("id"),
            as: principal
        )
        let definition = try await self.presenter.definition(of: version, as: principal)
        return .data(Self.version(version, after: before) + [.init("definition", definition)])
    }

    func restore(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        try await call.noBody()
        let id = try call.number("id")
        var expected: Int64?
        if let tags = call.ifMatch {
            let stored = try await self.jobs.get(id, as: call.principal).version
            try tags.require(stored)
            expected = stored
        }
        let job = try await self.jobs.restore(
            call.number("version"),
            of: id,
            expectedVersion: expected,
            as: call.principal
        )
        return .data(
            try await self.presenter.task(job, as: call.principal),
            headers: [.eTag: EntityTags.tag(job.version)]
        )
    }

    private static func version(_ version: JobVersion, after before: JobVersion?) -> [JSON.Member] {
        [
            .init("version", version.number), .init("created_at", version.createdAt),
            .init("created_by", version.createdBy), .init("status", version.isEnabled ? 1 : 0),
            .init("restorable", version.definition != nil), .init("changed", Self.changes(version, after: before)),
        ]
    }

    /// The names of the fields, in the order of the contract.
    private static func changes(_ version: JobVersion, after before: JobVersion?) -> [String]? {
        if version.number == 1 { return [] }
        guard let before, let old = before.definition, let new = version.definition else { return nil }
        let earlier = TaskPresenter.definition(old, isEnabled: before.isEnabled)
        return zip(TaskPresenter.definition(new, isEnabled: version.isEnabled), earlier)
            .filter { $0.value != $1.value }.map(\.0.name.text)
    }
}
