// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Hummingbird
import Logging

/// One line per request: who, what, how it went and how long it took.
///
/// Neither query nor headers nor bodies are written: they can hold secrets.
struct AccessLogMiddleware: RouterMiddleware {
    typealias Context = APIContext

    func handle(
        _ input: Request,
        context: APIContext,
        next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let start = ContinuousClock.now
        let response = try await next(input, context)
        let duration = ContinuousClock.now - start
        // Writes are what an audit asks for; reads would drown them.
        let level: Logger.Level = input.method == .get || input.method == .head ? .debug : .info
        context.logger.log(
            level: level,
            "\(input.method) \(Self.shown(input.uri.path).shortened(toBytes: 256))",
            metadata: [
                "status": "\(response.status.code)",
                "user": "\(context.identity.username ?? "-")",
                "peer": "\(context.remoteAddress ?? "-")",
                "ms": "\(duration.components.seconds * 1000 + duration.components.attoseconds / 1_000_000_000_000_000)",
            ]
        )
        return response
    }

    /// Without the secret that stands in the address of some webhooks.
    private static func shown(_ path: String) -> String {
        guard path.hasPrefix("/hooks/") else { return path }
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        return parts.prefix(3).joined(separator: "/") + (parts.count > 3 ? "/…" : "")
    }
}
