// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import FlowWire
import Foundation
import Testing

@testable import FlowServer

@Suite("A server's data directory")
struct DataDirectoryTests {
    private static func with(_ body: (PrivateDirectory) async throws -> Void) async throws {
        let path = NSTemporaryDirectory() + "qf-data-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await body(try PrivateDirectory(path))
    }

    @Test("with an authority but no database is refused, and no database is made")
    func noDatabase() async throws {
        try await Self.with { directory in
            _ = try CertificateAuthority.open(in: try directory.subdirectory("ca"), now: SystemClock.now)
            #expect {
                try DataDirectory.requireDatabase(in: directory)
            } throws: { error in
                (error as? CoreError)?.code == .conflict
                    && (error as? CoreError)?.message.contains("backup") == true
            }
        }
    }

    @Test("with enrolled hosts but no authority is refused; a first start that was cut off goes on")
    func noAuthority() async throws {
        try await Self.with { directory in
            let store = try SQLiteStore.open(path: directory.path(of: DataDirectory.database))
            try await DataDirectory.requireAuthority(in: directory, for: store)
            let now = SystemClock.now
            try await store.createJoinToken(
                JoinToken(id: "t", secretHash: [1], groups: [], expiresAt: .distantFuture, createdAt: now)
            )
            try await store.enrol(
                token: "t",
                agent: Agent(id: AgentID("agt_1")!, name: "host", createdAt: now),
                at: now
            )
            await #expect(throws: CoreError.self) {
                try await DataDirectory.requireAuthority(in: directory, for: store)
            }
            _ = try CertificateAuthority.open(in: try directory.subdirectory("ca"), now: now)
            try await DataDirectory.requireAuthority(in: directory, for: store)
            try await store.close()
        }
    }
}

private enum SystemClock {
    static let now = Timestamp(milliseconds: 1_795_255_200_000)
}
