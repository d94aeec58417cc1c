// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import FlowScheduler
import FlowStore
import FlowWire
import Foundation

/// Accounts of a server's data directory, whether that server runs or not.
///
/// Whoever may write the directory may do everything anyway; the audit names them as actor `host` with their Unix user.
package struct HostUsers: Sendable {
    private let store: any Store
    private let hasher = ScryptPasswordHasher()
    private let clock = SystemWallClock()

    /// - Throws: ``CoreError`` `notFound` when there was never a server.
    package static func with<Value: Sendable>(
        dataDirectory: String,
        databaseURL: String? = nil,
        _ body: (HostUsers) async throws -> Value
    ) async throws -> Value {
        let directory = try PrivateDirectory(dataDirectory)
        let store = try await StoreOpening.openForAdministration(in: directory, databaseURL: databaseURL)
        let result: Value
        do { result = try await body(HostUsers(store: store)) } catch {
            try? await store.close()
            throw error
        }
        try await store.close()
        return result
    }

    private var change: Change {
        Change(
            by: Actor(.host, id: String(getuid()), name: NSUserName()),
            at: self.clock.now,
            origin: Origin(via: .host)
        )
    }

    package func list() async throws -> [User] { try await self.store.users() }

    /// - Returns: the password.
    package func create(_ name: String, role: Role, groupNames: [String]) async throws -> String {
        try AccountRules.check(username: name)
        let password = AccountRules.makePassword()
        _ = try await self.store.createUser(
            username: name,
            passwordHash: try await self.hasher.hash(password),
            grants: [Grant(role: role, scope: try await self.scope(of: groupNames))],
            mustChangePassword: true,
            by: self.change
        )
        return password
    }

    package func setState(_ state: User.State, of name: String) async throws {
        _ = try await self.store.setState(state, of: try await self.user(name).id, by: self.change)
    }

    /// - Returns: the password.
    package func resetPassword(of name: String) async throws -> String {
        let user = try await self.user(name)
        let password = AccountRules.makePassword()
        try await self.store.setPassword(
            try await self.hasher.hash(password),
            mustChange: true,
            of: user.id,
            keeping: nil,
            by: self.change
        )
        return password
    }

    /// For a lost phone; ends all sessions.
    package func resetSecondFactor(of name: String) async throws {
        guard let factors = self.store as? any SecondFactorStore else { return }
        try await factors.removeSecondFactor(of: try await self.user(name).id, endsSessions: true, by: self.change)
    }

    package func grant(_ role: Role, groupNames: [String], to name: String) async throws {
        let grant = Grant(role: role, scope: try await self.scope(of: groupNames))
        _ = try await self.store.addGrant(grant, to: try await self.user(name).id, by: self.change)
    }

    private func user(_ name: String) async throws -> User {
        guard let user = try await self.store.user(named: name), user.state != .deleted else {
            let known = try await self.store.users().map(\.username).joined(separator: ", ")
            throw CoreError(.notFound, "There is no user '\(name)'. Users: \(known).")
        }
        return user
    }

    private func scope(of names: [String]) async throws -> Scope {
        guard !names.isEmpty else { return .all }
        var groups: Set<GroupID> = []
        for name in names {
            guard let group = try await self.store.group(named: name), !group.isBuiltIn else {
                throw CoreError(.notFound, "There is no group '\(name)' of its own. Leave --group out for everything.")
            }
            groups.insert(group.id)
        }
        return .groups(groups)
    }
}
