// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
package import FlowNotify

/// Says in which language built-in messages are written, each time that one is (setting `ui.language`).
package struct MessageLanguage: Sendable {
    private let settings: LiveSettings
    /// For `auto`.
    private let standard: Language
    private let kept: KeptTexts?

    /// - Parameters:
    ///   - standard: the language for `auto`: that of the server's environment.
    ///   - kept: has the Chinese of sentences that records keep in English; nil = they stay English.
    package init(
        _ settings: LiveSettings = LiveSettings(),
        standard: Language = .english,
        kept: KeptTexts? = nil
    ) {
        self.settings = settings
        self.standard = standard
        self.kept = kept
    }

    /// How many last lines of output a message has.
    var tailLines: Int64 { self.settings.now.integer(.notifyTailLines) }

    package var now: MessageSpeech {
        MessageSpeech(Language(rawValue: self.settings.now.text(.language)) ?? self.standard, kept: self.kept)
    }
}
