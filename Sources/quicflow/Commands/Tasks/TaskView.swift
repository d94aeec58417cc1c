// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation

/// Tasks as people see them.
enum TaskView {
    static func table(_ tasks: [JSONValue]) -> String {
        var table = TextTable(["ID", "NAME", "SCHEDULE", "GROUPS", "STATUS", "NEXT FIRE"], alignments: [.right])
        for task in tasks {
            let isUnreadable = task["unreadable"].bool == true
            table.add([
                task["id"].cell, DisplayWidth.fitted(task["name"].cell, to: 40),
                isUnreadable ? spoken("unreadable") : self.schedule(task),
                DisplayWidth.fitted(task["groups"].cell, to: 32), self.status(task),
                DisplayTime.text(task["next_exec_time"]),
            ])
        }
        return table.plain
    }

    /// One fact a line, the command last and whole.
    static func details(_ task: JSONValue) -> String {
        var table = TextTable(["TASK \(task["id"].cell)", Wording(verbatim: task["name"].cell)])
        if let description = task["description"].string, !description.isEmpty {
            table.add(fact: "description", description)
        }
        table.add(fact: "status", self.status(task))
        if task["unreadable"].bool == true {
            // The rest of it means nothing.
            table.add(fact: "unreadable", spoken("a newer server wrote it; this one neither starts nor changes it"))
            table.add(fact: "groups", task["groups"].cell)
            table.add(fact: "version", task["version"].cell)
            return table.plain
        }
        let why = task["hold"]["text"][Language.current.rawValue]
        if !why.isNull { table.add(fact: "why", why.cell) }
        table.add(fact: "schedule", self.schedule(task))
        let words = task["schedule_text"][Language.current.rawValue]
        if !words.isNull { table.add(fact: "in words", words.cell) }
        if task["schedule_type"].string == "cron" {
            table.add(fact: "time zone", spoken("\(task["timezone"].cell), dst: \(task["dst"].cell)"))
        }
        if !task["window"].isNull {
            let window = task["window"]
            table.add(
                fact: "window",
                spoken("\(window["from"].cell) to \(window["to"].cell), \(task["timezone"].cell)")
            )
        }
        for parameter in task["parameters"].array {
            let value = parameter["default"].isNull ? "" : " = \(parameter["default"].cell)"
            let text = "\(parameter["name"].cell): \(parameter["type"].cell)\(value)"
            table.add(fact: "parameter", parameter["required"].bool == true ? spoken("\(text), required") : text)
        }
        for calendar in task["calendars"].array {
            table.add(
                fact: "calendar",
                spoken("\(calendar["calendar"].cell), on blackout: \(calendar["on_blackout"].cell)")
            )
        }
        let limits: [(Wording, String)] = [("not before", "not_before"), ("not after", "not_after")]
        for (name, field) in limits where !task[field].isNull {
            table.add(fact: name, DisplayTime.text(task[field]))
        }
        table.add(fact: "next fire", DisplayTime.text(task["next_exec_time"]))
        table.add(fact: "groups", task["groups"].cell)
        if let kind = task["placement"]["kind"].string, kind != "each" {
            let strategy = task["placement"]["strategy"].string.map { ", \($0)" } ?? ""
            table.add(fact: "placement", spoken("\(kind + strategy) (only the server fires it)"))
        }
        let marks = task["two_person"].array.compactMap(\.string)
        if !marks.isEmpty { table.add(fact: "two persons", marks.joined(separator: ", ")) }
        table.add(
            fact: "timeout",
            task["timeout"].integer == 0 ? spoken("no limit") : spoken("\(task["timeout"].cell) s")
        )
        for (name, value) in self.policies(task) { table.add(fact: name, value.spoken) }
        if task["labels"].cell != "-" { table.add(fact: "labels", task["labels"].cell) }
        table.add(fact: "version", task["version"].cell)
        let config = task["executor_config"]
        if let type = task["executor_type"].integer, type > 2 { return self.work(type, config, table) }
        if let url = config["url"].string {
            table.add(fact: "request", "\(config["method"].cell) \(url)")
            return table.plain
        }
        if let directory = config["work_dir"].string, !directory.isEmpty { table.add(fact: "directory", directory) }
        return table.plain + "\n\n" + (config["command"].string ?? "")
    }

