// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// A task that a job of another scheduler would become.
struct ForeignTask: Hashable, ImportCandidate {
    enum Schedule: Hashable {
        case cron(String, zone: String?)
        /// From start to start; seconds.
        case every(Int64)
        /// From end to start; seconds.
        case delay(Int64)
        /// RFC 3339.
        case once(String)
        case manual
    }

    enum Run: Hashable {
        /// - Parameter interpreter: program and arguments before the script; empty = `/bin/sh -c`.
        case script(String, interpreter: [String])
        case http(method: String, url: String, headers: [String: String], body: String?, expected: [Int64])
    }

    var file = ""
    var line: Int
    var name: String
    /// What it was called there, for the description.
    var origin: String
    var note = ""
    var schedule = Schedule.manual
    var run: Run
    var environment: [String: String] = [:]
    var workDirectory: String?
    /// The user that the task names; nil = the agent's own.
    var runAs: String?
    var umask: String?
    var niceness: Int64?
    var successCodes: [Int64] = []
    var user: String?
    /// Seconds; nil or 0 = ``standardTimeout``.
    var timeout: Int64?
    var retries: Int64?
    var retryInterval: Int64?
    var overlap: OverlapPolicy?
    /// Whether each host is told which of how many it is.
    var isBroadcast = false
    var queueLimit: Int64?
    var concurrency: Int64?
    var misfire: String?
    var startDeadline: Int64?
    var jitter: Int64?
    var labels: [String: String] = [:]
    var isEnabled = true
    /// For schedules without a zone of their own.
    var standardZone = "UTC"
    /// For jobs without a limit of their own; 0 = none.
    var standardTimeout = Int64(ImportedTask.timeoutSeconds)

    var scheduleText: String {
        switch self.schedule {
        case .cron(let text, _): text
        case .every(let seconds): "every \(seconds) s"
        case .delay(let seconds): "\(seconds) s after each end"
        case .once(let time): "once at \(time)"
        case .manual: "by hand"
        }
    }

    var zoneText: String {
        if case .cron(_, let zone) = self.schedule { zone ?? self.standardZone } else { "-" }
    }

    var runner: String {
        switch self.run {
        case .script(_, let interpreter): interpreter.first ?? "/bin/sh"
        case .http: "HTTP"
        }
    }

    var command: String {
        switch self.run {
        case .script(let text, _): text
        case .http(let method, let url, _, _, _): "\(method) \(url)"
        }
    }

    var body: JSONValue {
        var body = JSONValue.object([
            "name": .string(self.name), "timezone": .string(self.zone),
            "description": .string(self.description),
            "timeout": .integer(self.longest),
        ])
        self.addSchedule(to: &body)
        self.addRun(to: &body)
        let numbers: [(String, Int64?)] = [
            ("retry_count", self.retries), ("retry_interval", self.retryInterval), ("queue_limit", self.queueLimit),
            ("concurrency", self.concurrency), ("start_deadline_seconds", self.startDeadline),
            ("jitter_seconds", self.jitter),
        ]
        for (name, value) in numbers { if let value { body[name] = .integer(value) } }
        if self.isBroadcast { body["placement"] = .object(["kind": "broadcast"]) }
        if let overlap { body["overlap"] = .string(overlap.rawValue) }
        if let misfire { body["misfire"] = .string(misfire) }
        if !self.labels.isEmpty { body["labels"] = .object(self.labels.mapValues(JSONValue.string)) }
        if !self.isEnabled { body["status"] = 0 }
        return body
    }

    private var zone: String {
        if case .cron(_, let zone?) = self.schedule { zone } else { self.standardZone }
    }

    private var description: String {
        let words = [self.note, "Imported from \(self.file), line \(self.line) (\(self.origin))"]
        return String(words.filter { !$0.isEmpty }.joined(separator: "\n").prefix(512))
    }

    private var longest: Int64 {
        let range = Int64(Policies.timeoutRange.lowerBound)...Int64(Policies.timeoutRange.upperBound)
        guard let timeout, timeout > 0 else { return self.standardTimeout }
        return min(max(timeout, max(1, range.lowerBound)), range.upperBound)
    }

    private func addSchedule(to body: inout JSONValue) {
        switch self.schedule {
        case .cron(let text, _):
            body["schedule_type"] = "cron"
            body["cron_expr"] = .string(text)
        case .every(let seconds):
            body["schedule_type"] = "every"
            body["every_seconds"] = .integer(seconds)
        case .delay(let seconds):
            body["schedule_type"] = "delay"
            body["delay_seconds"] = .integer(seconds)
        case .once(let time):
            body["schedule_type"] = "once"
            body["once_at"] = .string(time)
        case .manual: body["schedule_type"] = "manual"
        }
    }

    private func addRun(to body: inout JSONValue) {
        switch self.run {
        case .script(let text, let interpreter):
            var config = JSONValue.object(["command": .string(text)])
            if let program = interpreter.first {
                config["interpreter"] = .string(program)
                config["interpreter_args"] = .array(interpreter.dropFirst().map(JSONValue.string))
            }
            if !self.environment.isEmpty { config["env"] = .object(self.environment.mapValues(JSONValue.string)) }
            if let workDirectory { config["work_dir"] = .string(workDirectory) }
            if let runAs { config["run_as"] = .string(runAs) }
            if let umask { config["umask"] = .string(umask) }
            if let niceness { config["nice"] = .integer(niceness) }
            if !self.successCodes.isEmpty { config["success_codes"] = .array(self.successCodes.map(JSONValue.integer)) }
            body["executor_type"] = 1
            body["executor_config"] = config
        case .http(let method, let url, let headers, let content, let expected):
            var config = JSONValue.object(["method": .string(method), "url": .string(url)])
            if !headers.isEmpty { config["headers"] = .object(headers.mapValues(JSONValue.string)) }
            if let content, !content.isEmpty { config["body"] = .string(content) }
            if !expected.isEmpty { config["expected_status"] = .array(expected.map(JSONValue.integer)) }
            body["executor_type"] = 2
            body["executor_config"] = config
        }
    }
}
