// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Something to read about a line of a crontab.
struct ImportRemark: Hashable {
    let file: String
    let line: Int
    let severity: CrontabProblem.Severity
    let text: Wording

    /// ``text`` in English.
    var message: String { self.text.english }
}

/// A task that a line of a crontab would become.
struct ImportedTask: Hashable {
    /// Where it comes from.
    let file: String
    let line: Int
    var name: String
    let expression: String
    let timeZone: String
    /// Whom cron would run it as.
    let user: String?
    /// The user that the task names; nil = the agent's own.
    let runAs: String?
    /// The program that runs the command; absolute.
    let shell: String
    let command: String
    /// nil leaves the choice to the agent: the home of its user.
    let workDirectory: String?
    let environment: [String: String]
    /// Who is told of failures, where the server has a channel for it.
    let mailTo: [String]
    /// Whether the command leaves a process behind, which is to live on as it does under cron.
    let leavesProcesses: Bool
    let isEnabled: Bool
    /// Seconds; 0 = none, as under cron.
    let timeout: Int

    /// Cron ends no job; the longest time a task may take comes nearest, where nobody asks for none.
    static let timeoutSeconds = Policies.timeoutRange.upperBound

    /// The body of the request that makes it, but for the groups.
    var body: JSONValue {
        var config = JSONValue.object(["command": .string(self.command)])
        if !self.environment.isEmpty { config["env"] = .object(self.environment.mapValues(JSONValue.string)) }
        if self.shell != "/bin/sh" { config["interpreter"] = .string(self.shell) }
        if self.leavesProcesses { config["leave_processes"] = true }
        if let runAs { config["run_as"] = .string(runAs) }
        if let workDirectory { config["work_dir"] = .string(workDirectory) }
        let owner = self.user.map { ", user \($0)" } ?? ""
        var body = JSONValue.object([
            "name": .string(self.name),
            "description": .string(String("Imported from \(self.file), line \(self.line)\(owner)".prefix(512))),
            "executor_type": 1,
            "executor_config": config,
            "schedule_type": "cron",
            "cron_expr": .string(self.expression),
            "timezone": .string(self.timeZone),
            "timeout": .integer(Int64(self.timeout)),
        ])
        if !self.isEnabled { body["status"] = 0 }
        if !self.mailTo.isEmpty { body["task_notify"] = .array([self.notification]) }
        return body
    }

    /// What comes of `MAILTO=`.
    private var notification: JSONValue {
        let mail = JSONValue.object(["type": "email", "recipients": .array(self.mailTo.map(JSONValue.string))])
        let triggers = ["business_failure", "technical_failure", "timeout", "lost"].map(JSONValue.string)
        return .object(["name": "MAILTO", "triggers": .array(triggers), "channels": .array([mail])])
    }
}
