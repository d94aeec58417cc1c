// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A shell's script of completions, as the parser of arguments writes it: its descriptions are said anew, and all else stays.
///
/// bash shows no descriptions, so its script is the same in every language.
package struct CompletionScript: Sendable {
    private enum Shell { case zsh, fish }

    private let shell: Shell
    private let lines: [Substring]

    /// - Returns: nil when the text is no script with descriptions.
    package init?(_ text: String) {
        if text.hasPrefix("#compdef ") {
            self.shell = .zsh
        } else if text.hasPrefix("function "), text.contains("\ncomplete -c '") {
            self.shell = .fish
        } else {
            return nil
        }
        self.lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// The script with the descriptions that the catalogue has in Chinese.
    package func chinese(_ catalogue: Catalogue) -> String {
        func said(_ text: String) -> String { catalogue.chinese(Wording(words: text)) }
        var isList = false
        return self.lines.map { line -> String in
            guard self.shell == .zsh else { return Self.fish(line, said) }
            let words = line.drop { $0 == " " }
            if words == "local -ar subcommands=(" {
                isList = true
            } else if words == ")" {
                isList = false
            }
            guard words.hasPrefix("'") else { return String(line) }
            return isList ? Self.zshCommand(line, said) : Self.zshOption(line, said)
        }
        .joined(separator: "\n")
    }

    // MARK: fish

    /// `… -d 'TEXT' …`, with `\\` and `\'` in it.
    private static func fish(_ line: Substring, _ said: (String) -> String) -> String {
        guard line.hasPrefix("complete -c '"), let mark = line.firstRange(of: " -d '") else { return String(line) }
        var text = ""
        var rest = line[mark.upperBound...]
        while let character = rest.popFirst() {
            if character == "'" {
                let chinese = said(text)
                guard chinese != text else { return String(line) }
                let escaped = chinese.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
                return line[..<mark.upperBound] + escaped + "'" + rest
            }
            text.append(character == "\\" ? rest.popFirst() ?? character : character)
        }
        return String(line)
    }

    // MARK: zsh

    /// `'…[TEXT]…'`, with a backslash before `\`, `:`, `[` and `]`.
    private static func zshOption(_ line: Substring, _ said: (String) -> String) -> String {
        guard let open = line.firstIndex(of: "[") else { return String(line) }
        let start = line.index(after: open)
        var text = ""
        var rest = line[start...]
        while let character = rest.popFirst() {
            switch character {
            case "]":
                let english = Self.unquoted(text)
                let chinese = said(english)
                guard chinese != english else { return String(line) }
                return line[..<start] + Self.quoted(Self.marked(chinese, "\\:[]")) + "]" + rest
            case "\\" where rest.first != "'": text.append(rest.popFirst() ?? character)
            default: text.append(character)
            }
        }
        return String(line)
    }

    /// `'NAME:TEXT'`; only the name has backslashes.
    private static func zshCommand(_ line: Substring, _ said: (String) -> String) -> String {
        guard let colon = line.firstIndex(of: ":"), line.hasSuffix("'") else { return String(line) }
        let text = line[line.index(after: colon)...].dropLast()
        return line[...colon] + Self.quoted(said(Self.unquoted(String(text)))) + "'"
    }

    private static func quoted(_ text: String) -> String { text.replacing("'", with: "'\\''") }

    private static func unquoted(_ text: String) -> String { text.replacing("'\\''", with: "'") }

    private static func marked(_ text: String, _ signs: String) -> String {
        text.reduce(into: "") { result, character in
            if signs.contains(character) { result.append("\\") }
            result.append(character)
        }
    }
}
