// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Executions as people see them.
enum ExecutionView {
    /// The names of the states in lower case, for help and errors.
    static var states: String { ExecutionStatus.allCases.map { $0.name.lowercased() }.joined(separator: ", ") }

    /// The API's number of a state's name.
    static func number(of name: String) -> Int? {
        ExecutionStatus.allCases.first { $0.name == name.uppercased() }?.rawValue
    }

    /// The state's name, with its reason where there is one.
    static func state(_ execution: JSONValue) -> String {
        let status = execution["status"]
        let name =
            execution["status_name"].string?.uppercased()
            ?? status.integer.flatMap { ExecutionStatus(rawValue: Int($0)) }?.name ?? status.cell
        let word = Language.current == .chinese ? Words.text(name.lowercased(), .execution) : name
        guard let reason = self.reason(execution) else { return word }
        return spoken("\(word) (\(reason))")
    }

    static func reason(_ execution: JSONValue) -> String? {
        execution["reason"].string ?? execution["reason"]["code"].string
    }

    static func isTerminal(_ execution: JSONValue) -> Bool {
        execution["status"].integer.flatMap { ExecutionStatus(rawValue: Int($0)) }?.isTerminal ?? false
    }

    static func succeeded(_ execution: JSONValue) -> Bool {
        execution["status"].integer == Int64(ExecutionStatus.success.rawValue)
    }

    static func table(_ executions: [JSONValue]) -> String {
        var table = TextTable(
            ["ID", "TASK", "CLIENT", "STATE", "START", "DURATION"],
            alignments: [.left, .left, .left, .left, .left, .right]
        )
        for execution in executions {
            let start = execution["start_time"]
            table.add([
                execution["id"].cell, DisplayWidth.fitted(execution["task_name"].cell, to: 32),
                execution.host, self.state(execution),
                DisplayTime.text(start.isNull ? execution["scheduled_time"] : start),
                DisplayTime.duration(milliseconds: execution["duration"].integer),
            ])
        }
        return table.plain
    }

    /// One fact a line.
    static func details(_ execution: JSONValue) -> String {
        var table = TextTable(["EXECUTION", Wording(verbatim: execution["id"].cell)])
        table.add(fact: "task", "\(execution["task_name"].cell) (\(execution["task_id"].cell))")
        let (host, id) = (execution.host, execution["client_id"].cell)
        table.add(fact: "client", host == id ? id : "\(host) (\(id))")
        table.add(fact: "state", self.state(execution))
        let words = execution["reason"]["text"][Language.current.rawValue]
        if !words.isNull { table.add(fact: "reason", words.cell) }
        table.add(fact: "due", DisplayTime.text(execution["scheduled_time"]))
        table.add(fact: "start", DisplayTime.text(execution["start_time"]))
        table.add(fact: "end", DisplayTime.text(execution["end_time"]))
        table.add(fact: "duration", DisplayTime.duration(milliseconds: execution["duration"].integer))
        table.add(fact: "exit code", execution["exit_code"].cell)
        if !execution["http_status"].isNull { table.add(fact: "HTTP status", execution["http_status"].cell) }
        table.add(
            fact: "attempt",
            execution["attempt"].isNull ? execution["retry_count"].cell : execution["attempt"].cell
        )
        let placed = execution["placement"]
        let choice = placed["choice"]["text"][Language.current.rawValue]
        if !choice.isNull { table.add(fact: "placement", choice.cell) }
        if let fence = placed["fence"].integer, fence > 1 {
            table.add(fact: "fence", "\(fence), before: \(placed["before"].cell)")
        }
        if !placed["moved_to"].isNull { table.add(fact: "moved to", placed["moved_to"].cell) }
        if case .object(let outputs) = execution["outputs"] {
            for (name, value) in outputs.sorted(by: { $0.key < $1.key }) {
                table.add(fact: "output \(name)", value.cell)
            }
        }
        let told = execution["error_text"][Language.current.rawValue].string
        let error = told ?? execution["error"].string ?? execution["error_msg"].string
        if let error, !error.isEmpty { table.add(fact: "error", error) }
        let attempts = execution["attempts"].array
        return attempts.count > 1 ? table.plain + "\n" + self.attempts(attempts) : table.plain
    }

    /// The attempts of a retried execution, a line each.
    static func attempts(_ attempts: [JSONValue]) -> String {
        var table = TextTable(
            ["ATTEMPT", "STATE", "START", "DURATION", "RESULT", "OUTPUT"],
            alignments: [.right, .left, .left, .right, .left, .right]
        )
        for attempt in attempts {
            let status = attempt["http_status"]
            let code = attempt["exit_code"]
            table.add([
                attempt["attempt"].cell, self.state(attempt), DisplayTime.text(attempt["start_time"]),
                DisplayTime.duration(milliseconds: attempt["duration"].integer),
                status.isNull ? (code.isNull ? "-" : spoken("exit \(code.cell)")) : "HTTP \(status.cell)",
                "\(attempt["output_bytes"].integer ?? 0) B",
            ])
        }
        return table.plain
    }
}
