// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowServer
import Glibc
import NIOCore
import NIOPosix
import Synchronization
import Testing

@Suite("Trying an address before anything is written")
struct AddressProbeTests {
    @Test("Who connects while it is being tried is turned away at once, not left without an answer")
    func turnsAway() async throws {
        let port = try Self.freePort()
        let client = Mutex<Int32>(-1)
        try await AddressProbe.people(host: "127.0.0.1", port: Int(port)) {
            let descriptor = try Self.connect(to: port)
            client.withLock { $0 = descriptor }
            // Every loop looks at its sockets before its tasks: whoever would take the connection in has done so after this.
            for _ in 0..<2 {
                for loop in MultiThreadedEventLoopGroup.singleton.makeIterator() { try await loop.submit {}.get() }
            }
        }
        let descriptor = client.withLock { $0 }
        defer { close(descriptor) }
        var byte: UInt8 = 0
        let count = recv(descriptor, &byte, 1, 0)
        let reason = errno
        #expect(count == 0 || (count < 0 && reason == ECONNRESET), "recv gave \(count), errno \(reason)")
    }

    private static func address(_ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return address
    }

    private static func socketOrFail() throws -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        try #require(descriptor >= 0)
        // Only a test that fails waits so long.
        var patience = timeval(tv_sec: 5, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        return descriptor
    }

    private static func freePort() throws -> UInt16 {
        let descriptor = try self.socketOrFail()
        defer { close(descriptor) }
        var address = self.address(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        try #require(isBound)
        return UInt16(bigEndian: address.sin_port)
    }

    private static func connect(to port: UInt16) throws -> Int32 {
        let descriptor = try self.socketOrFail()
        var address = self.address(port)
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        try #require(isConnected)
        return descriptor
    }
}
