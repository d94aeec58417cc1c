// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Finds commands that leave a process behind, as watchdogs and `@reboot` lines do.
///
/// Cron lets such processes live. It looks at words, not at what programs do, so it can only warn.
enum CrontabBackground {
    /// What in the command says that something stays behind, such as `&` or `nohup`; nil when nothing does.
    static func sign(in command: String) -> String? {
        let words = CrontabWords(command).words
        for (index, word) in words.enumerated() {
            let next = index + 1 < words.count ? words[index + 1] : ""
            switch word {
            case "&": if !words[index...].contains("wait") { return "&" }
            case "nohup", "setsid", "disown", "daemonize", "supervisord": return word
            case "--daemon", "--daemonize", "-daemon", "--detach", "--background", "--fork": return word
            case "screen" where words[index...].contains { $0.hasPrefix("-d") && $0.contains("m") || $0 == "-m" }:
                return "screen -dm"
            case "tmux" where words[index...].contains("-d"): return "tmux -d"
            case "pm2" where next == "start" || next == "resurrect": return "pm2 \(next)"
            case "-c", "-lc", "-ic", "--command", "eval":
                // A script in a word: `su - deploy -c 'start &'`.
                if let sign = self.sign(in: next) { return sign }
            default: break
            }
            let name = word.split(separator: "/").last.map(String.init) ?? word
            if name == "start-stop-daemon" { return name }
            if ["service", "rc-service", "invoke-rc.d"].contains(name), index + 2 < words.count,
                ["start", "restart"].contains(words[index + 2])
            {
                return "\(name) … \(words[index + 2])"
            }
            if word.contains("/init.d/") || word.contains("/rc.d/") || name.hasSuffix("ctl") && name != "systemctl"
                || ["catalina.sh", "forever", "caddy"].contains(name),
                ["start", "restart", "onestart", "onerestart", "faststart"].contains(next)
            {
                return "\(name) \(next)"
            }
            let options = words[(index + 1)...].prefix { !"&&||;".contains($0) }
            if ["ssh", "autossh"].contains(name), options.contains(where: { self.isOption($0, "f") }) {
                return "\(name) -f"
            }
            if name == "gunicorn", options.contains(where: { self.isOption($0, "D") }) { return "gunicorn -D" }
        }
        return nil
    }

    /// Whether a letter is among those of a word such as `-fN`.
    private static func isOption(_ word: String, _ letter: Character) -> Bool {
        word.hasPrefix("-") && word.dropFirst().allSatisfy(\.isLetter) && word.contains(letter)
    }
}

/// The words of a shell command, quotes resolved and operators by themselves; good enough to look for signs.
struct CrontabWords {
    private(set) var words: [String] = []

    init(_ command: String) {
        var word = ""
        var isQuoted = false
        var quote: Character?
        var isEscaped = false
        let characters = Array(command)
        func isRedirection(_ index: Int) -> Bool {
            // `2>&1`, `<&3`, `&>file`.
            let before = index > 0 ? characters[index - 1] : " "
            let after = index + 1 < characters.count ? characters[index + 1] : " "
            return before == ">" || before == "<" || after == ">"
        }
        var index = 0
        while index < characters.count {
            let character = characters[index]
            defer { index += 1 }
            if isEscaped {
                word.append(character)
                isEscaped = false
                isQuoted = true
            } else if let open = quote {
                if character == open { quote = nil } else { word.append(character) }
            } else if character == "\\" {
                isEscaped = true
            } else if character == "'" || character == "\"" {
                quote = character
                isQuoted = true
            } else if character == "#", word.isEmpty {
                break
            } else if character.isWhitespace {
                self.end(&word, &isQuoted)
            } else if character == "&", isRedirection(index) {
                word.append(character)
            } else if character == "&" || character == "|" || character == ";" {
                self.end(&word, &isQuoted)
                var sign = String(character)
                if index + 1 < characters.count, characters[index + 1] == character {
                    sign.append(character)
                    index += 1
                }
                self.words.append(sign)
            } else if "(){}".contains(character), word.isEmpty || character == ")" {
                self.end(&word, &isQuoted)
            } else {
                word.append(character)
            }
        }
        self.end(&word, &isQuoted)
    }

    /// A quoted word is no operator, whatever is in it.
    private mutating func end(_ word: inout String, _ isQuoted: inout Bool) {
        if !word.isEmpty { self.words.append(isQuoted && "&|;".contains(word) ? "'\(word)'" : word) }
        word = ""
        isQuoted = false
    }
}
