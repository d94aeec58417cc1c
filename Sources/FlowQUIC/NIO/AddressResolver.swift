// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import NIOPosix

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Finds the addresses of a host.
enum AddressResolver {
    /// All addresses of a host, in the system's order of preference (RFC 6724); a literal gives itself.
    ///
    /// - Throws: `QUICError.resolutionFailed`, or `CancellationError`.
    static func resolve(host: String, port: Int) async throws -> [NetworkAddress] {
        guard let port = UInt16(exactly: port) else {
            throw QUICError.invalidConfiguration("\(port) is not a port")
        }
        if isAddressLiteral(host) {
            return Self.lookUp(host: host, port: port)
        }
        do {
            // getaddrinfo blocks, so it runs on a thread that may.
            let addresses = try await NIOThreadPool.singleton.runIfActive { Self.lookUp(host: host, port: port) }
            guard !addresses.isEmpty else {
                throw QUICError(code: .resolutionFailed, message: "no address for host \(host)")
            }
            return addresses
        } catch let error where error is QUICError || error is CancellationError {
            throw error
        } catch {
            throw QUICError(code: .resolutionFailed, message: "cannot resolve \(host)", cause: error)
        }
    }

    private static func lookUp(host: String, port: UInt16) -> [NetworkAddress] {
        var list: UnsafeMutablePointer<addrinfo>?
        var hints = addrinfo()
        #if canImport(Glibc)
        hints.ai_socktype = Int32(SOCK_DGRAM.rawValue)
        #else
        hints.ai_socktype = SOCK_DGRAM
        #endif
        guard getaddrinfo(host, String(port), &hints, &list) == 0 else { return [] }
        defer { freeaddrinfo(list) }
        var addresses: [NetworkAddress] = []
        var next = list
        while let entry = next {
            if let pointer = entry.pointee.ai_addr,
                let address = NetworkAddress(pointer, length: Int(entry.pointee.ai_addrlen)),
                !addresses.contains(address)
            {
                addresses.append(address)
            }
            next = entry.pointee.ai_next
        }
        return addresses
    }
}
