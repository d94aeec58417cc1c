// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// An `Exec…=` line as a line for the shell (systemd.service(5), "Command lines").
enum SystemdCommand {
    /// - Parameter unit: what `%n`, `%i` and their like stand for.
    /// - Throws: words on what the shell has no words for.
    static func shell(_ line: String, unit: String) throws(ImportFault) -> (text: String, remarks: [String]) {
        var remarks: [String] = []
        var rest = Substring(line)
        var ignoresFailure = false
        while let sign = rest.first, "-@:+!".contains(sign) {
            switch sign {
            case "-": ignoresFailure = true
            case "@": throw ImportFault(line: 0, message: "'@' (another argv[0]) can't be said here")
            case ":": remarks.append("':' (variables left alone) is not kept")
            default: remarks.append("'\(sign)' (other rights) is not kept: it runs as the agents' user")
            }
            rest.removeFirst()
        }
        let words = try Self.words(String(rest))
        guard !words.isEmpty else { throw ImportFault(line: 0, message: "there is no command") }
        var parts: [String] = []
        for word in words { parts.append(try Self.shellWord(word, unit: unit)) }
        let text = parts.joined(separator: " ")
        return (ignoresFailure ? "{ \(text); } || true" : text, remarks)
    }

    /// Splits at blanks outside of quotes, and takes the quotes and C escapes off.
    static func words(_ line: String) throws(ImportFault) -> [String] {
        var words: [String] = []
        var current: String?
        var quote: Character?
        var rest = Substring(line)
        while let character = rest.popFirst() {
            if character == "\\" {
                guard let next = rest.popFirst() else { break }
                let known: [Character: String] = ["n": "\n", "t": "\t", "s": " ", "\\": "\\", "\"": "\"", "'": "'"]
                current = (current ?? "") + (known[next] ?? "\\\(next)")
            } else if let open = quote {
                if character == open { quote = nil } else { current = (current ?? "") + String(character) }
            } else if character == "\"" || character == "'" {
                quote = character
                current = current ?? ""
            } else if character == " " || character == "\t" {
                if let word = current { words.append(word) }
                current = nil
            } else {
                current = (current ?? "") + String(character)
            }
        }
        guard quote == nil else { throw ImportFault(line: 0, message: "a quote is not closed") }
        if let word = current { words.append(word) }
        return words
    }

    /// A word with specifiers resolved; `${NAME}` is one word there and here, `$NAME` alone is split in both.
    private static func shellWord(_ word: String, unit: String) throws(ImportFault) -> String {
        let plain = try Self.resolved(word, unit: unit)
        if plain == ";" {
            throw ImportFault(line: 0, message: "several commands in one line can't be taken apart here")
        }
        if plain.hasPrefix("$"), plain.dropFirst().allSatisfy({ $0.isLetter || $0.isNumber || $0 == "_" }),
            plain.count > 1
        {
            return plain
        }
        guard plain.contains("$") else { return ShellText.quoted(plain) }
        let escaped = plain.replacing("\\", with: #"\\"#).replacing("\"", with: #"\""#).replacing("`", with: "\\`")
            .replacing("$$", with: #"\$"#)
        return "\"\(escaped)\""
    }

    private static func resolved(_ word: String, unit: String) throws(ImportFault) -> String {
        var result = ""
        var rest = Substring(word)
        let base = unit.split(separator: ".").dropLast().joined(separator: ".")
        let parts = base.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        while let character = rest.popFirst() {
            guard character == "%", let sign = rest.popFirst() else {
                result.append(character)
                continue
            }
            switch sign {
            case "%": result += "%"
            case "n": result += unit
            case "N": result += base
            case "p": result += parts[0]
            case "i", "I": result += parts.count > 1 ? parts[1] : ""
            default: throw ImportFault(line: 0, message: "'%\(sign)' can't be said here; write out what it stands for")
            }
        }
        return result
    }
}
