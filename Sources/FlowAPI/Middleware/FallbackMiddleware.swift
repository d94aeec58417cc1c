// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes
import Hummingbird

/// Answers what no route matched: the API in JSON, everything else with the console.
struct FallbackMiddleware: RouterMiddleware {
    typealias Context = APIContext

    let console: ConsoleFiles

    func handle(
        _ input: Request,
        context: APIContext,
        next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(input, context)
        } catch let error as HTTPError where error.status == .notFound {
            let path = input.uri.path
            let methods = Endpoint.methods(for: path)
            if !methods.isEmpty {
                let allowed = methods.map(\.rawValue).sorted().joined(separator: ", ")
                throw APIFailure(
                    .methodNotAllowed,
                    "method_not_allowed",
                    "\(input.method.rawValue) is not possible here; use \(allowed).",
                    headers: [.allow: allowed]
                )
            }
            guard !PathMiddleware.isAPI(path) else { throw APIFailure.notFound("There is no such path in the API.") }
            guard input.method == .get || input.method == .head else {
                throw APIFailure(
                    .methodNotAllowed,
                    "method_not_allowed",
                    "Pages can only be read.",
                    headers: [.allow: "GET, HEAD"]
                )
            }
            return try await self.console.respond(path: path, headers: input.headers, isHead: input.method == .head)
        }
    }
}
