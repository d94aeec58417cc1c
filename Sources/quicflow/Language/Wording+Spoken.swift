// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore

extension Catalogue {
    /// What this command says, in Chinese.
    static let command = Catalogue(ChineseWords.all)
}

extension Wording {
    /// In the language of whoever reads it.
    var spoken: String { self.text(in: .current) }

    func text(in language: Language) -> String {
        language == .chinese ? Catalogue.command.chinese(self) : self.english
    }

    var json: JSONValue {
        .object(["zh": .string(self.text(in: .chinese)), "en": .string(self.english)])
    }

    /// What a server says in `text`; a server of before says it in `message` alone.
    init?(said answer: JSONValue) {
        guard let message = answer["message"].string else { return nil }
        self.init(
            english: answer["text"]["en"].string ?? message,
            chinese: answer["text"]["zh"].string ?? message
        )
    }
}

extension ValidationError {
    /// In the language of whoever reads it.
    static func said(_ text: Wording) -> ValidationError { ValidationError(text.spoken) }
}
