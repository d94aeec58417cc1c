// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// An IPv4 or IPv6 address as sixteen bytes; IPv4 stands in its mapped form `::ffff:a.b.c.d`.
///
/// One address has many spellings; bytes have one.
struct NetworkAddress: Hashable, Sendable {
    let bytes: [UInt8]

    private static let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]

    /// - Returns: nil for everything that is no address, zones (`%eth0`) and host names included.
    init?(_ text: some StringProtocol) {
        guard (2...45).contains(text.utf8.count) else { return nil }
        let text = String(text)
        var four = [UInt8](repeating: 0, count: 4)
        if inet_pton(AF_INET, text, &four) == 1 {
            self.bytes = Self.mapped + four
            return
        }
        var sixteen = [UInt8](repeating: 0, count: 16)
        guard inet_pton(AF_INET6, text, &sixteen) == 1 else { return nil }
        self.bytes = sixteen
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    var isV4: Bool { self.bytes.starts(with: Self.mapped) }

    /// The server's own host.
    var isLoopback: Bool {
        self.isV4 ? self.bytes[12] == 127 : self.bytes == [UInt8](repeating: 0, count: 15) + [1]
    }

    /// What one customer of a network has: the address itself, of IPv6 the first 64 bits.
    var site: NetworkAddress {
        self.isV4 ? self : NetworkAddress(bytes: self.bytes.prefix(8) + [UInt8](repeating: 0, count: 8))
    }
}
