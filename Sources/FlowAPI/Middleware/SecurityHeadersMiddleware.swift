// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes
import Hummingbird

/// Puts the headers on every answer that tell browsers what the console may do.
struct SecurityHeadersMiddleware: RouterMiddleware {
    typealias Context = APIContext

    func handle(
        _ input: Request,
        context: APIContext,
        next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        let host = HostAuthority(input.head.authority)
        if host != nil {
            response = try await next(input, context)
        } else {
            // The host goes into the policy below, into the check of origins and perhaps into caches of proxies.
            response = APIFailure(.badRequest, "invalid_request", "The Host header is missing or not a host name.")
                .response(requestID: context.requestID, form: FailureForm(input.headers))
        }
        let sockets = host.map { " ws://\($0.text) wss://\($0.text)" } ?? ""
        response.headers[.contentSecurityPolicy] =
            "default-src 'self'; connect-src 'self'\(sockets); img-src 'self' data:; object-src 'none'; base-uri 'none'; "
            + "frame-ancestors 'none'"
        response.headers[.xContentTypeOptions] = "nosniff"
        response.headers[.referrerPolicy] = "same-origin"
        return response
    }
}
