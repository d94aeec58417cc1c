// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird

/// Finds out from which address a request came, which the log, the audit and the limit on sign-ins go by.
struct ClientAddressMiddleware: RouterMiddleware {
    typealias Context = APIContext

    private static let forwardedFor = HTTPField.Name("X-Forwarded-For")!

    let proxies: TrustedProxies

    func handle(
        _ input: Request,
        context: APIContext,
        next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.remoteAddress = self.proxies.client(
            peer: context.peerAddress,
            forwarded: input.headers[values: Self.forwardedFor]
        )
        return try await next(input, context)
    }
}
