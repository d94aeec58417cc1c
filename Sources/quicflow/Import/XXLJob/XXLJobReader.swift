// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// `xxl_job_info` of XXL-JOB 2.1 to 3, as CSV with a header line or as a MySQL dump.
enum XXLJobReader {
    private static let columns = [
        "id", "job_group", "job_desc", "add_time", "update_time", "author", "alarm_email", "schedule_type",
        "schedule_conf",
        "misfire_strategy", "executor_route_strategy", "executor_handler", "executor_param", "executor_block_strategy",
        "executor_timeout", "executor_fail_retry_count", "glue_type", "glue_source", "glue_remark", "glue_updatetime",
        "child_jobid", "trigger_status", "trigger_last_time", "trigger_next_time",
    ]

    static func read(_ file: ImportFile) -> ForeignFindings {
        var findings = ForeignFindings()
        guard let text = file.text else {
            findings.refuse(1, "this is no text in UTF-8; iconv -f GBK -t UTF-8 may help")
            return findings
        }
        let isSQL = text.contains("xxl_job_info") && !text.hasPrefix("id") && !text.hasPrefix("\"id\"")
        let table =
            isSQL ? RecordTable(sql: text, table: "xxl_job_info", standard: self.columns) : RecordTable(csv: text)
        for fault in table.faults { findings.refuse(fault.line, fault.text) }
        if table.rows.isEmpty, table.faults.isEmpty {
            findings.refuse(
                1,
                "there is no row of xxl_job_info: neither INSERT INTO xxl_job_info nor CSV with its columns"
            )
        }
        for row in table.rows { self.add(row, &findings) }
        return findings
    }

    private static func add(_ row: RecordTable.Row, _ findings: inout ForeignFindings) {
        let name = row["job_desc"] ?? "job \(row["id"] ?? "at line \(row.line)")"
        guard let run = self.run(row, name, &findings), let schedule = self.schedule(row, name, &findings) else {
            return
        }
        var task = ForeignTask(line: row.line, name: name, origin: "XXL-JOB \(row["id"] ?? "")", run: run)
        task.schedule = schedule
        task.isEnabled = row.number("trigger_status") == 1
        task.timeout = row.number("executor_timeout")
        task.retries = min(row.number("executor_fail_retry_count") ?? 0, 100)
        // It tries again at once.
        if task.retries ?? 0 > 0 { task.retryInterval = 0 }
        switch row["executor_block_strategy"] {
        case "DISCARD_LATER": task.overlap = .skip
        case "COVER_EARLY": task.overlap = .cancelPrevious
        default: task.overlap = .queue
        }
        task.misfire = row["misfire_strategy"] == "FIRE_ONCE_NOW" ? "fire_once" : "skip"
        if let owner = row["author"] { task.labels["owner"] = self.label(owner) }
        task.isBroadcast = self.isBroadcast(row)
        self.noteRest(row, name, &findings)
        findings.add(task)
    }

    /// A pause between runs is counted by each host, and leaves no room for numbers.
    private static func isBroadcast(_ row: RecordTable.Row) -> Bool {
        row["executor_route_strategy"] == "SHARDING_BROADCAST" && row["schedule_type"] != "FIX_DELAY"
    }

    private static func schedule(
        _ row: RecordTable.Row,
        _ name: String,
        _ findings: inout ForeignFindings
    ) -> ForeignTask.Schedule? {
        let text = row["schedule_conf"] ?? row["job_cron"] ?? ""
        switch row["schedule_type"] ?? (row["job_cron"] == nil ? "NONE" : "CRON") {
        case "CRON":
            guard let cron = QuartzCron.translated(text) else {
                findings.refuse(row.line, "'\(name)': '\(text)' is no Quartz expression of six or seven fields")
                return nil
            }
            return .cron(cron, zone: nil)
        case "FIX_RATE", "FIX_DELAY":
            guard let seconds = Int64(text), seconds > 0 else {
                findings.refuse(row.line, "'\(name)': '\(text)' is no number of seconds")
                return nil
            }
            return row["schedule_type"] == "FIX_RATE" ? .every(seconds) : .delay(seconds)
        case "NONE": return .manual
        case let type:
            findings.refuse(row.line, "'\(name)': the schedule type '\(type)' is not known")
            return nil
        }
    }

    private static let interpreters = [
        "GLUE_SHELL": ["/bin/bash", "-c"], "GLUE_PYTHON": ["/usr/bin/env", "python3", "-c"],
        "GLUE_PYTHON2": ["/usr/bin/env", "python2", "-c"], "GLUE_NODEJS": ["/usr/bin/env", "node", "-e"],
        "GLUE_PHP": ["/usr/bin/env", "php", "-r"], "GLUE_POWERSHELL": ["/usr/bin/env", "pwsh", "-Command"],
    ]

    private static func run(
        _ row: RecordTable.Row,
        _ name: String,
        _ findings: inout ForeignFindings
    ) -> ForeignTask.Run? {
        let type = row["glue_type"] ?? "BEAN"
        guard let interpreter = self.interpreters[type] else {
            let what: Wording = type == "BEAN" ? "the handler '\(row["executor_handler"] ?? "")'" : "\(type)"
            findings.refuse(
                row.line,
                "'\(name)' is code of a Java executor (\(what)); write a command or an HTTP request that starts it"
            )
            return nil
        }
        guard let source = row["glue_source"] else {
            findings.refuse(row.line, "'\(name)' has no script (glue_source)")
            return nil
        }
        let parameter = row["executor_param"]
        guard type == "GLUE_SHELL" else {
            if parameter != nil {
                findings.warn(row.line, "'\(name)': its parameter is left out; the script finds no argument")
            }
            if type == "GLUE_PHP" { return .script(source.replacing("<?php", with: ""), interpreter: interpreter) }
            return .script(source, interpreter: interpreter)
        }
        // Its executor gives the script parameter, shard and number of shards.
        let shard = self.isBroadcast(row) ? "\"$QF_SHARD_INDEX\" \"$QF_SHARD_TOTAL\"" : "0 1"
        let arguments = "set -- \(ShellText.quoted(parameter ?? "")) \(shard)\n"
        let text = source.replacing("\r\n", with: "\n")
        return .script(
            text.contains("$") && (parameter != nil || text.contains("$2")) ? arguments + text : text,
            interpreter: interpreter
        )
    }

    private static func noteRest(_ row: RecordTable.Row, _ name: String, _ findings: inout ForeignFindings) {
        switch row["executor_route_strategy"] {
        case nil, "SHARDING_BROADCAST": break
        case let strategy?:
            findings.warn(
                row.line,
                "'\(name)': '\(strategy)' chose one executor; here every host of the group runs it, so choose a group of one host"
            )
        }
        if row["executor_route_strategy"] == "SHARDING_BROADCAST", !self.isBroadcast(row) {
            findings.warn(row.line, "'\(name)': shards are not numbered; each host runs the whole")
        }
        if let children = row["child_jobid"] {
            findings.warn(row.line, "'\(name)': its children \(children) are left out; make a workflow or dependencies")
        }
        if row["alarm_email"] != nil {
            findings.warn(row.line, "'\(name)': its alarm by mail is left out; make a rule of notifications")
        }
    }

    private static func label(_ text: String) -> String {
        String(text.filter { $0.isLetter || $0.isNumber || "._-@ ".contains($0) }.prefix(63))
    }
}
