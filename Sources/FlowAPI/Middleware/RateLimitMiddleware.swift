// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird

/// Says on every answer, refusals included, how many requests are left to whoever asked.
struct RateLimitMiddleware: RouterMiddleware {
    typealias Context = APIContext

    func handle(
        _ input: Request,
        context: APIContext,
        next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        var response = try await next(input, context)
        for field in context.identity.rateLimit?.headers ?? [:] { response.headers[field.name] = field.value }
        return response
    }
}
