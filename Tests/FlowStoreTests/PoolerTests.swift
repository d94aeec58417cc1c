// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowPostgres
import FlowTesting
import Foundation
import Testing

@testable import FlowStore

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

@Suite("A pooler before PostgreSQL")
struct PoolerTests {
    @Test("A server and a command that needs the database alone refuse a pooler, and say what to do")
    func refused() async throws {
        let server = try PostgresServer.shared.get()
        try await StoreKind.turns.with {
            try await TemporaryDirectory.with { directory in
                let database = try server.makeDatabase()
                defer { try? server.dropDatabase(database) }
                let direct = server.address(database)
                // The database itself takes both.
                try await PostgresStore.open(direct).close()
                let pooler = try FakePooler(in: directory, before: direct)
                defer { pooler.stop() }
                let address = "postgres://flow@/\(database)?host=\(directory)&port=\(FakePooler.port)"
                let ways: [() async throws -> DatabaseStore] = [
                    { try await PostgresStore.open(address) }, { try await PostgresStore.openAlone(address) },
                ]
                for open in ways {
                    let message = await expectError(.unavailable) { try await open().close() }
                    #expect(
                        message.contains("leads to a pooler") && message.contains("the address of the database itself")
                    )
                }
            }
        }
    }
}

/// What a pooler is to whoever connects: it hands bytes on, and says a number of its own where the database says its process.
private final class FakePooler: Sendable {
    static let port = 6432

    private let listener: Int32
    private let upstream: String

    init(in directory: String, before address: String) throws {
        let options = try PostgresConfiguration(address).options
        let host = try #require(options["host"])
        let port = try #require(options["port"])
        self.upstream = "\(host)/.s.PGSQL.\(port)"
        self.listener = try Self.socket("\(directory)/.s.PGSQL.\(Self.port)", bind)
        try #require(listen(self.listener, 8) == 0)
        let (listener, upstream) = (self.listener, self.upstream)
        Thread.detachNewThread {
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0, let server = try? Self.socket(upstream, connect) else { return }
                Thread.detachNewThread { Self.hand(from: client, to: server, change: { _ in }) }
                Thread.detachNewThread { Self.hand(from: server, to: client, change: Self.changeProcess) }
            }
        }
    }

    func stop() {
        shutdown(self.listener, Int32(SHUT_RDWR))
        close(self.listener)
    }

    /// A number that no process has, in the message `K` (BackendKeyData, 12 bytes long), which comes before the first `Z`.
    private static func changeProcess(_ bytes: inout [UInt8]) {
        let head: [UInt8] = [UInt8(ascii: "K"), 0, 0, 0, 12]
        for start in bytes.indices.dropLast(12) where bytes[start..<(start + 5)].elementsEqual(head) {
            bytes.replaceSubrange((start + 5)..<(start + 9), with: [0x7F, 0, 0, 1])
        }
    }

    #if canImport(Glibc)
    /// MSG_NOSIGNAL: whoever has gone is no reason to end the process.
    private static let quietly: Int32 = 0x4000
    #else
    private static let quietly: Int32 = 0
    #endif

    private static func hand(from source: Int32, to target: Int32, change: (inout [UInt8]) -> Void) {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(source, &buffer, buffer.count)
            guard count > 0 else { break }
            var bytes = Array(buffer[..<count])
            change(&bytes)
            var sent = 0
            while sent < bytes.count {
                let written = bytes[sent...].withUnsafeBytes { send(target, $0.baseAddress, $0.count, Self.quietly) }
                guard written > 0 else { break }
                sent += written
            }
        }
        shutdown(target, Int32(SHUT_WR))
    }

    private static func socket(
        _ path: String,
        _ use: (Int32, UnsafePointer<sockaddr>?, socklen_t) -> Int32
    ) throws -> Int32 {
        #if canImport(Glibc)
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        #else
        let descriptor = Darwin.socket(AF_UNIX, SOCK_STREAM, 0)
        #endif
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        try #require(bytes.count < MemoryLayout.size(ofValue: address.sun_path))
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                use(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(result == 0)
        return descriptor
    }
}
