// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Which of cron's two file formats a text has.
package enum CrontabForm: String, Codable, Sendable, CaseIterable {
    /// `/etc/crontab` and `/etc/cron.d`: the name of a user stands before the command.
    case system
    /// `crontab -e`: no user.
    case user
    /// Find out from the text; see ``Crontab/form`` for the answer.
    case automatic
}

/// One job of a crontab.
package struct CrontabEntry: Hashable, Sendable {
    /// The line it is on, from 1.
    package var line: Int
    /// The schedule in our grammar; cronie's `0~30` has become `H(0-30)`.
    package var expression: String
    /// The zone of a `CRON_TZ=` line above; nil leaves the zone to whoever imports.
    package var zone: String?
    /// The user of the system form; nil in the user form.
    package var user: String?
    /// What the shell is given; `%` and `\%` are resolved as cron does.
    package var command: String
    /// What the command reads, if an unescaped `%` gave it something.
    package var standardInput: String?
    /// The absolute path of the program that runs the command: `SHELL=`, by default `/bin/sh`.
    package var shell: String
    /// The variables set above the entry, in the file's order of first assignment.
    ///
    /// Without those that are cron's own: `CRON_TZ`, `MAILTO` and its like, `LOGNAME`.
    package var environment: [CrontabVariable]
    /// The addresses of `MAILTO=`, in its order; names of the host's users are none.
    package var mailTo: [String] = []
    /// What says that the command leaves a process behind, such as `&`; nil when nothing does.
    package var background: String?

    /// The value of a variable, such as `HOME` or `PATH`.
    package func value(of name: String) -> String? { self.environment.first { $0.name == name }?.value }
}

/// An environment line.
package struct CrontabVariable: Hashable, Sendable {
    package var name: String
    package var value: String
}

/// Something a person should read about a line.
package struct CrontabProblem: Hashable, Sendable, CustomStringConvertible {
    package enum Severity: String, Codable, Sendable {
        /// The line was not imported.
        case error
        /// The line was imported, but may not do what it did under cron.
        case warning
    }

    /// The line, from 1.
    package var line: Int
    package var severity: Severity
    /// May quote the file, control characters and all: whoever prints it makes it printable.
    package let text: Wording

    /// ``text`` in English.
    package var message: String { self.text.english }

    init(line: Int, severity: Severity, message: Wording) {
        self.line = line
        self.severity = severity
        self.text = message
    }

    package var description: String { "line \(self.line): \(self.severity.rawValue): \(self.message)" }
}

/// A crontab that was read: its jobs, and what has to be said about it.
package struct Crontab: Hashable, Sendable {
    package var entries: [CrontabEntry] = []
    /// In the order of lines.
    package var problems: [CrontabProblem] = []
    /// How the text was read: never `.automatic`.
    package var form: CrontabForm

    package var hasErrors: Bool { self.problems.contains { $0.severity == .error } }
}
