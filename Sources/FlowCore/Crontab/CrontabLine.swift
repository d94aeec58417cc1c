// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// One line of a crontab, taken apart without regard to what it means.
struct CrontabLine {
    /// What a line is, before it is looked at closely.
    enum Kind: Equatable {
        case blank
        case comment(String)
        case variable(CrontabVariable)
        case job
    }

    let number: Int
    /// The line without blanks around it.
    let text: Substring

    init(number: Int, text: Substring) {
        self.number = number
        var text = text.drop(while: Self.isBlank)
        while let last = text.last, Self.isBlank(last) { text.removeLast() }
        self.text = text
    }

    static func isBlank(_ character: Character) -> Bool { character == " " || character == "\t" || character == "\r" }

    var kind: Kind {
        guard let first = self.text.first else { return .blank }
        if first == "#" { return .comment(String(self.text.dropFirst())) }
        return self.variable.map(Kind.variable) ?? .job
    }

    /// `NAME = value`; either side may be quoted, and only quotes keep blanks at the ends of the value.
    private var variable: CrontabVariable? {
        guard let equals = self.text.firstIndex(of: "=") else { return nil }
        let name = Self.unquoted(Self.trimmed(self.text[..<equals]))
        guard let first = name.utf8.first, Self.isNameByte(first), !(0x30...0x39).contains(first),
            name.utf8.allSatisfy(Self.isNameByte)
        else { return nil }
        return CrontabVariable(
            name: name,
            value: Self.unquoted(Self.trimmed(self.text[self.text.index(after: equals)...]))
        )
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a) || byte == 0x5f
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text.drop(while: self.isBlank)
        while let last = text.last, self.isBlank(last) { text.removeLast() }
        return text
    }

    private static func unquoted(_ text: Substring) -> String {
        guard text.count >= 2, let first = text.first, first == text.last, first == "\"" || first == "'" else {
            return String(text)
        }
        return String(text.dropFirst().dropLast())
    }

    /// The first `count` words and the rest of the line; fewer words when there are no more.
    func words(_ count: Int) -> (words: [Substring], rest: Substring) {
        var words: [Substring] = []
        var rest = self.text
        while words.count < count, !rest.isEmpty {
            let word = rest.prefix { !Self.isBlank($0) }
            words.append(word)
            rest = rest[word.endIndex...].drop(while: Self.isBlank)
        }
        return (words, rest)
    }

    /// How many words the schedule has: one for a macro, five otherwise.
    var scheduleWordCount: Int { self.text.hasPrefix("@") ? 1 : 5 }

    /// Splits a command at its first unescaped `%`: what follows is its input, each further `%` a line break.
    static func splitPercent(_ text: Substring) -> (command: String, input: String?) {
        var parts = [""]
        var isEscaped = false
        for character in text {
            if character == "%", !isEscaped {
                parts.append("")
                continue
            }
            // Only before a percent sign does cron take the backslash away.
            if character == "%" { parts[parts.count - 1].removeLast() }
            parts[parts.count - 1].append(character)
            isEscaped = character == "\\"
        }
        guard parts.count > 1 else { return (parts[0], nil) }
        let input = parts.dropFirst().joined(separator: "\n")
        return (parts[0], input.hasSuffix("\n") ? input : input + "\n")
    }
}
