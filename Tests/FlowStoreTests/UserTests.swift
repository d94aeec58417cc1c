// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@Suite("Users")
struct UserTests {
    @Test("A user is found by name and id, and the name is unique", arguments: StoreKind.allCases)
    func users(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            #expect(try await store.userCount() == 0)
            let user = try await store.createUser(username: "ada", passwordHash: "h", role: .admin, at: World.start)
            #expect(try await store.user(named: "ada") == user)
            #expect(try await store.user(user.id) == user)
            #expect(try await store.user(named: "eve") == nil)
            await expectError(.nameTaken) {
                _ = try await store.createUser(username: "ada", passwordHash: "", role: .viewer, at: World.start)
            }
            try await store.setPasswordHash("new", of: user.id)
            #expect(try await store.user(user.id)?.passwordHash == "new")
            await expectError(.notFound) { try await store.setPasswordHash("x", of: 99) }
            #expect(try await store.userCount() == 1)
        }
    }

    @Test("A session is found until it expires or is deleted", arguments: StoreKind.allCases)
    func sessions(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            let user = try await store.createUser(username: "ada", passwordHash: "h", role: .operator, at: World.start)
            let short = UserSession(
                tokenHash: [1, 2],
                userID: user.id,
                createdAt: World.start,
                expiresAt: World.start + 10
            )
            let long = UserSession(
                tokenHash: [3, 4],
                userID: user.id,
                createdAt: World.start,
                expiresAt: World.start + 100
            )
            try await store.createSession(short)
            try await store.createSession(long)
            let found = try await store.session(tokenHash: [1, 2], at: World.start + 9)
            #expect(found?.0 == short && found?.1.id == user.id)
            #expect(found?.1.lastSignIn == World.start)
            #expect(try await store.session(tokenHash: [1, 2], at: World.start + 10) == nil)
            #expect(try await store.session(tokenHash: [9], at: World.start) == nil)
            try await store.deleteExpiredSessions(at: World.start + 10)
            #expect(try await store.session(tokenHash: [1, 2], at: World.start) == nil)
            #expect(try await store.session(tokenHash: [3, 4], at: World.start)?.0 == long)
            try await store.deleteSession(tokenHash: [3, 4])
            #expect(try await store.session(tokenHash: [3, 4], at: World.start) == nil)
        }
    }

    @Test("A session gets another token once, and what it was stays", arguments: StoreKind.allCases)
    func replaced(_ kind: StoreKind) async throws {
        try await kind.withStore { store in
            let user = try await store.createUser(username: "ada", passwordHash: "h", role: .operator, at: World.start)
            let session = UserSession(
                tokenHash: [1, 2],
                userID: user.id,
                createdAt: World.start,
                expiresAt: World.start + 100
            )
            try await store.createSession(session)
            let first = try await store.replaceSession(tokenHash: [1, 2], with: [3, 4], at: World.start + 5)
            let second = try await store.replaceSession(tokenHash: [1, 2], with: [5, 6], at: World.start + 5)
            #expect(first && !second)
            #expect(try await store.session(tokenHash: [1, 2], at: World.start + 5) == nil)
            #expect(try await store.session(tokenHash: [5, 6], at: World.start + 5) == nil)
            let found = try #require(try await store.session(tokenHash: [3, 4], at: World.start + 5)?.0)
            #expect(found.expiresAt == session.expiresAt && found.createdAt == session.createdAt)
            #expect(found.lastUsedAt == World.start + 5)
            // Not one that is over.
            let late = try await store.replaceSession(tokenHash: [3, 4], with: [7, 8], at: World.start + 100)
            #expect(!late)
        }
    }
}
