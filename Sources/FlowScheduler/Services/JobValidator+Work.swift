// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowSupport
import Foundation

/// Plugin, SQL and built-in jobs.
extension JobValidator {
    mutating func check(_ plugin: PluginPayload) {
        self.faults.require(
            PluginPayload.isName(plugin.name),
            "executor_config.plugin",
            "name",
            "a plugin is named by its file in the host's directory of plugins, without a path: letters, digits, '.', '_', '-'"
        )
        self.faults.require(
            plugin.parameters.count <= JobLimits.pluginParameters,
            "executor_config.parameters",
            "too_many",
            "at most \(JobLimits.pluginParameters) parameters"
        )
        for (name, value) in plugin.parameters.sorted(by: { $0.key < $1.key }) {
            let path = "executor_config.parameters.\(name)"
            self.faults.require(
                VariableName.isValid(name, limit: VariableName.parameterLimit),
                path,
                "name",
                "a parameter's name is made of letters, digits and '_' and does not start with a digit"
            )
            self.checkValue(value, path)
        }
    }

    mutating func check(_ sql: SQLPayload) {
        self.check(connection: sql.connection)
        self.faults.require(
            (1...JobLimits.statements).contains(sql.statements.count),
            "executor_config.statements",
            sql.statements.isEmpty ? "required" : "too_many",
            "an SQL job has 1 to \(JobLimits.statements) statements"
        )
        let size = sql.statements.reduce(0) { $0 + $1.text.utf8.count }
        self.faults.require(
            size <= JobLimits.payloadBytes,
            "executor_config.statements",
            "length",
            "all statements together have at most \(JobLimits.payloadBytes) bytes"
        )
        for (index, statement) in sql.statements.enumerated() { self.check(statement, index) }
        self.range(sql.rowLimit, 0...JobLimits.rows, "executor_config.row_limit", "rows")
    }

    private mutating func check(connection: String) {
        let path = "executor_config.connection"
        // Whether a secret holds a right address is seen where it is used.
        guard SecretReference.names(in: connection).isEmpty else { return }
        guard connection.utf8.count <= JobLimits.connectionBytes, !TextRules.hasControlCharacters(connection) else {
            self.faults.add(
                path,
                "length",
                "an address has at most \(JobLimits.connectionBytes) bytes and no control characters"
            )
            return
        }
        if let file = SQLPayload.file(of: connection) {
            self.faults.require(
                JobLimits.isPath(file) && !file.hasSuffix("/"),
                path,
                "path",
                "an SQLite database is an absolute path, such as 'sqlite:/srv/data/app.db'"
            )
            return
        }
        guard SQLPayload.isPostgres(connection) else {
            self.faults.add(
                path,
                "scheme",
                "write 'postgres://USER@HOST/DATABASE', 'sqlite:/PATH' or 'secret:NAME'"
            )
            return
        }
        self.faults.require(
            !SQLPayload.hasPassword(connection),
            path,
            "credentials",
            "a password is not written into a job: keep the whole address in a secret and write 'secret:NAME'"
        )
    }

    private mutating func check(_ statement: SQLPayload.Statement, _ index: Int) {
        let path = "executor_config.statements[\(index)]"
        self.faults.require(!statement.firstWord.isEmpty, path + ".sql", "required", "a statement is needed")
        self.faults.require(
            !statement.text.utf8.contains(0),
            path + ".sql",
            "characters",
            "a statement has no NUL character"
        )
        self.faults.require(
            statement.forbiddenWord == nil,
            path + ".sql",
            "transaction",
            "all statements are one transaction, which the agent begins and ends: leave this one out"
        )
        let spliced = RequestTemplate(statement.text).parameters.first {
            VariableName.isValid($0, limit: VariableName.parameterLimit)
        }
        self.faults.require(
            spliced == nil && SecretReference.names(in: statement.text).isEmpty,
            path + ".sql",
            "parameter",
            "nothing is put into the text of a statement: write $1 (SQLite: ?1) there, and the value in 'parameters'"
        )
        self.faults.require(
            statement.parameters.count <= JobLimits.statementParameters,
            path + ".parameters",
            "too_many",
            "at most \(JobLimits.statementParameters) parameters"
        )
        for (place, value) in statement.parameters.enumerated() {
            self.checkValue(value, "\(path).parameters[\(place)]")
        }
    }

    mutating func check(_ builtin: BuiltinPayload) {
        switch builtin {
        case .cleanFiles(let clean):
            self.checkPath(clean.path)
            self.faults.require(
                clean.path.split(separator: "/").count(where: { $0 != "." }) > 0
                    && !clean.path.split(separator: "/").contains(".."),
                "executor_config.path",
                "path",
                "name a directory below the root, without '..'"
            )
            self.range(clean.olderThanDays, 0...JobLimits.days, "executor_config.older_than_days", "days")
            self.faults.require(
                clean.pattern.map { (1...JobLimits.pathPartBytes).contains($0.utf8.count) && !$0.utf8.contains(0x2f) }
                    ?? true,
                "executor_config.pattern",
                "value",
                "a pattern is for names of files, such as '*.log'"
            )
        case .checkTCP(let check):
            let isName =
                (1...253).contains(check.host.utf8.count) && check.host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
            self.faults.require(
                isName && !check.host.contains("/"),
                "executor_config.host",
                "value",
                "a host is a name or an address, without a scheme"
            )
            if let why = AddressRules.refusal(ofLiteral: check.host) {
                self.faults.add("executor_config.host", "address", Wording(words: why))
            }
            self.range(check.port, 1...65_535, "executor_config.port", "(a TCP port)")
        case .checkHTTP(let check):
            self.checkURL(check.url)
            self.checkStatuses(check.expectedStatus)
        case .checkDisk(let check):
            self.checkPath(check.path)
            self.range(check.leastFreePercent, 0...100, "executor_config.min_free_percent", "per cent")
        }
    }

    private mutating func checkPath(_ path: String) {
        self.faults.require(
            JobLimits.isPath(path) && !TextRules.hasControlCharacters(path),
            "executor_config.path",
            "path",
            "a path is absolute, such as '/var/log/app'"
        )
    }

    private mutating func checkValue(_ value: String, _ path: String) {
        self.faults.require(
            value.utf8.count <= JobLimits.parameterBytes && !value.utf8.contains(0),
            path,
            "value",
            "a value has at most \(JobLimits.parameterBytes) bytes and no NUL character"
        )
    }
}

extension Payload {
    /// The texts in which parameters of a run are filled in, with their paths in the API.
    var templates: [(path: String, text: String)] {
        switch self {
        case .shell, .builtin, .container: []
        case .http(let http):
            [("executor_config.url", http.url)]
                + http.headers.sorted { $0.key < $1.key }.map { ("executor_config.headers.\($0.key)", $0.value) }
                + (http.body.map { [("executor_config.body", $0)] } ?? [])
        case .plugin(let plugin):
            plugin.parameters.sorted { $0.key < $1.key }.map { ("executor_config.parameters.\($0.key)", $0.value) }
        case .sql(let sql):
            sql.statements.enumerated().flatMap { index, statement in
                statement.parameters.enumerated().map { place, text in
                    ("executor_config.statements[\(index)].parameters[\(place)]", text)
                }
            }
        }
    }
}
