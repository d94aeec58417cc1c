// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// The state of reading a crontab: the variables so far, and what was found.
struct CrontabReader {
    private let text: CrontabText
    var crontab: Crontab
    /// False until the doubt about the form has been said.
    private var isFormCertain = true
    var variables = CrontabVariables()

    init(_ text: CrontabText, form: CrontabForm) {
        self.text = text
        self.crontab = Crontab(form: form)
        if form == .automatic {
            let guess = CrontabFormGuess.guess(Self.lines(text))
            self.crontab.form = guess.form
            self.isFormCertain = guess.isCertain
        }
    }

    private static func lines(_ text: CrontabText) -> [CrontabLine] {
        text.lines.enumerated().compactMap { index, line in
            guard case .text(let text) = line else { return nil }
            return CrontabLine(number: index + 1, text: text)
        }
    }

    mutating func read() -> Crontab {
        if self.text.encoding == .utf16 { self.warn(1, "the file is UTF-16; cron would have read none of it") }
        if self.text.hasCarriageReturns {
            self.warn(1, "the file has Windows line ends; cron would have passed them on to the commands")
        }
        for (index, line) in self.text.lines.enumerated() {
            switch line {
            case .text(let text): self.read(CrontabLine(number: index + 1, text: text))
            case .unreadableComment: continue
            case .unreadable(let why): self.refuse(index + 1, why)
            }
        }
        if !self.text.endsLine {
            self.warn(self.text.lines.count, "the last line has no line end; cron may have ignored it")
        }
        // Stable, so that what is said of one line stays in its order.
        let numbered = self.crontab.problems.enumerated().sorted {
            ($0.element.line, $0.offset) < ($1.element.line, $1.offset)
        }
        self.crontab.problems = numbered.map(\.element)
        return self.crontab
    }

    private mutating func read(_ line: CrontabLine) {
        switch line.kind {
        case .blank, .comment: return
        case .variable(let variable):
            for remark in self.variables.assign(variable) { self.say(line.number, remark) }
        case .brokenVariable(let name):
            self.refuse(line.number, "\(name): something follows the closing quote; cron does not read such a line")
        case .job: self.job(line)
        }
    }

    private mutating func job(_ line: CrontabLine) {
        var (words, rest) = line.words(line.scheduleWordCount)
        if let why = CrontabStranger.refusal(line) {
            self.refuse(line.number, why)
            return
        }
        guard words.count == line.scheduleWordCount else {
            self.refuse(
                line.number,
                "this is neither a schedule with a command nor NAME=value: '\(Self.excerpt(line.text))'"
            )
            return
        }
        if words.count == 5, words[0].hasPrefix("-"), words[0].count > 1 {
            // SUSE's cron: do not write to the system log.
            words[0].removeFirst()
            self.warn(
                line.number,
                "the '-' before the minute, which kept the job out of the system log, has no meaning here"
            )
        }
        let next = CrontabLine.words(of: rest, 2).words
        if let first = next.first, CrontabFieldWord.isField(first) {
            self.refuse(
                line.number,
                words.count == 5 ? CrontabFieldWord.refusal(words, next) : Self.fieldForCommand(first)
            )
            return
        }
        guard let expression = self.expression(words, line.number) else { return }
        var user: String?
        if self.crontab.form == .system {
            guard let found = self.user(&rest, line.number) else { return }
            user = found
            if let first = CrontabLine.words(of: rest, 1).words.first, CrontabFieldWord.isField(first) {
                self.refuse(line.number, Self.fieldForCommand(first))
                return
            }
        } else if let slip = CrontabFormGuess.userSlip(next) {
            self.refuse(
                line.number,
                "'\(slip)' before the command is a user as in the system form, and this file is read without; "
                    + "take it away, or read the file with --system"
            )
            return
        }
        self.dropOptions(&rest, line.number)
        guard let entry = self.entry(expression, user: user, rest, line.number) else { return }
        self.crontab.entries.append(entry)
        if !self.isFormCertain {
            // Said once, where the first doubtful line is.
            self.isFormCertain = true
            self.warn(
                line.number,
                "read without a user; if '\(Self.excerpt(rest.prefix { !CrontabLine.isBlank($0) }))' is one, "
                    + "choose the system form"
            )
        }
    }

    private static func fieldForCommand(_ word: Substring) -> Wording {
        "the command begins with '\(self.excerpt(word))', which is a field of a schedule; which fields are meant?"
    }

    // MARK: Remarks

    mutating func say(_ line: Int, _ remark: CrontabVariables.Remark) {
        switch remark {
        case .warning(let text): self.warn(line, text)
        case .refusal(let text): self.refuse(line, text)
        }
    }

    mutating func warn(_ line: Int, _ message: Wording) {
        self.crontab.problems.append(CrontabProblem(line: line, severity: .warning, message: message))
    }

    mutating func refuse(_ line: Int, _ message: Wording) {
        self.crontab.problems.append(CrontabProblem(line: line, severity: .error, message: message))
    }

    /// The beginning of a text, at most 60 scalars: a grapheme may be as long as the file.
    static func excerpt(_ text: Substring) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.prefix(60)))
    }
}
