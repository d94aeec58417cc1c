// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Turns crontabs into tasks that do what cron did, and notes what can't be the same.
///
/// A value without I/O: it is given the texts of files and knows no server.
struct CrontabImport {
    /// Put before every name.
    let namePrefix: String
    /// For lines without `CRON_TZ=`: the zone of the host that had the crontab.
    let timeZone: String

    private(set) var tasks: [ImportedTask] = []
    /// By file, in the order of lines.
    private(set) var remarks: [ImportRemark] = []
    private var names: Set<String> = []

    init(namePrefix: String, timeZone: String) {
        self.namePrefix = namePrefix
        self.timeZone = timeZone
    }

    var hasErrors: Bool { self.remarks.contains { $0.severity == .error } }

    mutating func add(_ text: String, file: String, form: CrontabForm) {
        let crontab = CrontabParser.parse(text, form: form)
        self.remarks += crontab.problems.map {
            ImportRemark(file: file, line: $0.line, severity: $0.severity, message: $0.message)
        }
        for entry in crontab.entries {
            // Mail goes elsewhere, and names with QF_ are the agent's own: the server refuses them.
            let variables = entry.environment.filter { !$0.name.hasPrefix("QF_") && !$0.name.hasPrefix("MAIL") }
            let home = entry.value(of: "HOME").flatMap { $0.hasPrefix("/") ? $0 : nil }
            self.tasks.append(
                ImportedTask(
                    file: file,
                    line: entry.line,
                    name: self.freeName(CrontabTaskName.of(entry.command) ?? "line \(entry.line)"),
                    expression: entry.expression,
                    timeZone: entry.zone ?? self.timeZone,
                    user: entry.user,
                    command: Self.script(entry),
                    workDirectory: home,
                    environment: Dictionary(variables.map { ($0.name, $0.value) }) { $1 }
                )
            )
        }
    }

    /// The name itself, or with the first number that makes it a new one.
    private mutating func freeName(_ base: String) -> String {
        let wanted = String((self.namePrefix + base).prefix(120))
        var name = wanted
        var number = 2
        while !self.names.insert(name).inserted {
            name = "\(wanted)-\(number)"
            number += 1
        }
        return name
    }

    /// The command with what `%` gave it to read, under the shell that `SHELL=` names.
    private static func script(_ entry: CrontabEntry) -> String {
        var script = entry.command
        let shell = entry.value(of: "SHELL") ?? "/bin/sh"
        // An agent's shell is bash or sh; any other has to be asked for.
        if !["sh", "bash", "dash"].contains(shell.split(separator: "/").last ?? "sh") {
            script = "exec \(self.quoted(shell)) -c \(self.quoted(script))"
        }
        guard let input = entry.standardInput else { return script }
        var mark = "INPUT"
        while input.split(separator: "\n").contains(Substring(mark)) { mark += "_" }
        return "{\n\(script)\n} <<'\(mark)'\n\(input)\(mark)"
    }

    private static func quoted(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
