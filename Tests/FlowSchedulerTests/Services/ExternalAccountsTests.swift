// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@testable import FlowScheduler

@Suite("Accounts of people whom another system names")
struct ExternalAccountsTests {
    private struct Store: ExternalAccountStore {
        let known: ExternalAccount
        let made: @Sendable () throws -> User?

        func externalAccount(
            of identity: ExternalIdentity,
            wishes: [RoleWish],
            at now: Timestamp
        ) async throws -> ExternalAccount { self.known }

        func signOn(_ identity: ExternalIdentity, wishes: [RoleWish], by change: Change) async throws -> User? {
            try self.made()
        }
    }

    private static let full = CoreError(.unavailable, "the disk is full")
    private static let busy = CoreError(.tooManyRequests, "slowly")

    private static func user(_ state: User.State = .active) -> User {
        User(id: 7, username: "ada@proxy", passwordHash: "", grants: [], state: state, createdAt: .distantPast)
    }

    private func account(
        _ known: ExternalAccount,
        wishes: [RoleWish] = [RoleWish(role: "viewer")],
        made: @escaping @Sendable () throws -> User? = { throw Self.full },
        stranger: @Sendable () throws -> Void = { throw Self.busy }
    ) async throws -> User? {
        try await ExternalAccounts(store: Store(known: known, made: made)).account(
            of: ExternalIdentity(provider: "proxy", issuer: "proxy", subject: "ada", name: "ada", groups: []),
            wishes: wishes,
            by: .system(at: .distantPast),
            stranger: stranger
        )
    }

    @Test("A visit that can't be noted is no reason to refuse it; roles that can't be changed are")
    func failingWrites() async throws {
        let known = Self.user()
        #expect(try await self.account(ExternalAccount(user: known, hasRoles: true))?.id == 7)
        await #expect(throws: CoreError.self) {
            _ = try await self.account(ExternalAccount(user: known, isNoted: true))
        }
        await #expect(throws: CancellationError.self) {
            _ = try await self.account(
                ExternalAccount(user: known, hasRoles: true),
                made: { throw CancellationError() }
            )
        }
    }

    @Test("Nothing is written for who is as they should be, or is locked out")
    func unwritten() async throws {
        #expect(try await self.account(ExternalAccount(user: Self.user(), hasRoles: true, isNoted: true))?.id == 7)
        #expect(try await self.account(ExternalAccount(user: Self.user(.disabled)))?.state == .disabled)
    }

    @Test("Strangers are counted before anything is written for them, and also when nothing is")
    func strangers() async throws {
        for wishes in [[], [RoleWish(role: "viewer")]] {
            let error = await #expect(throws: CoreError.self) {
                _ = try await self.account(ExternalAccount(user: nil), wishes: wishes, made: { Self.user() })
            }
            #expect(error?.code == .tooManyRequests)
        }
        #expect(try await self.account(ExternalAccount(user: nil), wishes: [], stranger: {}) == nil)
        let made = try await self.account(ExternalAccount(user: nil), made: { Self.user() }, stranger: {})
        #expect(made?.id == 7)
    }
}
