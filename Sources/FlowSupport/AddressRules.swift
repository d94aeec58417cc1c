// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What besides the public internet may be connected to.
package struct AddressAllowance: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    package static let privateNetworks = AddressAllowance(rawValue: 1)
    /// This host itself.
    package static let loopback = AddressAllowance(rawValue: 2)
    /// Whether private networks are allowed is said by the installation and not by the host; only for words.
    package static let centralPrivateNetworks = AddressAllowance(rawValue: 4)
    package static let centralLoopback = AddressAllowance(rawValue: 8)
}

/// Which addresses may be connected to for somebody else (SSRF).
package enum AddressRules {
    package enum Verdict: Hashable, Sendable {
        case allowed
        case refused(String)
    }

    package static func check(_ address: HostAddress, allowing allowance: AddressAllowance) -> Verdict {
        switch address.bytes.count {
        case 4: self.check(v4: address.bytes, allowance)
        case 16: self.check(v6: address.bytes, allowance)
        default: .refused("not an internet address")
        }
    }

    /// Why a host can't be connected to, whatever is allowed; nil for a name, which is looked at when it is resolved.
    package static func refusal(ofLiteral host: String) -> String? {
        guard let address = HostAddress(literal: host),
            case .refused(let why) = self.check(address, allowing: [.privateNetworks, .loopback])
        else { return nil }
        return why
    }

    private static func check(v4 bytes: [UInt8], _ allowance: AddressAllowance) -> Verdict {
        switch (bytes[0], bytes[1]) {
        case (169, 254): self.metadata
        case (0, _), (224..., _): self.noHost
        case (127, _): self.loopback(allowance)
        case (10, _), (172, 16...31), (192, 168), (100, 64...127): self.privateNetwork(allowance)
        default: .allowed
        }
    }

    private static func check(v6 bytes: [UInt8], _ allowance: AddressAllowance) -> Verdict {
        let isZero = bytes[..<10].allSatisfy { $0 == 0 }
        // ::ffff:a.b.c.d and the deprecated ::a.b.c.d reach the IPv4 address, as 64:ff9b::/96 does through a translator.
        if isZero, bytes[10] == 0xff, bytes[11] == 0xff { return self.check(v4: Array(bytes[12...]), allowance) }
        if Array(bytes[..<12]) == [0, 0x64, 0xff, 0x9b] + [UInt8](repeating: 0, count: 8) {
            return self.check(v4: Array(bytes[12...]), allowance)
        }
        if bytes[..<15].allSatisfy({ $0 == 0 }), bytes[15] == 1 { return self.loopback(allowance) }
        if isZero, bytes[10] == 0, bytes[11] == 0 { return self.check(v4: Array(bytes[12...]), allowance) }
        if bytes[0] == 0xfe, bytes[1] & 0xc0 == 0x80 { return self.metadata }
        // Amazon's metadata service on IPv6 lies in the private range.
        if bytes == [0xfd, 0, 0x0e, 0xc2] + [UInt8](repeating: 0, count: 10) + [2, 0x54] { return self.metadata }
        if bytes[0] & 0xfe == 0xfc { return self.privateNetwork(allowance) }
        return bytes[0] == 0xff ? self.noHost : .allowed
    }

    private static let metadata = Verdict.refused("link-local and metadata addresses are never reachable")
    private static let noHost = Verdict.refused("not an address of a host")

    private static func loopback(_ allowance: AddressAllowance) -> Verdict {
        if allowance.contains(.loopback) { return .allowed }
        return .refused(
            allowance.contains(.centralLoopback)
                ? "the installation does not allow the host itself "
                    + "(setting network.loopback, or loopback: true in the host's policy)"
                : "private addresses are not allowed on this host"
        )
    }

    private static func privateNetwork(_ allowance: AddressAllowance) -> Verdict {
        if allowance.contains(.privateNetworks) { return .allowed }
        return .refused(
            allowance.contains(.centralPrivateNetworks)
                ? "the installation does not allow private addresses (setting network.private)"
                : "private addresses are not allowed on this host"
        )
    }
}
