// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird

/// Tells browsers which pages of other origins may read what the API answers, refusals included.
struct CrossOriginMiddleware: RouterMiddleware {
    typealias Context = APIContext

    let origins: CrossOrigin

    func handle(
        _ input: Request,
        context: APIContext,
        next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let path = input.uri.path
        let methods = Endpoint.methods(for: path)
        guard !methods.isEmpty || PathMiddleware.isAPI(path) else { return try await next(input, context) }
        let origin = input.headers[.origin].flatMap { self.origins.allows($0) ? $0 : nil }
        var response: Response
        if let origin, input.method == .options, input.headers[.accessControlRequestMethod] != nil, !methods.isEmpty {
            response = Response(status: .noContent, headers: self.origins.preflight(of: origin, methods: methods))
        } else {
            response = try await next(input, context)
            for field in origin.map({ self.origins.exposed(to: $0) }) ?? [:] {
                response.headers[field.name] = field.value
            }
        }
        // Whoever keeps the answer must not give it to a page of another origin.
        response.headers.vary(on: .origin)
        return response
    }
}
