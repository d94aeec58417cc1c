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

    /// `{"zh": …, "en": …}`.
    static func json(_ text: Wording) -> JSON {
        .object([.init("zh", self.catalogue.chinese(text)), .init("en", text.english)])
    }
}