    /// Plugin, SQL and built-in tasks.
    private static func work(_ type: Int64, _ config: JSONValue, _ table: TextTable) -> String {
        var table = table
        func add(_ fields: JSONValue, but left: Set<String> = []) {
            guard case .object(let members) = fields else { return }
            for (name, value) in members.sorted(by: { $0.key < $1.key }) where !left.contains(name) && !value.isNull {
                table.add([name.replacing("_", with: " "), value.cell])
            }
        }
        switch type {
        case 3:
            table.add(fact: "plugin", config["plugin"].cell)
            add(config["parameters"])
        case 4:
            add(config, but: ["statements"])
            let statements = config["statements"].array.map { statement in
                let values = statement["parameters"].array.map(\.cell).joined(separator: ", ")
                let sql = statement["sql"].string ?? ""
                return values.isEmpty ? sql : spoken("\(sql)\n  with \(values)")
            }
            return table.plain + "\n\n" + statements.joined(separator: "\n;\n")
        default: add(config)
        }
        return table.plain
    }

    private static func policies(_ task: JSONValue) -> [(Wording, Wording)] {
        var retries = Wording(verbatim: task["retry_count"].cell)
        if task["retry_count"].integer != 0 {
            retries = "\(retries), \(task["retry_interval"].cell) s apart"
            if task["retry_backoff"].cell != "1" {
                retries = "\(retries), each ×\(task["retry_backoff"].cell) up to \(task["retry_max_interval"].cell) s"
            }
            if task["retry_jitter"].integer ?? 0 > 0 {
                retries = "\(retries), up to \(task["retry_jitter"].cell) % less by chance"
            }
            retries = "\(retries), after \(task["retry_on"].cell)"
        }
        var overlap: Wording = "\(task["overlap"].cell), at most \(task["concurrency"].cell) at once"
        if task["overlap"].string == "queue" { overlap = "\(overlap), \(task["queue_limit"].cell) waiting" }
        var misfire = Wording(verbatim: task["misfire"].cell)
        if task["misfire_limit"].integer != nil { misfire = "\(misfire), at most \(task["misfire_limit"].cell)" }
        var rows: [(Wording, Wording)] = [("retries", retries), ("overlap", overlap), ("misfire", misfire)]
        if let pool = task["pool"]["name"].string {
            rows.append(("pool", "\(pool), \(task["pool"]["places"].cell) places on each host"))
        }
        switch task["on_interrupt"].string {
        case "retry": rows.append(("interrupted", "tried again, beside the retries"))
        case "fail": rows.append(("interrupted", "not tried again"))
        default: break
        }
        switch task["offline"].string {
        case "skip": rows.append(("without a server", "does not run"))
        case "run_for": rows.append(("without a server", "runs for \(task["offline_max_seconds"].cell) s"))
        default: break
        }
        if task["start_deadline_seconds"].integer != nil {
            rows.append(("start deadline", "\(task["start_deadline_seconds"].cell) s"))
        }
        if !["0", "-"].contains(task["jitter_seconds"].cell) {
            rows.append(("jitter", "up to \(task["jitter_seconds"].cell) s"))
        }
        if let failures = task["pause_after_failures"].integer {
            rows.append(
                ("pauses", failures == 1 ? "after 1 failed run" : "after \(failures) failed runs in a row")
            )
        }
        if task["on_edit_while_running"].string == "refuse" { rows.append(("while it runs", "no edits")) }
        if task["on_disable_while_running"].string == "stop" { rows.append(("when disabled", "running ones stop")) }
        return rows
    }

    static func schedule(_ task: JSONValue) -> String {
        switch task["schedule_type"].string {
        case "every": return spoken("every \(task["every_seconds"].cell) s")
        case "delay": return spoken("\(task["delay_seconds"].cell) s after the end")
        case "once": return spoken("once \(DisplayTime.text(task["once_at"]))")
        case "manual": return spoken(task["dependencies"].array.isEmpty ? "manual" : "after other tasks")
        default:
            let times = ([task["cron_expr"].cell] + task["cron_exprs"].array.map(\.cell)).joined(separator: ", ")
            let except = task["cron_except"].array.map(\.cell).joined(separator: ", ")
            return except.isEmpty ? times : spoken("\(times) but not \(except)")
        }
    }

    private static func status(_ task: JSONValue) -> String {
        switch task["status"].integer {
        case 0:
            switch task["hold"]["kind"].string {
            case "finished": spoken("finished")
            case "paused": spoken("paused until \(DisplayTime.text(task["hold"]["until"]))")
            case "failures": spoken("paused after failures")
            default: spoken("disabled")
            }
        case 1: spoken("enabled")
        default: task["status"].cell
        }
    }
}
