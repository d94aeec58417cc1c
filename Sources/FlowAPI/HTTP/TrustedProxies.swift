// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Proxies whose word about who asked is taken.
///
/// Everybody can send `X-Forwarded-For`; only what a proxy of ours added at its right end is true. Without any, the address of the
/// connection is the address.
struct TrustedProxies: Sendable {
    let ranges: [AddressRange]

    /// Proxies in a row; more than these are no chain of ours.
    private static let hopLimit = 16

    func contains(_ address: NetworkAddress) -> Bool { self.ranges.contains { $0.contains(bytes: address.bytes) } }

    /// The address that a request came from: the rightmost one that is none of the proxies.
    ///
    /// - Parameters:
    ///   - peer: the other end of the connection.
    ///   - forwarded: the values of `X-Forwarded-For`, in the order they came.
    /// - Returns: the peer's address where the header can't be trusted, or stops making sense.
    func client(peer: String?, forwarded: [String]) -> String? {
        guard !self.ranges.isEmpty, let peer, let address = NetworkAddress(peer), self.contains(address) else {
            return peer
        }
        var nearest = peer
        let hops = forwarded.flatMap { $0.utf8.split(separator: UInt8(ascii: ",")) }.suffix(Self.hopLimit)
        for hop in hops.reversed() {
            guard let text = String(HeaderText.trimmed(hop)), let address = NetworkAddress(text) else { return nearest }
            nearest = text
            if !self.contains(address) { return nearest }
        }
        return nearest
    }
}
