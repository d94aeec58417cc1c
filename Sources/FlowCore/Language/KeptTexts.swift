// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Finds sentences again that were kept as plain English, such as what a host said of an end.
///
/// Hosts of every version tell them so, and records have them so; a sentence that nothing fits stays as it is.
package struct KeptTexts: Sendable {
    private struct Pattern: Sendable {
        /// Around the parts, one more than there are names.
        let words: [String]
        let names: [String]
        let chinese: String

        init(_ entry: Catalogue.Entry) {
            var words: [String] = []
            var rest = entry.english[...]
            self.names = Catalogue.names(in: entry.english)
            for name in self.names {
                guard let place = rest.firstRange(of: "{\(name)}") else { continue }
                words.append(String(rest[..<place.lowerBound]))
                rest = rest[place.upperBound...]
            }
            words.append(String(rest))
            self.words = words
            self.chinese = entry.chinese
        }

        /// Whether it goes on behind a semicolon; else that joins two sentences.
        var isJoined: Bool { self.words.contains { $0.contains("; ") } }

        var length: Int { self.words.reduce(0) { $0 + $1.utf8.count } }

        /// What stands for the names; nil when the text is another one.
        func parts(of text: Substring) -> [Substring]? {
            guard text.hasPrefix(self.words[0]) else { return nil }
            var rest = text.dropFirst(self.words[0].count)
            guard self.words.count > 1 else { return rest.isEmpty ? [] : nil }
            var parts: [Substring] = []
            for word in self.words[1..<(self.words.count - 1)] {
                guard let place = rest.firstRange(of: word), place.lowerBound > rest.startIndex else { return nil }
                parts.append(rest[..<place.lowerBound])
                rest = rest[place.upperBound...]
            }
            let end = self.words[self.words.count - 1]
            guard rest.hasSuffix(end), rest.count > end.count else { return nil }
            return parts + [rest.dropLast(end.count)]
        }
    }

    /// Longer texts are nobody's sentence.
    private static let limit = 1024
    private static let depth = 4
    /// The one with the most words first.
    private let patterns: [Pattern]

    package init(_ entries: [Catalogue.Entry]) {
        self.patterns = entries.map(Pattern.init).sorted { $0.length > $1.length }
    }

    /// The text in Chinese, as far as its sentences are known.
    package func chinese(_ text: String) -> String {
        guard text.utf8.count <= Self.limit else { return text }
        return self.chinese(text[...], depth: 0)
    }

    private func chinese(_ text: Substring, depth: Int) -> String {
        guard depth < Self.depth, text.contains(where: \.isLetter) else { return String(text) }
        // Several things that happened stand beside one another.
        let cut = Self.cut(text)
        for pattern in self.patterns where cut == nil || pattern.isJoined {
            guard let parts = pattern.parts(of: text) else { continue }
            return zip(pattern.names, parts).reduce(pattern.chinese) { result, pair in
                result.replacing("{\(pair.0)}", with: self.chinese(pair.1, depth: depth + 1))
            }
        }
        guard let cut else { return String(text) }
        let first = self.chinese(text[..<cut.lowerBound], depth: depth + 1)
        return first + "；" + self.chinese(text[cut.upperBound...], depth: depth + 1)
    }

    /// The first semicolon that is in no brackets, and the blank behind it.
    private static func cut(_ text: Substring) -> Range<Substring.Index>? {
        var depth = 0
        var index = text.startIndex
        while index < text.endIndex {
            let next = text.index(after: index)
            switch text[index] {
            case "(": depth += 1
            case ")": depth -= 1
            case ";" where depth <= 0 && next < text.endIndex && text[next] == " ":
                return index..<text.index(after: next)
            default: break
            }
            index = next
        }
        return nil
    }
}
