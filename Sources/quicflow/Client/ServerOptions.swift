// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import Foundation

/// Which server to talk to, as whom, and how to print the answer.
struct ServerOptions: ParsableArguments {
    @Option(help: "Address of the server; $QUARTZFLOW_SERVER, or \(ServerAddress.standard).")
    var server: ServerAddress?

    @Option(help: "Name of a server, see 'quicflow profile'; $QUARTZFLOW_PROFILE.")
    var profile: String?

    @OptionGroup var output: OutputOptions

    func address() throws -> ServerAddress {
        try Self.address(
            server: self.server,
            profile: self.profile,
            environment: ProcessInfo.processInfo.environment
        )
    }

    /// What was given, or the environment's, or that of the profile in use, or the standard one.
    static func address(
        server: ServerAddress?,
        profile: String?,
        environment: [String: String]
    ) throws -> ServerAddress {
        if let server { return server }
        func profiles() throws -> Profiles {
            try Profiles(readingFrom: Profiles.standardURL(environment: environment))
        }
        if let profile { return try profiles().address(of: profile) }
        if let text = environment["QUARTZFLOW_SERVER"], !text.isEmpty {
            guard let address = ServerAddress(text) else {
                throw CommandFailure(
                    .usage,
                    "QUARTZFLOW_SERVER is no address such as http://127.0.0.1:8475: '\(text)'"
                )
            }
            return address
        }
        if let name = environment["QUARTZFLOW_PROFILE"], !name.isEmpty { return try profiles().address(of: name) }
        let known = try profiles()
        return try known.current.map { name in try known.address(of: name) } ?? .standard
    }

    /// A client with the token of `$QUARTZFLOW_TOKEN`, or of the last login at this server.
    func client() throws -> APIClient {
        let address = try self.address()
        guard let token = try self.token() else {
            throw CommandFailure(.denied, "not signed in at \(address); use 'quicflow login --server \(address)'")
        }
        return APIClient(server: address, token: token)
    }

    /// That of `$QUARTZFLOW_TOKEN`, if there is one.
    static var environmentToken: String? {
        ProcessInfo.processInfo.environment["QUARTZFLOW_TOKEN"].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Keeps the session that an answer brings in the place of the one that asked, which has ended.
    ///
    /// A token from the environment stays where it came from, and so does the session of whoever signed in here.
    func keepSession(of answer: JSONValue) throws {
        guard Self.environmentToken == nil, let token = answer["token"].string else { return }
        let url = Credentials.standardURL()
        let server = try self.address()
        var credentials = try Credentials(readingFrom: url)
        guard var session = credentials[server] else { return }
        session.token = token
        session.expiresAt = answer["expires_at"].string
        credentials[server] = session
        try credentials.write(to: url)
    }

    /// The token of `$QUARTZFLOW_TOKEN`, or of the last login at this server; nil when there is neither.
    func token() throws -> String? {
        if let token = Self.environmentToken { return token }
        return try Credentials(readingFrom: Credentials.standardURL())[self.address()]?.token
    }
}
