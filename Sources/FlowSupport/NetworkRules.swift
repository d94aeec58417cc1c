// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Which addresses of a name may be connected to, and in which order they are tried.
package struct NetworkRules: Hashable, Sendable {
    package var allowance: AddressAllowance

    /// - Parameters:
    ///   - isPrivateCentral: the installation says so of private addresses, not the host.
    ///   - isLoopbackCentral: the same of the host itself.
    package init(
        allowsPrivate: Bool,
        allowsLoopback: Bool,
        isPrivateCentral: Bool = false,
        isLoopbackCentral: Bool = false
    ) {
        self.allowance = []
        if allowsPrivate { self.allowance.insert(.privateNetworks) }
        if allowsLoopback { self.allowance.insert(.loopback) }
        if isPrivateCentral { self.allowance.insert(.centralPrivateNetworks) }
        if isLoopbackCentral { self.allowance.insert(.centralLoopback) }
    }

    /// Why none of a name's addresses may be connected to.
    package struct Refusal: Error, Hashable, Sendable, CustomStringConvertible {
        package let description: String
        /// It has addresses, and the rules refuse them.
        package let isByRule: Bool
    }

    /// Leaves out what the rules refuse, and lets the two families take turns, beginning with the resolver's first (RFC 8305, 4).
    package func candidates(_ addresses: [HostAddress], of name: String) throws(Refusal) -> [HostAddress] {
        var refusals: [String] = []
        var allowed: [HostAddress] = []
        for address in addresses where !allowed.contains(address) {
            switch AddressRules.check(address, allowing: self.allowance) {
            case .allowed: allowed.append(address)
            case .refused(let why): refusals.append("\(address.text): \(why)")
            }
        }
        guard let first = allowed.first else {
            guard !refusals.isEmpty else { throw Refusal(description: "'\(name)' has no address", isByRule: false) }
            let words = refusals.prefix(4).joined(separator: "; ")
            throw Refusal(description: "'\(name)' is refused: \(words)", isByRule: true)
        }
        let sameFamily = allowed.filter { $0.bytes.count == first.bytes.count }
        let otherFamily = allowed.filter { $0.bytes.count != first.bytes.count }
        var order: [HostAddress] = []
        for index in 0..<max(sameFamily.count, otherFamily.count) {
            if index < sameFamily.count { order.append(sameFamily[index]) }
            if index < otherFamily.count { order.append(otherFamily[index]) }
        }
        return order
    }
}
