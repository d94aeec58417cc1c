// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

// Plugin, SQL and built-in jobs in S1's map of texts. What is not known is not guessed: the task is kept and not started.

/// Members of an `executor_config` that are taken out one by one; what is left over is not understood.
struct ConfigReader {
    private var members: [String: String]
    let field: String

    init(_ members: [String: String], _ field: String) {
        self.members = members
        self.field = field
    }

    mutating func take(_ name: String) -> String? { self.members.removeValue(forKey: name) }

    func has(_ name: String) -> Bool { self.members[name] != nil }

    mutating func text(_ name: String) throws(WireError) -> String {
        guard let text = self.take(name) else {
            throw WireError.invalid(field: self.field, problem: "lacks '\(name)'")
        }
        return text
    }

    mutating func number(_ name: String, _ range: ClosedRange<Int>) throws(WireError) -> Int {
        let text = try self.text(name)
        guard let number = Int(text), range.contains(number) else {
            throw WireError.invalid(
                field: "\(self.field).\(name)",
                problem: "is '\(text.prefix(64))', not a number from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return number
    }

    /// Members with a prefix, by what stands behind it.
    mutating func all(_ prefix: String) -> [String: String] {
        var result: [String: String] = [:]
        for (key, value) in self.members {
            guard let name = key.suffix(after: prefix) else { continue }
            result[name] = value
            self.members[key] = nil
        }
        return result
    }

    func finish() throws(WireError) {
        guard let key = self.members.keys.min() else { return }
        throw WireError.notUnderstood(field: self.field, value: "'\(key.prefix(64))'")
    }
}

extension PluginPayload {
    var wire: [String: String] {
        var config = ["plugin": self.name]
        for (name, value) in self.parameters { config["parameter.\(name)"] = value }
        return config
    }

    init(wire: [String: String], _ field: String) throws(WireError) {
        var config = ConfigReader(wire, field)
        self.init(name: try config.text("plugin"), parameters: config.all("parameter."))
        try config.finish()
    }
}

extension SQLPayload {
    var wire: [String: String] {
        var config = ["connection": self.connection, "row_limit": String(self.rowLimit)]
        for (index, statement) in self.statements.enumerated() {
            config["statement.\(index)"] = statement.text
            for (place, value) in statement.parameters.enumerated() {
                config["statement.\(index).parameter.\(place)"] = value
            }
        }
        return config
    }

    init(wire: [String: String], _ field: String) throws(WireError) {
        var config = ConfigReader(wire, field)
        let connection = try config.text("connection")
        let limit = try config.number("row_limit", 0...JobLimits.rows)
        var statements: [Statement] = []
        while statements.count < JobLimits.statements, let text = config.take("statement.\(statements.count)") {
            var statement = Statement(text)
            while statement.parameters.count < JobLimits.statementParameters,
                let value = config.take("statement.\(statements.count).parameter.\(statement.parameters.count)")
            {
                statement.parameters.append(value)
            }
            statements.append(statement)
        }
        try config.finish()
        self.init(connection: connection, statements: statements, rowLimit: limit)
    }
}

extension BuiltinPayload {
    var wire: [String: String] {
        var config = ["builtin": self.name]
        switch self {
        case .cleanFiles(let clean):
            config["path"] = clean.path
            config["older_than_days"] = String(clean.olderThanDays)
            config["pattern"] = clean.pattern
            if clean.isDryRun { config["dry_run"] = "1" }
        case .checkTCP(let check):
            config["host"] = check.host
            config["port"] = String(check.port)
        case .checkHTTP(let check):
            config["url"] = check.url
            if !check.expectedStatus.isEmpty {
                config["expected_status"] = check.expectedStatus.map { String($0) }.joined(separator: ",")
            }
        case .checkDisk(let check):
            config["path"] = check.path
            config["min_free_percent"] = String(check.leastFreePercent)
        }
        return config
    }

    init(wire: [String: String], _ field: String) throws(WireError) {
        var config = ConfigReader(wire, field)
        let name = try config.text("builtin")
        switch name {
        case "clean_files":
            self = .cleanFiles(
                CleanFiles(
                    path: try config.text("path"),
                    olderThanDays: try config.number("older_than_days", 0...JobLimits.days),
                    pattern: config.take("pattern"),
                    isDryRun: config.take("dry_run") == "1"
                )
            )
        case "check_tcp":
            self = .checkTCP(
                CheckTCP(host: try config.text("host"), port: try config.number("port", 1...65_535))
            )
        case "check_http":
            var check = CheckHTTP(url: try config.text("url"))
            if let statuses = config.take("expected_status") {
                check.expectedStatus = try PBTaskConfig.numbers(
                    statuses,
                    100...999,
                    field + ".expected_status",
                    "HTTP statuses"
                )
            }
            self = .checkHTTP(check)
        case "check_disk":
            self = .checkDisk(
                CheckDisk(
                    path: try config.text("path"),
                    leastFreePercent: try config.number("min_free_percent", 0...100)
                )
            )
        default: throw WireError.notUnderstood(field: field + ".builtin", value: "'\(name.prefix(64))'")
        }
        try config.finish()
    }
}
