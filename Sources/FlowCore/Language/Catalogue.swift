// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The Chinese of ``Wording``s.
///
/// Its text is pairs of lines: `en There is no task {id}.` and `zh 没有任务 {id}。`. Names in braces are the parts of the English
/// sentence in their order; the Chinese one puts them where it wants them. `\n` is a line break.
package struct Catalogue: Sendable {
    /// A sentence in both languages, as it is written in the catalogue.
    package struct Entry: Hashable, Sendable {
        package let english: String
        package let chinese: String
    }

    /// A piece of a Chinese sentence.
    private enum Token: Sendable {
        case words(String)
        /// By the place among the parts of the English sentence.
        case part(Int)
    }

    package let entries: [Entry]
    /// By ``Wording/pattern``.
    private let sentences: [String: [Token]]

    package init(_ texts: [String]) {
        self.entries = texts.flatMap(Self.read)
        var sentences: [String: [Token]] = [:]
        for entry in self.entries {
            let english = Self.split(entry.english)
            let names = english.compactMap { $0.name }
            sentences[english.map { $0.words ?? Wording.hole }.joined()] = Self.split(entry.chinese).compactMap {
                piece -> Token? in
                if let words = piece.words { return Token.words(words) }
                return names.firstIndex { $0 == piece.name }.map { Token.part($0) }
            }
        }
        self.sentences = sentences
    }

    /// The sentence in Chinese; a sentence that the catalogue lacks stays English, but for the wordings in it.
    package func chinese(_ wording: Wording) -> String {
        let parts = wording.pieces.compactMap { piece -> String? in
            switch piece {
            case .words: return nil
            case .part(let part): return part
            case .wording(let inner): return self.chinese(inner)
            case .both(_, let chinese): return chinese
            }
        }
        if let sentence = self.sentences[wording.pattern] {
            return sentence.reduce(into: "") { text, token in
                switch token {
                case .words(let words): text += words
                case .part(let number): if number < parts.count { text += parts[number] }
                }
            }
        }
        var rest = parts[...]
        return wording.pieces.reduce(into: "") { text, piece in
            if case .words(let words) = piece { text += words } else { text += rest.popFirst() ?? "" }
        }
    }

    /// Whether the catalogue has the sentence, or there is nothing to translate in it.
    package func knows(_ wording: Wording) -> Bool {
        let pattern = wording.pattern
        return self.sentences[pattern] != nil || !pattern.replacing(Wording.hole, with: "").contains(where: \.isLetter)
    }

    // MARK: Its text

    private static func read(_ text: String) -> [Entry] {
        var entries: [Entry] = []
        var english: String?
        for line in text.split(separator: "\n") {
            let words = String(line.dropFirst(3)).replacing("\\n", with: "\n")
            if line.hasPrefix("en ") {
                english = words
            } else if line.hasPrefix("zh "), let before = english {
                entries.append(Entry(english: before, chinese: words))
                english = nil
            }
        }
        return entries
    }

    /// Words and names in turns.
    private static func split(_ text: String) -> [(words: String?, name: String?)] {
        var pieces: [(words: String?, name: String?)] = []
        var rest = text[...]
        var words = ""
        while let character = rest.first {
            if character == "{", let end = rest.firstIndex(of: "}") {
                let name = rest[rest.index(after: rest.startIndex)..<end]
                if !name.isEmpty,
                    name.utf8.allSatisfy({ (0x61...0x7a).contains($0 | 0x20) || (0x30...0x39).contains($0) })
                {
                    if !words.isEmpty { pieces.append((words, nil)) }
                    pieces.append((nil, String(name)))
                    words = ""
                    rest = rest[rest.index(after: end)...]
                    continue
                }
            }
            words.append(character)
            rest = rest.dropFirst()
        }
        if !words.isEmpty { pieces.append((words, nil)) }
        return pieces
    }

    /// The names of an entry's parts, in their order.
    package static func names(in text: String) -> [String] { self.split(text).compactMap { $0.name } }
}
