// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import HTTPTypes
import Hummingbird

/// On a server without the role `api`: answers probes and scrapes, and sends everybody else to another server.
struct RolesMiddleware: RouterMiddleware {
    typealias Context = APIContext

    let roles: ServerRoles

    /// What those who look after the server ask it.
    private static let open = Set(
        [Endpoint.health, .ready, .metrics, .plainHealth, .plainReady, .plainMetrics].map(\.declaration.path)
    )

    func handle(
        _ input: Request,
        context: APIContext,
        next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        guard Self.open.contains(input.uri.path) else {
            throw APIFailure(.misdirectedRequest, Self.word, Self.text(self.roles))
        }
        return try await next(input, context)
    }

    static let word = "no_api"

    static func text(_ roles: ServerRoles) -> Wording {
        "This server has no API, only the roles \(roles.text) (cluster.roles): ask one that has the role api."
    }
}
