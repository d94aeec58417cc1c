// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The language of texts for people, as an environment asks for it.
package enum Language: String, CaseIterable, Sendable {
    case english = "en"
    case chinese = "zh"

    /// By `LC_ALL`, `LC_MESSAGES` and `LANG`, the first that is set (POSIX, 8.2).
    package init(environment: [String: String]) {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        self = locale?.hasPrefix("zh") == true ? .chinese : .english
    }
}
