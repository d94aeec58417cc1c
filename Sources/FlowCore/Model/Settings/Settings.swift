// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// All settings at one moment, each with where it comes from.
///
/// The environment wins over the configuration file, that over the database, that over the default: whoever runs the server
/// has the last word, and a page says so instead of taking a change that would have no effect.
package struct Settings: Hashable, Sendable {
    package enum Source: String, Sendable, CaseIterable {
        case standard = "default"
        case database, file, environment
    }

    package struct Entry: Hashable, Sendable {
        package let value: SettingValue
        package let source: Source
        /// Who set it in the database, and when; also while file or environment hide it.
        package let stored: StoredSetting?
    }

    /// What file or environment say; neither changes while the server runs.
    package struct Fixed: Hashable, Sendable {
        package let value: SettingValue
        package let source: Source

        package init(_ value: SettingValue, from source: Source) {
            self.value = value
            self.source = source
        }
    }

    package let fixed: [SettingKey: Fixed]
    package let stored: StoredSettings

    package init(fixed: [SettingKey: Fixed] = [:], stored: StoredSettings = StoredSettings()) {
        self.fixed = fixed
        self.stored = stored
    }

    package subscript(_ key: SettingKey) -> Entry {
        let rule = key.rule
        let stored = self.stored.values[key]
        if let fixed = self.fixed[key] { return Entry(value: fixed.value, source: fixed.source, stored: stored) }
        // What a later version may have allowed is not taken by this one.
        if let stored, rule.allows(stored.value) {
            return Entry(value: stored.value, source: .database, stored: stored)
        }
        return Entry(value: rule.standard, source: .standard, stored: stored)
    }

    package func integer(_ key: SettingKey) -> Int64 {
        if case .integer(let number) = self[key].value { number } else { 0 }
    }

    package func text(_ key: SettingKey) -> String {
        if case .text(let text) = self[key].value { text } else { "" }
    }

    /// What contradicts each other, by the key that is to be changed.
    package var contradictions: [(key: SettingKey, words: Wording)] {
        var found: [(SettingKey, Wording)] = []
        if self.integer(.jobsTimeout) > self.integer(.jobsLongestTimeout) {
            found.append(
                (
                    .jobsTimeout,
                    "it is longer than \(SettingKey.jobsLongestTimeout.rawValue), so no new task could be saved"
                )
            )
        }
        return found
    }
}

/// A value in the database.
package struct StoredSetting: Hashable, Sendable {
    package let value: SettingValue
    package let updatedAt: Timestamp
    package let updatedBy: String

    package init(value: SettingValue, updatedAt: Timestamp, updatedBy: String) {
        self.value = value
        self.updatedAt = updatedAt
        self.updatedBy = updatedBy
    }
}

/// What the database has, and how often it was changed.
package struct StoredSettings: Hashable, Sendable {
    package let revision: Int64
    package let values: [SettingKey: StoredSetting]

    package init(revision: Int64 = 0, values: [SettingKey: StoredSetting] = [:]) {
        self.revision = revision
        self.values = values
    }
}
