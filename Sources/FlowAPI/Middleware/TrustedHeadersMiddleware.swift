// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird

/// Finds out whom a trusted proxy names, and takes the headers that could name somebody off everything else.
struct TrustedHeadersMiddleware: RouterMiddleware {
    typealias Context = APIContext

    let trusted: TrustedHeaders

    func handle(
        _ input: Request,
        context: APIContext,
        next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        var head = input.head
        context.forwarded = try self.trusted.identity(
            peer: context.peerAddress,
            fields: input.headers.lazy.map { (name: $0.name.rawName, value: $0.value) }
        )
        for name in Set(input.headers.map(\.name)) where self.trusted.isReserved(name.rawName) {
            head.headerFields[values: name] = []
        }
        return try await next(Request(head: head, body: input.body), context)
    }
}
