// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A name for a crontab line, which has none: the program it is about.
enum CrontabTaskName {
    /// Words that run, guard or prepare another program.
    private static let wrappers: Set<String> = [
        "sudo", "nice", "ionice", "flock", "timeout", "env", "exec", "nohup", "chronic", "setsid", "time", "command",
        "bash", "sh", "dash", "perl", "php", "python", "python3", "ruby", "node", "java", "then", "do", "if", "!", "{",
        "(",
    ]
    private static let guards: Set<String> = ["test", "[", "[[", "cd", "true", "sleep", "export", "set", "umask", "."]

    /// The base name of the first program that is neither a guard nor a wrapper.
    ///
    /// - Returns: nil when there is none.
    static func of(_ command: String) -> String? {
        var fallback: String?
        for segment in self.segments(command) {
            guard let word = self.program(segment) else { continue }
            let name = self.baseName(word)
            if !self.guards.contains(name) { return name }
            if fallback == nil { fallback = name }
        }
        return fallback
    }

    /// The parts between `&&`, `||`, `|`, `;` and `&`, quotes left aside: a name need not be exact.
    private static func segments(_ command: String) -> [Substring] {
        command.split { "&|;".contains($0) }
    }

    private static func program(_ segment: Substring) -> Substring? {
        var skipped = false
        for word in segment.split(whereSeparator: \.isWhitespace) {
            if self.isAssignment(word) { continue }
            let name = self.baseName(word)
            // A bracket or a quote alone leaves nothing of a name.
            if name.isEmpty || self.wrappers.contains(name) {
                skipped = true
                continue
            }
            // Options and numbers of a wrapper: `nice -n 10`, `timeout 60`, `flock -n /run/lock`.
            if skipped, word.hasPrefix("-") || word.allSatisfy({ $0.isNumber || $0 == "." }) || word.contains("lock") {
                continue
            }
            return word
        }
        return nil
    }

    private static func isAssignment(_ word: Substring) -> Bool {
        guard let equals = word.firstIndex(of: "="), equals != word.startIndex else { return false }
        return word[..<equals].allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
    }

    private static func baseName(_ word: Substring) -> String {
        let trimmed = word.drop { "\"'$({".contains($0) }
        let last = trimmed.split(separator: "/").last ?? trimmed
        return String(last.prefix { !"\"')};".contains($0) })
    }
}
