// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Sentences for people, in every language.
enum TextPresenter {
    /// What the server says, in Chinese.
    static let catalogue = Catalogue(ChineseFaults.all)

    /// A text that was kept in English, in both languages; null for none.
    static func kept(_ text: String?) -> JSON {
        guard let text else { return .null }
        return .object([.init("zh", KeptTexts.records.chinese(text)), .init("en", text)])
    }

    /// What the server has said of a refusal or of its own work, and kept in English; null for none.
    static func said(_ text: String?) -> JSON {
        guard let text else { return .null }
        return .object([.init("zh", self.refusals.chinese(text)), .init("en", text)])
    }

    private static let refusals = KeptTexts(
        Self.catalogue.entries + Catalogue(ChineseKept.all).entries
    )

    /// `{"zh": …, "en": …}`.
    static func json(_ text: Wording) -> JSON {
        .object([.init("zh", self.catalogue.chinese(text)), .init("en", text.english)])
    }
}
