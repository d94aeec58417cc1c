// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// One line of a crontab, taken apart without regard to what it means.
struct CrontabLine {
    /// What a line is, before it is looked at closely.
    enum Kind: Equatable {
        case blank
        case comment(String)
        case variable(CrontabVariable)
        /// `NAME="value" more`: cron reads no such line.
        case brokenVariable(String)
        case job
    }

    let number: Int
    /// The line without blanks around it.
    let text: Substring

    init(number: Int, text: Substring) {
        self.number = number
        self.text = Self.trimmed(text)
    }

    static func isBlank(_ character: Character) -> Bool { character == " " || character == "\t" || character == "\r" }

    var kind: Kind {
        guard let first = self.text.first else { return .blank }
        if first == "#" { return .comment(String(self.text.dropFirst())) }
        return self.variable ?? .job
    }

    /// `NAME = value`; either side may be quoted, and only quotes keep blanks at the ends of the value.
    private var variable: Kind? {
        guard let equals = self.text.firstIndex(of: "=") else { return nil }
        guard let name = Self.unquoted(Self.trimmed(self.text[..<equals])), Self.isName(name) else { return nil }
        let value = Self.trimmed(self.text[self.text.index(after: equals)...])
        return Self.unquoted(value).map { .variable(CrontabVariable(name: name, value: $0)) } ?? .brokenVariable(name)
    }

    private static func isName(_ text: String) -> Bool {
        guard let first = text.utf8.first, self.isNameByte(first), !(0x30...0x39).contains(first) else { return false }
        return text.utf8.allSatisfy(self.isNameByte)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a) || byte == 0x5f
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop(while: self.isBlank)
        while let last = text.last, self.isBlank(last) { text.removeLast() }
        return text
    }

    /// The text without the quotes around it; nil when something follows the closing quote.
    private static func unquoted(_ text: Substring) -> String? {
        guard let quote = text.first, quote == "\"" || quote == "'" else { return String(text) }
        let inner = text.dropFirst()
        guard let end = inner.firstIndex(of: quote) else { return String(text) }
        return inner.index(after: end) == inner.endIndex ? String(inner[..<end]) : nil
    }

    /// The first `count` words and the rest of the line; fewer words when there are no more.
    func words(_ count: Int) -> (words: [Substring], rest: Substring) { Self.words(of: self.text, count) }

    /// The first `count` words of a text and what follows them.
    static func words(of text: Substring, _ count: Int) -> (words: [Substring], rest: Substring) {
        var words: [Substring] = []
        var rest = text.drop(while: self.isBlank)
        while words.count < count, !rest.isEmpty {
            let word = rest.prefix { !Self.isBlank($0) }
            words.append(word)
            rest = rest[word.endIndex...].drop(while: Self.isBlank)
        }
        return (words, rest)
    }

    /// How many words the schedule has: one for a macro, two for `@every 5m`, five otherwise.
    var scheduleWordCount: Int {
        guard self.text.hasPrefix("@") else { return 5 }
        return self.text.prefix(7).lowercased().dropLast() == "@every"
            && self.text.dropFirst(6).first.map(Self.isBlank) == true
            ? 2 : 1
    }
}
