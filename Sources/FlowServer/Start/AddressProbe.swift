// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import Foundation
import NIOCore
import NIOPosix

/// Finds out whether a server's two addresses can be had, before anything is written.
///
/// A first start that failed after making the administrator would have shown the password to nobody.
package enum AddressProbe {
    /// - Throws: ``CoreError`` `unavailable` naming the address that can't be had, and why.
    static func check(_ configuration: ServerConfiguration) async throws {
        try await self.people(host: configuration.httpHost, port: configuration.httpPort)
        guard configuration.roles.contains(.gateway) else { return }
        try await self.agents(host: configuration.agentsHost, port: configuration.agentsPort)
    }

    /// Tries the address for people.
    ///
    /// Whoever connects meanwhile is turned away, and comes again: taken in, nobody would ever answer them.
    ///
    /// - Parameter whileListening: what is done before the address is given up again.
    /// - Throws: ``CoreError`` `unavailable`, and what `whileListening` throws in it.
    package static func people(
        host: String,
        port: Int,
        whileListening: @Sendable () async throws -> Void = {}
    ) async throws {
        do {
            let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                // As the server itself does it: connections of the one before, still closing, are no obstacle.
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                // Nobody is taken in; the system resets whoever waits when the address is given up.
                .serverChannelOption(.autoRead, value: false)
                .bind(host: host, port: port).get()
            try await whileListening()
            try await channel.close()
        } catch {
            throw CoreError(.unavailable, "Cannot listen for people on \(host):\(port): \(self.words(for: error)).")
        }
    }

    private static func agents(host: String, port: Int) async throws {
        do {
            let channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .bind(host: host, port: port).get()
            try await channel.close()
        } catch {
            throw CoreError(
                .unavailable,
                "Cannot listen for agents on \(host):\(port) (UDP): \(self.words(for: error))."
            )
        }
    }

    private static func words(for error: any Error) -> String {
        switch error {
        case let error as IOError: String(cString: strerror(error.errnoCode))
        case is SocketAddressError: "there is no such address"
        default: "\(error)"
        }
    }
}
