// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import HTTPTypes
import Hummingbird

/// Refuses other spellings of a path (`reliability.md`, attack class 3).
///
/// The router joins double slashes and decodes nothing; a proxy in front may do otherwise. So that both always mean the
/// same resource, a path has one spelling here and every other one leads nowhere.
struct PathMiddleware: RouterMiddleware {
    typealias Context = APIContext

    func handle(
        _ input: Request,
        context: APIContext,
        next: (Request, APIContext) async throws -> Response
    ) async throws -> Response {
        let target = input.head.path ?? ""
        let end = target.utf8.firstIndex { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") } ?? target.endIndex
        let path = target[..<end]
        guard Self.isCanonical(path) else {
            throw APIFailure.notFound("There is nothing here: the path is not written in its plain form.")
        }
        return try await next(input, context)
    }

    static func isCanonical(_ path: some StringProtocol) -> Bool {
        guard path.utf8.first == UInt8(ascii: "/"),
            path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != 0x5c && $0 != 0x3b })
        else {
            return false
        }
        let segments = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        if segments.dropLast().contains(where: { $0.isEmpty }) { return false }
        if segments.contains(where: { $0 == "." || $0 == ".." }) { return false }
        let lower = path.lowercased()
        // Ids and words of the API need no escapes; of the console's pages some do, but none of these.
        if Self.isAPI(lower) { return !lower.contains("%") && (!lower.hasSuffix("/") || path == Self.withSlash) }
        // A proxy that decodes would see the API where the console answers.
        if lower.contains("%"), lower.removingPercentEncoding.map({ Self.isAPI($0) }) ?? true { return false }
        return !["%2f", "%5c", "%2e", "%00", "%25"].contains { lower.contains($0) }
    }

    /// S4 writes it so, and its framework redirects the other spelling to this one.
    private static let withSlash = "/compat/s4/api/v1/tasks/"

    /// Whether a path belongs to the API, so that a wrong one is answered in JSON and never with the console.
    static func isAPI(_ path: some StringProtocol) -> Bool {
        let lower = path.lowercased()
        return ["/api", "/compat", "/hooks"].contains { lower == $0 || lower.hasPrefix($0 + "/") }
    }
}
