// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Words of small sets, such as states: what tables show and JSON does not.
enum Words {
    /// What a word belongs to, where it means something else elsewhere.
    enum Kind: String, CaseIterable {
        case approval
        case delivery
        case edge
        case execution
        case hook
        case incident
        case report
        case runType = "run type"
        case silence
        case step
        case verdict
    }

    /// The word in a language; one that this program does not know stays as the server said it.
    static func text(_ word: String, _ kind: Kind? = nil, in language: Language = .current) -> String {
        guard language == .chinese else { return word }
        let keys = [kind.map { "\($0.rawValue): \(word)" }, word].compactMap { $0 }.map { Wording(words: $0) }
        return keys.first { Catalogue.command.knows($0) }.map { Catalogue.command.chinese($0) } ?? word
    }
}

extension JSONValue {
    /// A cell with a word of a small set; `-` for null.
    func word(_ kind: Words.Kind? = nil) -> String {
        switch self {
        case .string(let text) where !text.isEmpty: Words.text(text, kind)
        case .array(let elements) where !elements.isEmpty: elements.map { $0.word(kind) }.joined(separator: ", ")
        default: self.cell
        }
    }
}

/// A sentence for a cell, in the language of whoever reads it.
func spoken(_ text: Wording) -> String { text.spoken }
