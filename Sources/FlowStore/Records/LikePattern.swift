// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Patterns for `LIKE … ESCAPE '\'`.
enum LikePattern {
    /// Matches texts that contain `keyword`, whatever characters it has.
    static func containing(_ keyword: String) -> String {
        var pattern = "%"
        for character in keyword {
            if character == "%" || character == "_" || character == "\\" { pattern.append("\\") }
            pattern.append(character)
        }
        return pattern + "%"
    }
}
