// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation

/// Workflows and their runs as text.
enum WorkflowView {
    static func definition(_ workflow: JSONValue) -> String {
        var table = TextTable(["STEP", "KIND", "WHAT", "AFTER"])
        for node in workflow["nodes"].array {
            let key = node["key"].cell
            let before = workflow["edges"].array.filter { $0["to"].cell == key }.map { edge in
                edge["on"].string == "success"
                    ? edge["from"].cell : spoken("\(edge["from"].cell) (\(edge["on"].word()))")
            }
            let chosen = workflow["nodes"].array.filter { other in
                other["else"].array.contains(.string(key))
                    || other["cases"].array.contains { $0["to"].array.contains(.string(key)) }
            }.map { spoken("\($0["key"].cell) (choice)") }
            let isLast = node["finally"].bool == true
            let undone = workflow["nodes"].array.filter { $0["compensate"].string == key }.map {
                spoken("\($0["key"].cell) (to undo it)")
            }
            let after = before + chosen + undone + (isLast ? [spoken("everything, at any end")] : [])
            table.add([
                key, node["kind"].word(.step), self.what(node), after.isEmpty ? "-" : after.joined(separator: ", "),
            ])
        }
        let head = spoken("\(workflow["name"].cell) (\(workflow["id"].cell)), version \(workflow["version"].cell)")
        let schedule = workflow["cron_expr"].string.map {
            spoken("\($0) \(workflow["timezone"].cell), next \(DisplayTime.text(workflow["next_exec_time"]))")
        }
        return [head, schedule, table.plain].compactMap { $0 }.joined(separator: "\n")
    }

    private static func what(_ node: JSONValue) -> String {
        let text: String =
            switch node["kind"].string {
            case "job": spoken("task \(node["task_id"].cell)")
            case "script": node["script"].cell
            case "http": "\(node["method"].cell) \(node["url"].cell)"
            case "wait":
                node["task_id"].integer.map { spoken("task \($0): \(node["on"].word())") }
                    ?? node["message"].string.map { spoken("message '\($0)'") }
                    ?? node["until"].string.map { spoken("until \($0) \(node["timezone"].cell)") }
                    ?? spoken("\(node["seconds"].cell) s")
            case "approval": node["message"].cell
            case "workflow": spoken("workflow \(node["workflow_id"].cell)")
            case "map":
                spoken(
                    "\(node["do"]["kind"].word(.step)) for each of \(node["over"].string ?? "\(node["over"].array.count)")"
                )
            case "decision": node["cases"].array.map { $0["when"].cell }.joined(separator: "; ")
            default: "-"
            }
        return DisplayWidth.fitted(text.replacingOccurrences(of: "\n", with: " "), to: 48)
    }

    /// Such as `ended: failed`.
    static func state(_ run: JSONValue) -> String {
        run["outcome"].isNull
            ? run["phase"].word() : spoken("\(run["phase"].word()): \(run["outcome"].word())")
    }

    /// Such as `7/9, 1 failed`.
    static func progress(_ run: JSONValue) -> String {
        let counts = run["counts"]
        let count = { (state: String) in counts[state].integer ?? 0 }
        let open = count("waiting") + count("ready") + count("started")
        let ended = count("succeeded") + count("failed") + count("cancelled") + count("skipped")
        let done = "\(ended)/\(ended + open)"
        return count("failed") > 0 ? spoken("\(done), \(count("failed")) failed") : done
    }

    static func run(_ run: JSONValue) -> String {
        var table = TextTable(["STEP", "KIND", "STATE", "REASON", "STARTED", "ENDED", "DETAIL"])
        for node in run["nodes"].array {
            let answer = node["answer"]
            let detail =
                answer.isNull
                ? node["detail_text"][Language.current.rawValue].string ?? node["detail"].cell
                : spoken("\(answer["decision"].word()) by \(answer["by"].cell) \(answer["comment"].string ?? "")")
            table.add([
                node["key"].cell, node["kind"].word(.step), node["state"].word(), node["reason"].word(.step),
                DisplayTime.text(node["started_at"]), DisplayTime.text(node["ended_at"]),
                DisplayWidth.fitted(detail, to: 64),
            ])
        }
        var results = ""
        if case .object(let values) = run["results"] {
            results = values.sorted { $0.key < $1.key }.map { "\n\($0.key)=\($0.value.cell)" }.joined()
        }
        return "\(run["run_id"].cell)  \(run["workflow_name"].cell)  \(self.state(run))\n" + table.plain + results
    }

    /// What somebody typed, as the workflow's parameters want it.
    static func values(_ pairs: [KeyValue], of workflow: JSONValue) throws(CommandFailure) -> JSONValue {
        var values = JSONValue.object([:])
        for pair in pairs {
            let parameter = workflow["parameters"].array.first { $0["name"].string == pair.key }
            let value: JSONValue? =
                switch parameter?["type"].string {
                case "int": Int64(pair.value).map { .integer($0) }
                case "number": Double(pair.value).map { .number($0) }
                case "bool": Bool(pair.value).map { .bool($0) }
                case "json": try? JSONDecoder().decode(JSONValue.self, from: Data(pair.value.utf8))
                default: .string(pair.value)
                }
            guard let value else {
                throw CommandFailure(
                    .usage,
                    "'\(pair.value)' is no \(parameter?["type"].cell ?? "value") for parameter '\(pair.key)'"
                )
            }
            values[pair.key] = value
        }
        return values
    }
}
