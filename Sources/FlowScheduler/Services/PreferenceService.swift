// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// What people have chosen for their own eyes: everybody's own, which nobody else sees.
package struct PreferenceService: Sendable {
    let store: any PreferenceStore

    package init(store: any PreferenceStore) { self.store = store }

    /// The own ones, by name.
    package func own(_ principal: Principal) async throws -> [String: String] {
        try await self.store.preferences(of: principal.userID)
    }

    /// Keeps what is given, and forgets what is given as nil; others stay.
    ///
    /// - Returns: all own ones.
    package func change(_ changes: [String: String?], by principal: Principal) async throws -> [String: String] {
        var faults = FaultCollector()
        for (name, value) in changes.sorted(by: { $0.key < $1.key }) {
            faults.require(
                Preference.isName(name),
                "values.\(name)",
                "pattern",
                "a preference's name has 1 to \(Preference.nameLimit) small letters, underscores and points between words"
            )
            let text = value ?? ""
            faults.require(
                text.utf8.count <= Preference.valueLimit && !TextRules.hasControlCharacters(text),
                "values.\(name)",
                "length",
                "a preference has at most \(Preference.valueLimit) bytes, and no control characters"
            )
        }
        try faults.check("The preferences can't be kept")
        return try await self.store.setPreferences(changes, of: principal.userID)
    }
}
