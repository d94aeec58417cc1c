// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Settings that people made.
package protocol SettingStore: Sendable {
    /// Keys and values that this version does not know are left out, and left alone.
    func settings() async throws -> StoredSettings
    /// Sets values, or with nil takes them away.
    ///
    /// - Parameter expected: the revision that the changes were made to; nil = whatever it is.
    /// - Throws: `conflict` for another revision.
    func changeSettings(
        _ changes: [SettingKey: SettingValue?],
        expected: Int64?,
        by change: Change
    ) async throws -> StoredSettings
}
