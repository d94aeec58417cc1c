// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Sentences for people, in every language.
enum TextPresenter {
    /// What the server says, in Chinese.
    static let catalogue = Catalogue(ChineseFaults.all)

    /// `{"zh": …, "en": …}`.
    static func json(_ text: Wording) -> JSON {
        .object([.init("zh", self.catalogue.chinese(text)), .init("en", text.english)])
    }
}
