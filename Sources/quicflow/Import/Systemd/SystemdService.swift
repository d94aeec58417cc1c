// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// A service unit as a task without a schedule.
struct SystemdService {
    /// What is translated, or has nothing to do with what a run does.
    private static let known: Set<String> = [
        "Type", "ExecStart", "ExecStartPre", "ExecStartPost", "User", "WorkingDirectory", "Environment", "Nice",
        "UMask",
        "TimeoutStartSec", "TimeoutSec", "RuntimeMaxSec", "SuccessExitStatus", "StandardOutput", "StandardError",
        "SyslogIdentifier", "RemainAfterExit", "KillMode", "TimeoutStopSec", "KillSignal",
    ]

    let unit: SystemdUnit
    /// The name it is started by, which a template's own is not.
    let instance: String

    func task(_ findings: inout ForeignFindings) -> ForeignTask? {
        guard let script = self.script(&findings) else { return nil }
        let name = self.instance.split(separator: ".").dropLast().joined(separator: ".")
        var task = ForeignTask(line: 1, name: name, origin: self.instance, run: .script(script, interpreter: []))
        task.note = self.unit.last("Unit", "Description")?.value ?? ""
        task.user = self.unit.last("Service", "User")?.value
        self.addSurroundings(&task, &findings)
        let limit = ["RuntimeMaxSec", "TimeoutStartSec", "TimeoutSec"].lazy.compactMap { self.unit.last("Service", $0) }
            .first
        if let limit, limit.value != "infinity" {
            task.timeout = SystemdSpan.seconds(limit.value)
            if task.timeout == nil {
                findings.warn(limit.line, "\(limit.key)=\(limit.value) is no span of time; left out")
            }
        }
        // The same unit is never started twice.
        task.overlap = .skip
        for entry in self.unit.entries {
            switch entry.section {
            case "Service" where !Self.known.contains(entry.key):
                let hint: Wording =
                    switch entry.key {
                    case "EnvironmentFile": "; write '. \(entry.value.trimmingPrefix("-"))' into the command"
                    case "Restart": "; set retries of the task"
                    case "ExecStop", "ExecStopPost": "; use trap in the command"
                    default: ""
                    }
                findings.warn(entry.line, "\(entry.key)= is left out\(hint)")
            case "Unit" where entry.key == "OnFailure" || entry.key == "OnSuccess":
                findings.warn(entry.line, "\(entry.key)= is left out; use the task's notifications")
            case "Unit"
            where ["Requires", "BindsTo", "After", "Wants", "PartOf"].contains(entry.key)
                || entry.key.hasPrefix("Condition") || entry.key.hasPrefix("Assert"):
                findings.warn(entry.line, "\(entry.key)= is left out")
            default: continue
            }
        }
        return task
    }

    /// What runs before, the commands, what runs after; each only when the one before it went well.
    private func script(_ findings: inout ForeignFindings) -> String? {
        let keys = ["ExecStartPre", "ExecStart", "ExecStartPost"]
        let entries = keys.flatMap { self.unit.all("Service", $0) }
        guard entries.contains(where: { $0.key == "ExecStart" }) else {
            findings.refuse(1, "\(self.unit.name) has no ExecStart=")
            return nil
        }
        var lines: [String] = []
        var splits = false
        for entry in entries {
            do {
                let command = try SystemdCommand(entry.value, self.specifiers)
                lines.append(command.text)
                splits = splits || command.splits
                for remark in command.remarks { findings.warn(entry.line, remark) }
            } catch {
                findings.refuse(entry.line, "\(entry.key)=: \(error.text)")
                return nil
            }
        }
        return (splits ? "set -f\n" : "") + lines.joined(separator: " &&\n")
    }

    private var specifiers: SystemdSpecifiers { SystemdSpecifiers(unit: self.instance) }

    /// - Returns: nil for what can't be said here, which is said.
    private func resolved(
        _ text: String,
        of entry: SystemdUnit.Entry,
        _ findings: inout ForeignFindings
    ) -> String? {
        var remarks: [Wording] = []
        defer { for remark in remarks { findings.warn(entry.line, remark) } }
        do { return try self.specifiers.resolved(text, &remarks) } catch {
            remarks.append("'\(text)' in \(entry.key)= is left out: \(error.text)")
            return nil
        }
    }

    private func addSurroundings(_ task: inout ForeignTask, _ findings: inout ForeignFindings) {
        if let directory = self.unit.last("Service", "WorkingDirectory") {
            let written = String(directory.value.trimmingPrefix("-"))
            let path = self.resolved(written, of: directory, &findings)
            if let path, path.hasPrefix("/") {
                task.workDirectory = path
            } else if let path {
                findings.warn(directory.line, "WorkingDirectory=\(path) is left out; only a path can be given")
            }
        } else {
            task.workDirectory = "/"
        }
        for entry in self.unit.all("Service", "Environment") {
            let words: [String]
            do { words = try SystemdWords.texts(entry.value) } catch {
                findings.warn(entry.line, "Environment= is left out: \(error.text)")
                continue
            }
            for written in words {
                guard let word = self.resolved(written, of: entry, &findings) else { continue }
                guard let equals = word.firstIndex(of: "="), equals != word.startIndex else {
                    findings.warn(entry.line, "'\(word)' is no NAME=value; left out")
                    continue
                }
                task.environment[String(word[..<equals])] = String(word[word.index(after: equals)...])
            }
        }
        task.umask = self.unit.last("Service", "UMask")?.value
        task.niceness = self.unit.last("Service", "Nice").flatMap { Int64($0.value) }
        if let codes = self.unit.last("Service", "SuccessExitStatus") {
            let numbers = codes.value.split(separator: " ").map { Int64($0) }
            task.successCodes = [0] + numbers.compactMap(\.self)
            if numbers.contains(nil) {
                findings.warn(codes.line, "names of signals in SuccessExitStatus= are left out")
            }
        }
    }
}
