// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// What a reader of a format has found in a file.
struct ForeignFindings {
    private(set) var tasks: [ForeignTask] = []
    private(set) var remarks: [(line: Int, severity: CrontabProblem.Severity, text: Wording)] = []

    mutating func add(_ task: ForeignTask) { self.tasks.append(task) }

    /// Something that was not translated, or does otherwise here.
    mutating func warn(_ line: Int, _ text: Wording) { self.remarks.append((line, .warning, text)) }

    /// Something of which no task is made.
    mutating func refuse(_ line: Int, _ text: Wording) { self.remarks.append((line, .error, text)) }
}

/// A text to import.
struct ImportFile {
    let name: String
    let bytes: [UInt8]

    var text: String? { String(validating: self.bytes, as: UTF8.self) }

    /// The last part of the path.
    var baseName: String { String(self.name.split(separator: "/").last ?? "") }
}

/// Turns jobs of other schedulers into tasks, and notes line by line what can't be the same.
///
/// A value without I/O: it is given the bytes of files and knows no server.
struct ForeignImport: ImportPlan {
    let format: ImportFormat
    let namePrefix: String
    /// For schedules that name no zone.
    let timeZone: String
    /// Whom the agents run as; jobs of others are imported disabled, for they would run with the wrong rights.
    let agentUser: String
    /// Seconds that a run may take where its job had no limit; 0 = for ever.
    let timeout: Int

    private(set) var tasks: [ForeignTask] = []
    private(set) var remarks: [ImportRemark] = []
    private var names: Set<String> = []

    init(
        format: ImportFormat,
        namePrefix: String,
        timeZone: String,
        agentUser: String = "root",
        timeout: Int = ImportedTask.timeoutSeconds
    ) {
        self.format = format
        self.namePrefix = namePrefix
        self.timeZone = timeZone
        self.agentUser = agentUser
        self.timeout = timeout
    }

    var candidates: [any ImportCandidate] { self.tasks }

    var notes: [Wording] {
        guard !self.tasks.isEmpty else { return [] }
        let common: [Wording] = ["commands run on the hosts of the task's groups, on each of them, as the agents' user"]
        guard self.tasks.contains(where: { ($0.timeout ?? 0) <= 0 }) else { return common }
        let note: Wording =
            switch self.timeout {
            case Policies.unlimited: "a run without a limit of its own is never ended by one"
            case ImportedTask.timeoutSeconds:
                "a run without a limit of its own is ended after \(self.timeout / 86_400) days"
            default: "a run without a limit of its own is ended after \(self.timeout) s"
            }
        return common + [note]
    }

    /// Reads files that belong together: the units of a timer may stand in several.
    mutating func add(_ files: [ImportFile]) {
        let found: [(file: String, findings: ForeignFindings)] =
            switch self.format {
            case .crontab: []
            case .systemd: SystemdReader.read(files)
            case .kubernetes: files.map { ($0.name, CronJobReader.read($0)) }
            case .xxlJob: files.map { ($0.name, XXLJobReader.read($0)) }
            case .cronicle: files.map { ($0.name, CronicleReader.read($0)) }
            case .dkron: files.map { ($0.name, DkronReader.read($0)) }
            }
        for (file, findings) in found { self.take(findings, file) }
    }

    private mutating func take(_ findings: ForeignFindings, _ file: String) {
        var findings = findings
        for task in findings.tasks {
            if let fault = Self.fault(of: task) {
                findings.refuse(task.line, "'\(task.name)': \(fault)")
                continue
            }
            var task = task
            task.file = file
            task.standardZone = self.timeZone
            task.standardTimeout = Int64(self.timeout)
            task.name = self.freeName(task.name)
            if let user = task.user, user != self.agentUser, self.agentUser == "root", JobLimits.isUserName(user) {
                task.runAs = user
                findings.warn(
                    task.line,
                    "'\(task.name)' runs as \(user), by run_as: hosts that do not allow it, or lack the user, start nothing "
                        + "and say so"
                )
            } else if let user = task.user, user != self.agentUser, task.isEnabled {
                task.isEnabled = false
                findings.warn(
                    task.line,
                    "'\(task.name)' runs as \(self.agentUser), the agents' user, and not as \(user): made disabled; check its "
                        + "rights, then enable it"
                )
            }
            self.tasks.append(task)
        }
        let ordered = findings.remarks.enumerated().sorted {
            ($0.element.line, $0.offset) < ($1.element.line, $1.offset)
        }
        self.remarks += ordered.map { _, remark in
            ImportRemark(file: file, line: remark.line, severity: remark.severity, text: remark.text)
        }
    }

    /// What the server would refuse, found here, where the line is known.
    private static func fault(of task: ForeignTask) -> Wording? {
        if case .cron(let text, _) = task.schedule {
            do { _ = try CronExpression(parsing: text) } catch {
                return "its schedule '\(text)' can't be had here: \(error.plain)"
            }
        }
        if case .script(let text, _) = task.run, text.allSatisfy(\.isWhitespace) { return "it has no command" }
        return nil
    }

    /// The name itself, or with the first number that makes it a new one.
    private mutating func freeName(_ base: String) -> String {
        let trimmed = base.split(whereSeparator: \.isNewline).joined(separator: " ")
        let wanted = String((self.namePrefix + trimmed).prefix(120))
        var name = wanted
        var number = 2
        while !self.names.insert(name).inserted {
            name = "\(wanted)-\(number)"
            number += 1
        }
        return name
    }
}
