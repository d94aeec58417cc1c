// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Cronicle's events: what `get_schedule` of its API answers, a list of events, or an export (`control.sh export`).
enum CronicleReader {
    static func read(_ file: ImportFile) -> ForeignFindings {
        var findings = ForeignFindings()
        do {
            for (line, event) in try self.events(file) { self.add(event, line, &findings) }
        } catch {
            findings.refuse(error.line, error.text)
        }
        return findings
    }

    /// An export has one record a line, `key - {json}`; events are the pages of `global/schedule`.
    private static func events(_ file: ImportFile) throws(ImportFault) -> [(line: Int, value: JSON)] {
        guard let text = file.text, text.contains("global/schedule/") else {
            return try JSONObjects.read(file.bytes, member: "rows")
        }
        var events: [(line: Int, value: JSON)] = []
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            guard line.hasPrefix("global/schedule/"), let mark = line.firstRange(of: " - ") else { continue }
            let json: JSON
            do { json = try JSONParser.parse(Array(line[mark.upperBound...].utf8)) } catch {
                throw ImportFault(line: index + 1, message: "this is no JSON: \(error.text)")
            }
            events += (json["items"]?.importList ?? []).map { (index + 1, $0) }
        }
        return events
    }

    private static let silent: Set<String> = [
        "id", "title", "enabled", "plugin", "target", "timezone", "timing", "timeout", "retries", "retry_delay",
        "max_children",
        "catch_up", "queue", "queue_max", "params", "notes", "created", "modified", "username", "salt", "api_key",
        "category",
        "algo", "multiplex", "detached", "session_id",
    ]

    private static func add(_ event: JSON, _ line: Int, _ findings: inout ForeignFindings) {
        let name = event["title"]?.importText ?? event["id"]?.importText ?? "line \(line)"
        guard let run = self.run(event, name, line, &findings),
            let schedule = self.schedule(event, name, line, &findings)
        else { return }
        var task = ForeignTask(
            line: line,
            name: name,
            origin: "Cronicle \(event["id"]?.importText ?? "")",
            note: event["notes"]?.importText ?? "",
            run: run
        )
        task.schedule = schedule
        task.isEnabled = event["enabled"]?.importFlag ?? true
        task.timeout = event["timeout"]?.importNumber
        task.retries = min(event["retries"]?.importNumber ?? 0, 100)
        task.retryInterval = event["retry_delay"]?.importNumber
        let together = event["max_children"]?.importNumber ?? 0
        if together == 1 {
            let waits = event["queue"]?.importFlag == true
            task.overlap = waits ? .queue : .skip
            if waits { task.queueLimit = event["queue_max"]?.importNumber.flatMap { $0 > 0 ? min($0, 100) : nil } }
        } else {
            (task.overlap, task.concurrency) = (.allow, min(together > 0 ? together : 100, 100))
        }
        task.misfire = event["catch_up"]?.importFlag == true ? "fire_all" : "skip"
        if let category = event["category"]?.importText { task.labels["category"] = String(category.prefix(63)) }
        self.noteRest(event, name, line, &findings)
        findings.add(task)
    }

    private static func run(
        _ event: JSON,
        _ name: String,
        _ line: Int,
        _ findings: inout ForeignFindings
    ) -> ForeignTask.Run? {
        let params = event["params"]
        func text(_ key: String) -> String? { params?[key]?.importText.flatMap { $0.isEmpty ? nil : $0 } }
        switch event["plugin"]?.importText {
        case "shellplug":
            guard let script = text("script") else {
                findings.refuse(line, "'\(name)' has no script")
                return nil
            }
            if params?["json"]?.importFlag == true {
                findings.warn(line, "'\(name)': JSON on standard output means nothing here; it is output")
            }
            return .script(script, interpreter: ShellText.interpreter(of: script))
        case "urlplug":
            guard let url = text("url") else {
                findings.refuse(line, "'\(name)' has no address")
                return nil
            }
            for key in ["success_match", "error_match"] where text(key) != nil {
                findings.warn(line, "'\(name)': \(key) is left out; the status of the answer decides")
            }
            if params?["ssl_cert_bypass"]?.importFlag == true {
                findings.warn(line, "'\(name)': certificates are checked here")
            }
            return .http(
                method: (text("method") ?? "GET").uppercased(),
                url: url,
                headers: self.headers(text("headers") ?? ""),
                body: text("data"),
                expected: []
            )
        case let plugin:
            findings.refuse(
                line,
                "'\(name)' runs the plugin '\(plugin ?? "")', which is not here; write it as a command"
            )
            return nil
        }
    }

    private static func headers(_ text: String) -> [String: String] {
        var headers: [String: String] = [:]
        for row in text.split(whereSeparator: \.isNewline) {
            let parts = row.split(separator: ":", maxSplits: 1).map { String($0).trimmingSuffix { $0 == " " } }
            if parts.count == 2 { headers[parts[0]] = String(parts[1].drop { $0 == " " }) }
        }
        return headers
    }

    private static func schedule(
        _ event: JSON,
        _ name: String,
        _ line: Int,
        _ findings: inout ForeignFindings
    ) -> ForeignTask.Schedule? {
        guard let timing = event["timing"], case .object = timing else { return .manual }
        func numbers(_ key: String) -> [Int]? {
            guard let list = timing[key]?.importList, !list.isEmpty else { return nil }
            return list.compactMap { $0.importNumber.map { Int(clamping: $0) } }
        }
        guard numbers("years") == nil else {
            findings.refuse(
                line,
                "'\(name)' names years, which a schedule here can't; make it by hand, with not_before and not_after"
            )
            return nil
        }
        guard let days = DayFields.both(days: numbers("days"), weekdays: numbers("weekdays")) else {
            findings.refuse(line, "'\(name)': \(DayFields.refusal)")
            return nil
        }
        func field(_ key: String) -> String { numbers(key).map { DayFields.list($0) } ?? "*" }
        let text = "\(field("minutes")) \(field("hours")) \(days.day) \(field("months")) \(days.weekday)"
        return .cron(text, zone: event["timezone"]?.importText)
    }

    private static func noteRest(_ event: JSON, _ name: String, _ line: Int, _ findings: inout ForeignFindings) {
        for (key, value) in event.importMembers where !self.silent.contains(key) {
            let isEmpty = value == .null || value == .string("") || value.importNumber == 0 || value == .array([])
            guard !isEmpty else { continue }
            let hint: Wording =
                switch key {
                case "notify_success", "notify_fail", "web_hook": "; make a rule of notifications"
                case "chain", "chain_error": "; make a workflow or dependencies"
                case "cpu_limit", "memory_limit", "cpu_sustain", "memory_sustain": "; set limits of the command"
                default: ""
                }
            findings.warn(line, "'\(name)': \(key) is left out\(hint)")
        }
        if event["multiplex"]?.importFlag != true {
            findings.warn(
                line,
                "'\(name)' ran on one server of '\(event["target"]?.importText ?? "")'; here every host of the group runs it"
            )
        }
        if event["detached"]?.importFlag == true {
            findings.warn(line, "'\(name)' was detached; here runs outlive a restart of the agent anyway")
        }
    }
}
