// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Glibc

/// An IP address: its text, and its 4 or 16 bytes.
package struct HostAddress: Hashable, Sendable {
    package let text: String
    package let bytes: [UInt8]

    package init(text: String, bytes: [UInt8]) {
        self.text = text
        self.bytes = bytes
    }

    /// An address that is written as one, in any spelling that a resolver takes: `0x7f.1` and `2130706433` are 127.0.0.1.
    ///
    /// - Returns: nil for a name; asks nobody.
    package init?(literal text: String) {
        guard (1...128).contains(text.utf8.count), !text.utf8.contains(0),
            let address = (try? Self.all(of: text, port: 0, flags: AI_NUMERICHOST))?.first
        else { return nil }
        self = address
    }

    /// All addresses of a host name.
    ///
    /// Blocks; not for event loops.
    /// - Throws: ``ResolutionFailure``.
    package static func all(of name: String, port: Int) throws -> [HostAddress] {
        try self.all(of: name, port: port, flags: AI_ADDRCONFIG)
    }

    private static func all(of name: String, port: Int, flags: Int32) throws -> [HostAddress] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = flags
        var list: UnsafeMutablePointer<addrinfo>?
        let failure = getaddrinfo(name, String(port), &hints, &list)
        guard failure == 0 else { throw ResolutionFailure(description: String(cString: gai_strerror(failure))) }
        defer { freeaddrinfo(list) }
        var addresses: [HostAddress] = []
        var entry = list
        while let current = entry {
            entry = current.pointee.ai_next
            guard let address = current.pointee.ai_addr else { continue }
            let bytes: [UInt8]
            switch current.pointee.ai_family {
            case AF_INET:
                bytes = address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { raw in
                    withUnsafeBytes(of: raw.pointee.sin_addr) { Array($0) }
                }
            case AF_INET6:
                bytes = address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { raw in
                    withUnsafeBytes(of: raw.pointee.sin6_addr) { Array($0) }
                }
            default: continue
            }
            var text = [CChar](repeating: 0, count: 64)
            guard inet_ntop(current.pointee.ai_family, bytes, &text, socklen_t(text.count)) != nil else { continue }
            addresses.append(
                HostAddress(text: text.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }, bytes: bytes)
            )
        }
        return addresses
    }
}

/// Why a name has no addresses now.
package struct ResolutionFailure: Error, CustomStringConvertible {
    package let description: String
}
