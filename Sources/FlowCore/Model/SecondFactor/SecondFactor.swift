// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What a store knows of a user's second factor.
package struct SecondFactor: Hashable, Sendable {
    /// The shared secret, sealed for ``name(of:)``.
    package let sealed: String
    /// It counts from the first code on that its owner has shown.
    package let isConfirmed: Bool
    /// The newest step that was used.
    package let lastStep: Int64
    package let recoveryCodes: Int
    package let createdAt: Timestamp

    package init(sealed: String, isConfirmed: Bool, lastStep: Int64, recoveryCodes: Int, createdAt: Timestamp) {
        self.sealed = sealed
        self.isConfirmed = isConfirmed
        self.lastStep = lastStep
        self.recoveryCodes = recoveryCodes
        self.createdAt = createdAt
    }

    /// What the secret of a user is sealed for; no secret of a task can have such a name.
    package static func name(of user: UserID) -> String { "totp:\(user)" }
}
