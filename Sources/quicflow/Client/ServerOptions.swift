// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation

/// Which server to talk to, as whom, and how to print the answer.
struct ServerOptions: ParsableArguments {
    @Option(help: "Address of the server; $QUARTZFLOW_SERVER, or \(ServerAddress.standard).")
    var server: ServerAddress?

    @OptionGroup var output: OutputOptions

    /// The address given, or the environment's, or the standard one.
    func address() throws -> ServerAddress {
        if let server { return server }
        guard let text = ProcessInfo.processInfo.environment["QUARTZFLOW_SERVER"], !text.isEmpty else {
            return .standard
        }
        guard let address = ServerAddress(text) else {
            throw CommandFailure(.usage, "QUARTZFLOW_SERVER is no address such as http://127.0.0.1:8475: '\(text)'")
        }
        return address
    }

    /// A client with the token of `$QUARTZFLOW_TOKEN`, or of the last login at this server.
    func client() throws -> APIClient {
        let address = try self.address()
        guard let token = try self.token() else {
            throw CommandFailure(.denied, "not signed in at \(address); use 'quicflow login --server \(address)'")
        }
        return APIClient(server: address, token: token)
    }

    /// The token of `$QUARTZFLOW_TOKEN`, or of the last login at this server; nil when there is neither.
    func token() throws -> String? {
        if let token = ProcessInfo.processInfo.environment["QUARTZFLOW_TOKEN"], !token.isEmpty { return token }
        return try Credentials(readingFrom: Credentials.standardURL())[self.address()]?.token
    }
}
