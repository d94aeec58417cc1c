// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// dkron's jobs, as `GET /v1/jobs` gives them.
enum DkronReader {
    static func read(_ file: ImportFile) -> ForeignFindings {
        var findings = ForeignFindings()
        do {
            for (line, job) in try JSONObjects.read(file.bytes, member: "jobs") { self.add(job, line, &findings) }
        } catch {
            findings.refuse(error.line, error.text)
        }
        return findings
    }

    private static let silent: Set<String> = [
        "id", "name", "displayname", "schedule", "timezone", "owner", "owner_email", "disabled", "tags", "retries",
        "concurrency",
        "executor", "executor_config", "metadata", "success_count", "error_count", "last_success", "last_error",
        "status", "next",
        "version", "ephemeral", "dependent_jobs",
    ]

    private static func add(_ job: JSON, _ line: Int, _ findings: inout ForeignFindings) {
        let name = job["name"]?.importText ?? "line \(line)"
        let config = job["executor_config"] ?? .object([])
        guard let run = self.run(job, config, name, line, &findings),
            let schedule = self.schedule(job, name, line, &findings)
        else { return }
        var task = ForeignTask(
            line: line,
            name: name,
            origin: "dkron",
            note: job["displayname"]?.importText ?? "",
            run: run
        )
        task.schedule = schedule
        task.isEnabled = job["disabled"]?.importFlag != true
        task.retries = min(job["retries"]?.importNumber ?? 0, 100)
        if task.retries ?? 0 > 0 { task.retryInterval = 0 }
        if job["concurrency"]?.importText == "forbid" {
            task.overlap = .skip
        } else {
            (task.overlap, task.concurrency) = (.allow, 100)
        }
        // It has no memory of fires that it missed.
        task.misfire = "skip"
        if case .script = run { self.addSurroundings(&task, config, name, line, &findings) }
        if let timeout = config["timeout"]?.importText {
            task.timeout = timeout.allSatisfy(\.isNumber) ? Int64(timeout) : GoDuration.seconds(timeout)
            if task.timeout == nil {
                findings.warn(line, "'\(name)': the timeout '\(timeout)' can't be read; left out")
            }
        }
        if let owner = job["owner"]?.importText, !owner.isEmpty { task.labels["owner"] = String(owner.prefix(63)) }
        for (key, value) in (job["metadata"]?.importMembers ?? []).prefix(20) {
            if let text = value.importText { task.labels[key] = String(text.prefix(63)) }
        }
        self.noteRest(job, name, line, &findings)
        findings.add(task)
    }

    private static func schedule(
        _ job: JSON,
        _ name: String,
        _ line: Int,
        _ findings: inout ForeignFindings
    ) -> ForeignTask.Schedule? {
        let text = job["schedule"]?.importText ?? ""
        let zone = job["timezone"]?.importText.flatMap { $0.isEmpty ? nil : $0 }
        if text == "@manually" || text.isEmpty { return .manual }
        if text == "@minutely" { return .cron("* * * * *", zone: zone) }
        if text.hasPrefix("@at ") { return .once(String(text.dropFirst(4))) }
        if text.hasPrefix("@every ") {
            guard let seconds = GoDuration.seconds(String(text.dropFirst(7))), seconds > 0 else {
                findings.refuse(line, "'\(name)': '\(text)' is no period of whole seconds")
                return nil
            }
            return .every(seconds)
        }
        guard !text.hasPrefix("@") else { return .cron(text, zone: zone) }
        var fields = text.split(separator: " ").map { $0 == "?" ? "*" : String($0) }
        if fields.count == 6, fields[0] == "0" { fields.removeFirst() }
        return .cron(fields.joined(separator: " "), zone: zone)
    }

