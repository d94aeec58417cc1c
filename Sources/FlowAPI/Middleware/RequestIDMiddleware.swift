// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes
import Hummingbird
import Logging

/// Names each request; keeps a name the client or a proxy gave, if it is a harmless one.
struct RequestIDMiddleware: RouterMiddleware {
    typealias Context = APIContext

    func handle(
        _ input: Request,
        context: APIContext,
        next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.requestID = input.headers[.requestID].flatMap(Self.accepted) ?? Self.fresh()
        context.logger[metadataKey: "request_id"] = .string(context.requestID)
        var response = try await next(input, context)
        response.headers[.requestID] = context.requestID
        return response
    }

    private static func accepted(_ text: String) -> String? {
        let isHarmless = text.utf8.allSatisfy { byte in
            (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a)
                || byte == 0x2d || byte == 0x2e || byte == 0x5f
        }
        return isHarmless && (8...64).contains(text.utf8.count) ? text : nil
    }

    private static func fresh() -> String {
        var random = SystemRandomNumberGenerator()
        return Hex.encode((0..<10).map { _ in UInt8.random(in: .min ... .max, using: &random) })
    }
}
