// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import Foundation

/// `quicflow api`: a request of the API as whoever signed in, for what has no command of its own.
struct APICommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "api",
        abstract: "Sends a request to the API and prints what it answers as JSON.",
        discussion: """
            Paths are those of /openapi.json, with or without /api/v1: quicflow api GET /tasks/7/rollout. Names of fields and \
            their meaning are in the server's /redoc.
            """
    )

    enum Method: String, ExpressibleByArgument, CaseIterable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"

        init?(argument: String) { self.init(rawValue: argument.uppercased()) }
    }

    @OptionGroup var options: ServerOptions

    @Argument(help: "GET, POST, PUT, PATCH or DELETE.")
    var method: Method

    @Argument(help: "The path, with its query if there is one.")
    var path: String

    @Option(help: "A file with the body as JSON; - reads standard input.")
    var body: String?

    func run() async throws {
        let (path, query) = try Self.parts(of: self.path)
        let answer = try await self.options.client().call(
            self.method.rawValue,
            path,
            query: query,
            body: try self.body.map { try WrittenBody.read($0) }
        )
        Terminal.sayJSON(answer.pretty)
    }

    /// The path behind `/api/v1`, and its query.
    static func parts(of text: String) throws -> (path: String, query: [(String, String?)]) {
        let base = "/api/v1"
        guard let parts = URLComponents(string: text), parts.host == nil, parts.scheme == nil,
            parts.path.hasPrefix("/"), parts.fragment == nil
        else { throw CommandFailure(.usage, "'\(text)' is no path; write one such as /tasks?page_size=5") }
        let path = parts.percentEncodedPath
        let query = (parts.queryItems ?? []).map { ($0.name, $0.value ?? "") as (String, String?) }
        return (path.hasPrefix(base + "/") ? String(path.dropFirst(base.count)) : path, query)
    }
}
