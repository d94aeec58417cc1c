// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Turns crontabs into tasks that do what cron did, and notes what can't be the same.
///
/// A value without I/O: it is given the bytes of files and knows no server.
struct CrontabImport {
    /// Put before every name.
    let namePrefix: String
    /// For lines without `CRON_TZ=`: the zone of the host that had the crontab.
    let timeZone: String
    /// Whom the agents run as; only root can start jobs as others.
    let agentUser: String
    /// Seconds that a run may take; 0 = for ever.
    let timeout: Int

    /// Where cron's programs are looked for when a crontab sets no `PATH`; an agent's own is longer.
    static let standardPath = "/usr/bin:/bin"

    private(set) var tasks: [ImportedTask] = []
    /// By file, in the order of lines.
    private(set) var remarks: [ImportRemark] = []
    private var names: Set<String> = []

    init(
        namePrefix: String,
        timeZone: String,
        agentUser: String = "root",
        timeout: Int = ImportedTask.timeoutSeconds
    ) {
        self.namePrefix = namePrefix
        self.timeZone = timeZone
        self.agentUser = agentUser
        self.timeout = timeout
    }

    var hasErrors: Bool { self.remarks.contains { $0.severity == .error } }

    mutating func add(_ bytes: [UInt8], file: String, form: CrontabForm) {
        let crontab = CrontabParser.parse(bytes, form: form)
        var remarks = crontab.problems.map {
            ImportRemark(file: file, line: $0.line, severity: $0.severity, text: $0.text)
        }
        for entry in crontab.entries {
            let task = self.task(entry, file: file)
            self.tasks.append(task)
            remarks += self.remarks(on: entry, task).map {
                ImportRemark(file: file, line: entry.line, severity: .warning, text: $0)
            }
        }
        let numbered = remarks.enumerated().sorted { ($0.element.line, $0.offset) < ($1.element.line, $1.offset) }
        self.remarks += numbered.map(\.element)
    }

    private mutating func task(_ entry: CrontabEntry, file: String) -> ImportedTask {
        var environment = Dictionary(entry.environment.map { ($0.name, $0.value) }) { $1 }
        if environment["PATH"] == nil { environment["PATH"] = Self.standardPath }
        environment["SHELL"] = entry.shell
        let other = entry.user.flatMap { $0 == self.agentUser ? nil : $0 }
        let runAs = other.flatMap { self.agentUser == "root" && JobLimits.isUserName($0) ? $0 : nil }
        return ImportedTask(
            file: file,
            line: entry.line,
            name: self.freeName(CrontabTaskName.of(entry.command) ?? "line \(entry.line)"),
            expression: entry.expression,
            timeZone: entry.zone ?? self.timeZone,
            user: entry.user,
            runAs: runAs,
            shell: entry.shell,
            command: Self.script(entry),
            workDirectory: entry.value(of: "HOME").flatMap { $0.hasPrefix("/") ? $0 : nil },
            environment: environment,
            mailTo: entry.mailTo,
            leavesProcesses: entry.background != nil,
            isEnabled: other == nil || runAs != nil,
            timeout: self.timeout
        )
    }

    /// What an imported job does otherwise than the line did, apart from what the parser has said.
    private func remarks(on entry: CrontabEntry, _ task: ImportedTask) -> [Wording] {
        var remarks: [Wording] = []
        if let user = task.runAs {
            remarks.append(
                "runs as \(user), by run_as: hosts that do not allow it, or lack the user, start nothing and say so"
            )
        } else if let user = entry.user, !task.isEnabled {
            remarks.append(
                "runs as \(self.agentUser), the agents' user, and not as \(user): made disabled; check its rights, then enable it"
            )
        }
        if let sign = entry.background {
            remarks.append(
                "'\(sign)' leaves a process behind: made with leave_processes, so that it lives on as under cron; "
                    + "nobody watches it, a service of the host would be better"
            )
        }
        return remarks
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

    /// The command with what `%` gave it to read.
    private static func script(_ entry: CrontabEntry) -> String {
        guard let input = entry.standardInput else { return entry.command }
        var mark = "INPUT"
        while input.split(separator: "\n").contains(Substring(mark)) { mark += "_" }
        return "{\n\(entry.command)\n} <<'\(mark)'\n\(input)\(mark)"
    }
}
