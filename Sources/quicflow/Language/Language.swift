// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The language of texts for people, as the environment asks for it.
enum Language: String, CaseIterable {
    case english = "en"
    case chinese = "zh"

    /// By `LC_ALL`, `LC_MESSAGES` and `LANG`, the first that is set (POSIX, 8.2).
    static var current: Language { Language(environment: ProcessInfo.processInfo.environment) }

    init(environment: [String: String]) {
        let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        self = locale?.hasPrefix("zh") == true ? .chinese : .english
    }
}
