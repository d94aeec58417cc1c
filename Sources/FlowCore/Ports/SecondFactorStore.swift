// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Second factors of people, sealed, and hashes of their recovery codes.
package protocol SecondFactorStore: Sendable {
    func secondFactor(of user: UserID) async throws -> SecondFactor?
    /// Puts a new secret there that does not count yet.
    ///
    /// - Throws: `notFound`, `conflict` when there is one that counts.
    func beginSecondFactor(sealed: String, of user: UserID, by change: Change) async throws
    /// Lets it count: its owner has shown the code of `step`.
    ///
    /// - Throws: `conflict` when there is none that waits for this.
    func confirmSecondFactor(step: Int64, recoveryHashes: [[UInt8]], of user: UserID, by change: Change) async throws
    /// Uses a step up, and all before it.
    ///
    /// - Returns: false when it, or a later one, was used already: of two that come at once, one wins.
    func useStep(_ step: Int64, of user: UserID) async throws -> Bool
    /// Uses a recovery code up.
    ///
    /// - Returns: false when there is no such code.
    func useRecoveryCode(hash: [UInt8], of user: UserID, by change: Change) async throws -> Bool
    /// Puts other recovery codes in the place of those there.
    func replaceRecoveryCodes(_ hashes: [[UInt8]], of user: UserID, by change: Change) async throws
    /// Takes it away; nothing happens when there is none.
    ///
    /// - Parameter endsSessions: somebody else does it, because the phone is lost.
    func removeSecondFactor(of user: UserID, endsSessions: Bool, by change: Change) async throws
}
