// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Configurations of plugin, SQL and built-in tasks, in requests and answers.
enum WorkBody {
    static func plugin(_ reader: inout FieldReader) -> PluginPayload {
        PluginPayload(name: reader.requiredString("plugin"), parameters: reader.dictionary("parameters") ?? [:])
    }

    static func configuration(_ plugin: PluginPayload) -> JSON {
        .object([.init("plugin", plugin.name), .init("parameters", plugin.parameters)])
    }

    static func sql(_ reader: inout FieldReader) -> SQLPayload {
        if !reader.has("statements") { reader.fault("statements", "required", "this field is required") }
        let connection = reader.requiredString("connection")
        var readers = reader.objects("statements") ?? []
        var statements: [SQLPayload.Statement] = []
        for index in readers.indices {
            let text = readers[index].requiredString("sql")
            statements.append(SQLPayload.Statement(text, parameters: readers[index].strings("parameters") ?? []))
            readers[index].close()
        }
        let limit = reader.int("row_limit") ?? SQLPayload.standardRowLimit
        return SQLPayload(connection: connection, statements: statements, rowLimit: limit)
    }

    static func configuration(_ sql: SQLPayload) -> JSON {
        .object([
            .init("connection", sql.connection),
            .init(
                "statements",
                sql.statements.map {
                    JSON.object([.init("sql", $0.text), .init("parameters", $0.parameters)])
                }
            ),
            .init("row_limit", sql.rowLimit),
        ])
    }

    static func builtin(_ reader: inout FieldReader) -> BuiltinPayload {
        let name = reader.requiredString("builtin")
        switch name {
        case "check_tcp":
            return .checkTCP(.init(host: reader.requiredString("host"), port: self.number("port", &reader)))
        case "check_http":
            let statuses = (reader.integers("expected_status") ?? []).map { Int(clamping: $0) }
            return .checkHTTP(.init(url: reader.requiredString("url"), expectedStatus: statuses))
        case "check_disk":
            return .checkDisk(
                .init(path: reader.requiredString("path"), leastFreePercent: self.number("min_free_percent", &reader))
            )
        default:
            if name != "clean_files", !name.isEmpty {
                reader.fault(
                    "builtin",
                    "value",
                    "there is no built-in '\(name.prefix(64))'; use \(BuiltinPayload.names.joined(separator: ", "))"
                )
            }
            return .cleanFiles(
                .init(
                    path: reader.requiredString("path"),
                    olderThanDays: self.number("older_than_days", &reader),
                    pattern: reader.string("pattern"),
                    isDryRun: reader.bool("dry_run") ?? false
                )
            )
        }
    }

    private static func number(_ name: String, _ reader: inout FieldReader) -> Int {
        if !reader.has(name) { reader.fault(name, "required", "this field is required") }
        return reader.int(name) ?? 0
    }

    static func configuration(_ builtin: BuiltinPayload) -> JSON {
        let name = JSON.Member("builtin", builtin.name)
        switch builtin {
        case .cleanFiles(let clean):
            return .object([
                name, .init("path", clean.path), .init("older_than_days", clean.olderThanDays),
                .init("pattern", clean.pattern), .init("dry_run", clean.isDryRun),
            ])
        case .checkTCP(let check): return .object([name, .init("host", check.host), .init("port", check.port)])
        case .checkHTTP(let check):
            return .object([name, .init("url", check.url), .init("expected_status", check.expectedStatus)])
        case .checkDisk(let check):
            return .object([name, .init("path", check.path), .init("min_free_percent", check.leastFreePercent)])
        }
    }
}
