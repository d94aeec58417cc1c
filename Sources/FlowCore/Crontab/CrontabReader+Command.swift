// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension CrontabReader {
    /// Takes the user of the system form off the front of a line; nil after a refusal.
    mutating func user(_ rest: inout Substring, _ line: Int) -> String? {
        let word = rest.prefix { !CrontabLine.isBlank($0) }
        guard CrontabFormGuess.isUserName(String(word)) else {
            let what: Wording = word.isEmpty ? "nothing" : "'\(Self.excerpt(word))'"
            self.refuse(line, "a user name is expected before the command, there is \(what)")
            return nil
        }
        if word.contains(":") { self.warn(line, "only the user of '\(word)' is imported, not the group") }
        rest = rest[word.endIndex...].drop(while: CrontabLine.isBlank)
        return String(word.prefix { $0 != ":" })
    }

    /// Takes `-n`, `-q` and `-s` off the front of a command.
    mutating func dropOptions(_ rest: inout Substring, _ line: Int) {
        while true {
            let (words, tail) = CrontabLine.words(of: rest, 1)
            guard let word = words.first, let meaning = Self.options[String(word)], !tail.isEmpty else { return }
            self.warn(line, "'\(word)' before the command (\(words: meaning)) is left out")
            rest = tail
        }
    }

    /// The options of NetBSD's, OpenBSD's, FreeBSD's cron and cronie.
    private static let options = [
        "-n": "no mail when the command succeeds", "-q": "not in the system log",
        "-s": "not while it still runs, which is what a task does anyway",
    ]

    /// The job of a command; nil after a refusal.
    mutating func entry(_ expression: String, user: String?, _ text: Substring, _ line: Int) -> CrontabEntry? {
        let percent = CrontabPercent(text)
        guard percent.command.contains(where: { !CrontabLine.isBlank($0) }) else {
            self.refuse(
                line,
                user.map { "there is no command after the user '\($0)'" as Wording } ?? "there is no command"
            )
            return nil
        }
        if percent.input != nil {
            self.warn(line, "what follows the first '%' is the command's input; write '\\%' for a percent sign")
        }
        if percent.hasDoubleBackslash {
            self.warn(
                line,
                "crons differ in '\\\\': Debian's and FreeBSD's make one backslash of it, others and this import keep both"
            )
        }
        if percent.command.hasSuffix("\\"), percent.input == nil {
            self.warn(line, "the line ends in a backslash; cron does not join lines")
        }
        let background = CrontabBackground.sign(in: percent.command)
        return CrontabEntry(
            line: line,
            expression: expression,
            zone: self.variables.zone,
            user: user,
            command: percent.command,
            standardInput: percent.input,
            shell: self.variables.shell,
            environment: self.variables.environment,
            mailTo: self.variables.mailTo,
            background: background
        )
    }
}
