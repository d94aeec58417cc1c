// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// How built-in messages speak: in which language, and with which Chinese for sentences that were kept in English.
///
/// A template that a person wrote stays as it is. Of the values in it, codes (`trigger`, `execution_status`) are the same in
/// every language; what is a sentence or has a unit follows this.
package struct MessageSpeech: Sendable {
    package let language: Language
    private let kept: KeptTexts?

    /// - Parameter kept: finds what hosts and the server keep in English again; nil = it stays English.
    package init(_ language: Language = .english, kept: KeptTexts? = nil) {
        self.language = language
        self.kept = kept
    }

    /// What messages say, in Chinese.
    static let catalogue = Catalogue(ChineseMessages.all)

    /// A sentence of this part of the program.
    func text(_ wording: Wording) -> String {
        self.language == .chinese ? Self.catalogue.chinese(wording) : wording.english
    }

    /// A sentence that was kept in English, such as what a host said of an end.
    func text(kept text: String) -> String {
        self.language == .chinese ? self.kept?.chinese(text) ?? text : text
    }

    // MARK: Words

    func word(_ trigger: NotifyTrigger) -> String { self.text(Wording(words: trigger.words)) }

    func word(_ status: ExecutionStatus) -> String {
        self.language == .chinese ? status.chinese : status.name
    }

    func word(_ reason: ExecutionReason) -> String {
        self.language == .chinese ? reason.text.zh : reason.rawValue
    }

    /// `1 m 05 s`, as people read it.
    func duration(_ milliseconds: Int64) -> String {
        let seconds = milliseconds / 1000
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        if seconds < 1 { return self.text("\(milliseconds) ms") }
        if seconds < 60 { return self.text("\(seconds) s") }
        if seconds < 3600 { return self.text("\(seconds / 60) m \(two(seconds % 60)) s") }
        return self.text("\(seconds / 3600) h \(two(seconds % 3600 / 60)) m")
    }
}

extension NotifyTrigger {
    /// In plain English, as the catalogue has them.
    fileprivate var words: String {
        switch self {
        case .approvalWaiting: "approval waited for"
        case .breakGlass: "emergency access"
        default: self.rawValue.replacing("_", with: " ")
        }
    }
}