    private static func run(
        _ job: JSON,
        _ config: JSON,
        _ name: String,
        _ line: Int,
        _ findings: inout ForeignFindings
    ) -> ForeignTask.Run? {
        func text(_ key: String) -> String? { config[key]?.importText.flatMap { $0.isEmpty ? nil : $0 } }
        switch job["executor"]?.importText {
        case "shell":
            guard let command = text("command") else {
                findings.refuse(line, "'\(name)' has no command")
                return nil
            }
            // Without a shell the words are the program's as they stand; only the signs of a shell would differ.
            if config["shell"]?.importFlag != true, command.contains(where: { "$`*?;&|<>(){}~".contains($0) }) {
                findings.warn(line, "'\(name)' ran without a shell; here its signs ($, *, | …) mean something")
            }
            return .script(command, interpreter: [])
        case "http":
            guard let url = text("url") else {
                findings.refuse(line, "'\(name)' has no address")
                return nil
            }
            for key in ["expectBody", "tlsNoVerifyPeer", "tlsCertificateFile", "tlsRootCAsFile"] where text(key) != nil
            {
                findings.warn(line, "'\(name)': \(key) is left out")
            }
            let codes = (text("expectCode") ?? "").split(separator: ",").compactMap { Int64($0.filter(\.isNumber)) }
            return .http(
                method: (text("method") ?? "GET").uppercased(),
                url: url,
                headers: self.headers(text("headers") ?? "[]"),
                body: text("body"),
                expected: codes
            )
        case let executor:
            findings.refuse(
                line,
                "'\(name)' runs by the executor '\(executor ?? "")', which is not here; write it as a command"
            )
            return nil
        }
    }

    /// A list of `Name: value` in JSON, inside of a text.
    private static func headers(_ text: String) -> [String: String] {
        var headers: [String: String] = [:]
        for element in (try? JSONParser.parse(Array(text.utf8)))?.importList ?? [] {
            let parts = (element.importText ?? "").split(separator: ":", maxSplits: 1).map(String.init)
            if parts.count == 2 { headers[parts[0]] = String(parts[1].drop { $0 == " " }) }
        }
        return headers
    }

    private static func addSurroundings(
        _ task: inout ForeignTask,
        _ config: JSON,
        _ name: String,
        _ line: Int,
        _ findings: inout ForeignFindings
    ) {
        if let directory = config["cwd"]?.importText, directory.hasPrefix("/") { task.workDirectory = directory }
        for pair in (config["env"]?.importText ?? "").split(separator: ",") {
            guard let equals = pair.firstIndex(of: "="), equals != pair.startIndex else {
                findings.warn(line, "'\(name)': '\(pair)' is no NAME=value; left out")
                continue
            }
            task.environment[String(pair[..<equals]).filter { $0 != " " }] = String(pair[pair.index(after: equals)...])
        }
        if let limit = config["mem_limit_kb"]?.importText, limit != "disabled" {
            findings.warn(line, "'\(name)': mem_limit_kb is left out; set limits of the command")
        }
    }

    private static func noteRest(_ job: JSON, _ name: String, _ line: Int, _ findings: inout ForeignFindings) {
        for (key, value) in job.importMembers where !self.silent.contains(key) {
            let isEmpty = [.null, .string(""), .bool(false), .array([]), .object([])].contains(value)
            guard !isEmpty else { continue }
            let hint: Wording =
                switch key {
                case "parent_job": "; make a dependency on '\(value.importText ?? "")'"
                case "processors": "; output is kept with each run"
                case "starts_at", "expires_at": "; set not_before and not_after"
                default: ""
                }
            findings.warn(line, "'\(name)': \(key) is left out\(hint)")
        }
        let tags = job["tags"]?.importMembers ?? []
        if tags.contains(where: { ($0.value.importText ?? "").contains(":") }) {
            findings.warn(line, "'\(name)' ran on as many nodes as its tags say; here every host of the group runs it")
        } else if !tags.isEmpty {
            let words = tags.map { "\($0.name)=\($0.value.importText ?? "")" }.joined(separator: ", ")
            findings.warn(line, "'\(name)' ran on nodes with \(words); choose a group of such hosts")
        }
    }
}

/// Go's durations: `1h30m`, `10s`, `1.5h`.
enum GoDuration {
    /// Nil where it is none, or not a whole number of seconds.
    static func seconds(_ text: String) -> Int64? {
        var rest = Substring(text)
        var milliseconds = 0.0
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(unit.count)
            let factors: [String: Double] = ["h": 3_600_000, "m": 60_000, "s": 1000, "ms": 1]
            guard let number = Double(digits), let factor = factors[String(unit)] else { return nil }
            milliseconds += number * factor
        }
        guard milliseconds < 1e15, milliseconds.truncatingRemainder(dividingBy: 1000) == 0 else { return nil }
        return Int64(milliseconds / 1000)
    }
}
