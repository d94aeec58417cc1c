// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
import Glibc
#endif

/// A block of internet addresses in CIDR notation (RFC 4632, RFC 4291 2.3): `192.0.2.0/24`, `2001:db8::/32`, or one address.
///
/// An IPv4 address that arrives as IPv6 (`::ffff:192.0.2.1`) is the IPv4 address.
package struct AddressRange: Hashable, Sendable {
    /// 4 or 16 bytes, those behind the prefix zero.
    private let network: [UInt8]
    /// How many leading bits count.
    private let prefix: Int

    /// - Returns: nil for what is no address, has a prefix longer than its addresses, or has bits behind the prefix, as
    ///   `10.1.0.0/8`: one of the two is wrong then.
    package init?(_ text: String) {
        guard text.utf8.count <= 64 else { return nil }
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = Self.bytes(of: String(parts[0])) else { return nil }
        var prefix = address.count * 8
        if parts.count == 2 {
            let digits = parts[1]
            guard (1...3).contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                let number = Int(digits), number <= prefix
            else { return nil }
            prefix = number
        }
        guard Self.masked(address, to: prefix) == address else { return nil }
        self.prefix = prefix
        self.network = address
    }

    /// Whether an address lies in the block; text that is no address lies in none.
    package func contains(_ address: String) -> Bool {
        Self.bytes(of: address).map { self.contains(bytes: $0) } ?? false
    }

    /// The same for an address as its 4 or 16 bytes.
    package func contains(bytes: [UInt8]) -> Bool {
        let bytes = Self.unmapped(bytes)
        return bytes.count == self.network.count && Self.masked(bytes, to: self.prefix) == self.network
    }

    /// Whether addresses of this very host lie in it.
    package var hasLoopback: Bool {
        self.network.count == 4 ? self.network[0] == 127 || self.contains("127.0.0.1") : self.contains("::1")
    }

    private static func masked(_ bytes: [UInt8], to prefix: Int) -> [UInt8] {
        bytes.enumerated().map { index, byte in
            let bits = min(max(prefix - index * 8, 0), 8)
            return bits == 0 ? 0 : byte & (0xff << UInt8(8 - bits))
        }
    }

    private static func bytes(of text: String) -> [UInt8]? {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 { return withUnsafeBytes(of: &four) { Array($0) } }
        var six = in6_addr()
        guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
        return Self.unmapped(withUnsafeBytes(of: &six) { Array($0) })
    }

    private static func unmapped(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.count == 16 else { return bytes }
        let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xff && bytes[11] == 0xff
        return isMapped ? Array(bytes[12...]) : bytes
    }
}

extension AddressRange: CustomStringConvertible {
    package var description: String {
        var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = self.network.count == 4 ? AF_INET : AF_INET6
        _ = inet_ntop(family, self.network, &buffer, socklen_t(buffer.count))
        let address = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        let text = String(decoding: address, as: UTF8.self)
        return self.prefix == self.network.count * 8 ? text : "\(text)/\(self.prefix)"
    }
}
