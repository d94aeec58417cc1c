// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowStore
import FlowTesting
import Foundation
import Testing

/// The first start of several servers on one database.
@Suite("The first administrator")
struct FirstAdministratorTests {
    /// Makes a password's hash just as long as another server needs to be first.
    private struct OvertakenHasher: PasswordHasher {
        let store: any UserStore

        func hash(_ password: String) async throws -> String {
            _ = try await self.store.createUser(
                username: "admin",
                passwordHash: "of the other server",
                role: .admin,
                by: .system(at: TestServer.start)
            )
            return "of this server"
        }

        func verify(_ password: String, against stored: String) async -> Bool { false }
    }

    @Test("Of servers that start together one makes it, and the others go on")
    func together() async throws {
        let directory = NSTemporaryDirectory() + "flow-first-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let store = try DatabaseStore.open(path: directory + "/flow.db")
        let service = AuthenticationService(
            store: store,
            hasher: OvertakenHasher(store: store),
            clock: ManualClock(TestServer.start)
        )
        #expect(try await service.createFirstAdministrator(username: "admin", password: "a long first word") == nil)
        #expect(try await store.userCount() == 1)
        try await store.close()
    }
}
