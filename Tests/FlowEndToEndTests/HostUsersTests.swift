// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowStore
import Foundation
import Testing

@testable import FlowServer

@Suite("Users from the server's host")
struct HostUsersTests {
    @Test("A lost administrator gets a new password beside a running server, and the audit names the Unix user")
    func lostAdministrator() async throws {
        let path = NSTemporaryDirectory() + "qf-users-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        await #expect(throws: CoreError.self) { try await HostUsers.with(dataDirectory: path) { try await $0.list() } }
        let store = try SQLiteStore.open(path: path + "/" + DataDirectory.database)
        let services = AuthenticationService(
            store: store,
            hasher: ScryptPasswordHasher(),
            clock: SystemWallClock()
        )
        let admin = try #require(
            try await services.createFirstAdministrator(username: "admin", password: "a long first word")
        )
        let before = try await services.signIn(
            username: "admin",
            password: "a long first word",
            origin: Origin(via: .api)
        )
        let password = try await HostUsers.with(dataDirectory: path) { try await $0.resetPassword(of: "ADMIN") }
        #expect(try await services.session(token: before.token, isUse: false) == nil)
        let signIn = try await services.signIn(username: "admin", password: password, origin: Origin(via: .api))
        #expect(signIn.user.id == admin.id && signIn.user.mustChangePassword)
        let row = try #require(try await store.audit(AuditQuery(action: .userPassword)).items.first)
        #expect(row.change.actor.kind == .host && row.change.actor.id == String(getuid()))
        // The last administrator stays, from here too.
        await #expect(throws: CoreError.self) {
            try await HostUsers.with(dataDirectory: path) { try await $0.setState(.disabled, of: "admin") }
        }
        try await store.close()
    }
}
