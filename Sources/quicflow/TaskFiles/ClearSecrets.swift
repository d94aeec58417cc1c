// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Finds what looks like a secret and is written out: files end up in places where many read them.
enum ClearSecrets {
    private static let words = ["pass", "secret", "token", "key", "credential", "authorization"]

    /// Where values in clear stand under names such as `DB_PASSWORD`; references (`secret:NAME`) are as they should be.
    static func paths(in fields: JSONValue) -> [String] {
        ["env", "headers"].flatMap { place -> [String] in
            guard case .object(let members) = fields["executor_config"][place] else { return [] }
            return members.keys.sorted().filter { name in
                guard let value = members[name]?.string, !value.isEmpty, !value.contains("secret:") else {
                    return false
                }
                return self.words.contains { name.lowercased().contains($0) }
            }.map { "executor_config.\(place).\($0)" }
        }
    }
}
