// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import HTTPTypes

/// `/join-tokens`: what a new host joins with.
struct JoinTokenRoutes: Sendable {
    let joining: JoinTokenService

    func create(_ call: APICall) async throws -> APIAnswer {
        try call.noQuery()
        var reader = try FieldReader(try await call.body())
        let groups = reader.integers("group_ids") ?? []
        let seconds = reader.integer("ttl_seconds") ?? JoinTokenService.usualLifetime
        try reader.finish()
        let made = try await self.joining.create(groups: groups, seconds: seconds, as: call.principal)
        return .data(
            .object([
                .init("id", made.id), .init("token", made.text), .init("expires_at", made.expiresAt),
                .init("agents_port", self.joining.agentsPort),
            ]),
            status: .created
        )
    }
}
