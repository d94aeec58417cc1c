// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowSupport

/// Finds the addresses of a host that the rules of this host allow.
enum Network {
    /// - Throws: ``WorkFailure`` when the name is unknown, or it or all its addresses are refused.
    static func addresses(of name: String, port: Int, _ network: HostPolicy.Network) throws -> [HostAddress] {
        let name = name.hasPrefix("[") && name.hasSuffix("]") ? String(name.dropFirst().dropLast()) : name
        if let refusal = network.refusal(ofHost: name) { throw WorkFailure(.denied, refusal) }
        let rules = NetworkRules(
            allowsPrivate: network.allowsPrivate,
            allowsLoopback: network.allowsLoopback,
            isPrivateCentral: network.ownPrivate == nil,
            isLoopbackCentral: network.ownLoopback == nil
        )
        do {
            // What is written as an address is looked at even where the resolver would not give it.
            let addresses = try HostAddress(literal: name).map { [$0] } ?? HostAddress.all(of: name, port: port)
            return try rules.candidates(addresses, of: name)
        } catch let refusal as NetworkRules.Refusal {
            throw WorkFailure(refusal.isByRule ? .denied : .trouble, refusal.description)
        } catch {
            throw WorkFailure(.failure, "cannot resolve '\(name)': \(error)")
        }
    }
}
