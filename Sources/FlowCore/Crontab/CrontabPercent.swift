// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What cron makes of percent signs and backslashes in a command.
struct CrontabPercent: Equatable {
    /// What the shell is given.
    let command: String
    /// What follows the first unescaped `%`, each further `%` a line break; nil when there is none.
    let input: String?
    /// Whether two backslashes stand together before the first `%`: Debian's and FreeBSD's cron make one of them, Vixie's
    /// and cronie keep both.
    let hasDoubleBackslash: Bool

    init(_ text: Substring) {
        var command = ""
        var isEscaped = false
        var hasDouble = false
        var end: Substring.Index?
        for index in text.indices {
            let character = text[index]
            if isEscaped {
                isEscaped = false
                // Only before a percent sign is the backslash taken away. An escaped one escapes nothing itself.
                if character == "%" { command.removeLast() }
                if character == "\\" { hasDouble = true }
            } else if character == "\\" {
                isEscaped = true
            } else if character == "%" {
                end = index
                break
            }
            command.append(character)
        }
        self.command = command
        self.hasDoubleBackslash = hasDouble
        self.input = end.map { Self.lines(text[text.index(after: $0)...]) }
    }

    /// In the input every backslash right before a percent sign goes, however many there are.
    private static func lines(_ text: Substring) -> String {
        var lines = ""
        for character in text {
            if character == "%" {
                if lines.last == "\\" {
                    lines.removeLast()
                } else {
                    lines.append("\n")
                    continue
                }
            }
            lines.append(character)
        }
        return lines.hasSuffix("\n") ? lines : lines + "\n"
    }
}
