// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// An IPv4 or IPv6 address with a port, by value.
///
/// The core compares and stores the address of every datagram; NIO's `SocketAddress` allocates for each.
struct NetworkAddress: Hashable, Sendable {
    /// What kind of address it is, with its bytes in network order.
    enum Host: Hashable, Sendable {
        case ipv4(UInt32)
        case ipv6(UInt64, UInt64, scope: UInt32)
    }

    /// The address proper.
    var host: Host

    /// The port in host byte order.
    var port: UInt16

    /// An address of four numbers, as tests and literals want it.
    static func ipv4(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8, port: UInt16) -> NetworkAddress {
        let value = UInt32(a) << 24 | UInt32(b) << 16 | UInt32(c) << 8 | UInt32(d)
        return NetworkAddress(host: .ipv4(value.bigEndian), port: port)
    }

    init(host: Host, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// Reads a socket address; nil for families other than IPv4 and IPv6 or a length too short for its family.
    init?(_ pointer: UnsafeRawPointer, length: Int) {
        guard length >= MemoryLayout<sockaddr_in>.size else { return nil }
        let family = pointer.loadUnaligned(as: sockaddr.self).sa_family
        switch Int32(family) {
        case AF_INET:
            let address = pointer.loadUnaligned(as: sockaddr_in.self)
            self.init(host: .ipv4(address.sin_addr.s_addr), port: UInt16(bigEndian: address.sin_port))
        case AF_INET6:
            guard length >= MemoryLayout<sockaddr_in6>.size else { return nil }
            let address = pointer.loadUnaligned(as: sockaddr_in6.self)
            let halves = withUnsafeBytes(of: address.sin6_addr) { bytes in
                (bytes.loadUnaligned(as: UInt64.self), bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            }
            self.init(
                host: .ipv6(halves.0, halves.1, scope: address.sin6_scope_id),
                port: UInt16(bigEndian: address.sin6_port)
            )
        default:
            return nil
        }
    }

    /// Calls a closure with the address in the form the socket functions and ngtcp2 take.
    ///
    /// The pointer is valid only during the call.
    func withSocketAddress<Result>(_ body: (UnsafeMutablePointer<sockaddr>, Int) -> Result) -> Result {
        switch self.host {
        case .ipv4:
            var address = self.socketAddressIPv4
            return withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    body($0, MemoryLayout<sockaddr_in>.size)
                }
            }
        case .ipv6:
            var address = self.socketAddressIPv6
            return withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    body($0, MemoryLayout<sockaddr_in6>.size)
                }
            }
        }
    }

    /// The C structure of an IPv4 address; all zero for another family.
    var socketAddressIPv4: sockaddr_in {
        var address = sockaddr_in()
        guard case .ipv4(let bytes) = self.host else { return address }
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = self.port.bigEndian
        address.sin_addr.s_addr = bytes
        return address
    }

    /// The C structure of an IPv6 address; all zero for another family.
    var socketAddressIPv6: sockaddr_in6 {
        var address = sockaddr_in6()
        guard case .ipv6(let high, let low, let scope) = self.host else { return address }
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = self.port.bigEndian
        address.sin6_scope_id = scope
        withUnsafeMutableBytes(of: &address.sin6_addr) { bytes in
            bytes.storeBytes(of: high, as: UInt64.self)
            bytes.storeBytes(of: low, toByteOffset: 8, as: UInt64.self)
        }
        return address
    }
}
