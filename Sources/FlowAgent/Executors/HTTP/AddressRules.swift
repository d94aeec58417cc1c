// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Which addresses an HTTP job may connect to (SSRF).
enum AddressRules {
    enum Verdict: Hashable {
        case allowed
        case refused(String)
    }

    static func check(_ address: HostAddress, policy: HTTPPolicy) -> Verdict {
        switch address.bytes.count {
        case 4: self.check(v4: address.bytes, policy: policy)
        case 16: self.check(v6: address.bytes, policy: policy)
        default: .refused("not an internet address")
        }
    }

    static func check(v4 bytes: [UInt8], policy: HTTPPolicy) -> Verdict {
        switch (bytes[0], bytes[1]) {
        case (169, 254): return .refused("link-local and metadata addresses are never reachable")
        case (0, _), (224..., _): return .refused("not an address of a host")
        case (127, _), (10, _), (172, 16...31), (192, 168), (100, 64...127):
            return policy.allowsPrivateNetworks ? .allowed : .refused("private addresses are not allowed on this host")
        default: return .allowed
        }
    }

    static func check(v6 bytes: [UInt8], policy: HTTPPolicy) -> Verdict {
        let isZero = bytes[..<10].allSatisfy { $0 == 0 }
        // ::ffff:a.b.c.d and the deprecated ::a.b.c.d reach the IPv4 address, as 64:ff9b::/96 does through a translator.
        if isZero, bytes[10] == 0xff, bytes[11] == 0xff { return self.check(v4: Array(bytes[12...]), policy: policy) }
        if Array(bytes[..<12]) == [0, 0x64, 0xff, 0x9b] + [UInt8](repeating: 0, count: 8) {
            return self.check(v4: Array(bytes[12...]), policy: policy)
        }
        if bytes[..<15].allSatisfy({ $0 == 0 }), bytes[15] == 1 {
            return policy.allowsPrivateNetworks ? .allowed : .refused("private addresses are not allowed on this host")
        }
        if isZero, bytes[10] == 0, bytes[11] == 0 { return self.check(v4: Array(bytes[12...]), policy: policy) }
        if bytes[0] == 0xfe, bytes[1] & 0xc0 == 0x80 {
            return .refused("link-local and metadata addresses are never reachable")
        }
        // Amazon's metadata service on IPv6 lies in the private range.
        if bytes == [0xfd, 0, 0x0e, 0xc2] + [UInt8](repeating: 0, count: 10) + [2, 0x54] {
            return .refused("link-local and metadata addresses are never reachable")
        }
        if bytes[0] & 0xfe == 0xfc {
            return policy.allowsPrivateNetworks ? .allowed : .refused("private addresses are not allowed on this host")
        }
        return bytes[0] == 0xff ? .refused("not an address of a host") : .allowed
    }
}
