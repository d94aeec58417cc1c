// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Roles that people made.
package protocol RoleStore: Sendable {
    /// By name, each with how many users have it.
    func ownRoles() async throws -> [(role: OwnRole, users: Int)]
    func ownRole(named name: String) async throws -> OwnRole?
    /// - Throws: `nameTaken`, `conflict` when there are too many.
    func createRole(_ role: OwnRole, by change: Change) async throws
    /// Changes what everybody who has it may do.
    ///
    /// - Throws: `notFound`.
    func updateRole(_ role: OwnRole, by change: Change) async throws -> OwnRole
    /// - Throws: `notFound`, `inUse` while somebody has it.
    func deleteRole(named name: String, by change: Change) async throws
}
