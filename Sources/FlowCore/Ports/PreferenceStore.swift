// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What people have chosen for their own eyes.
package protocol PreferenceStore: Sendable {
    /// Of one person, by name; bounded by ``Preference/limit``.
    func preferences(of owner: UserID) async throws -> [String: String]
    /// Keeps what is given, and forgets what is given as nil; others stay.
    ///
    /// - Returns: all that the person has then.
    /// - Throws: `notFound` for an owner who is gone, `conflict` when there would be more than ``Preference/limit``; then nothing
    ///   has changed.
    func setPreferences(_ changes: [String: String?], of owner: UserID) async throws -> [String: String]
}
