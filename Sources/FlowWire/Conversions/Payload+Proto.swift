// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import SwiftProtobuf

// S1's `executor_config` is one map of texts (S1-PB-3). Environment and headers are flattened into it with a prefix.

extension PBTaskConfig {
    private static let environmentPrefix = "env."
    private static let headerPrefix = "header."
    private static let argumentPrefix = "interpreter_args."
    private static let limitPrefix = "limit."
    private static let outputPrefix = "output."
    private static let expectedPrefix = "expect."

    mutating func setPayload(_ payload: Payload) {
        var config: [String: String] = [:]
        switch payload {
        case .shell(let shell):
            self.executorType = .shell
            config["command"] = shell.command
            config["interpreter"] = shell.interpreter
            config["work_dir"] = shell.workingDirectory
            if shell.usesScratchDirectory { config["scratch_dir"] = "1" }
            if shell.leavesProcesses { config["leave_processes"] = "1" }
            if shell.interpreterArguments != ShellPayload.shellArguments {
                for (index, argument) in shell.interpreterArguments.enumerated() {
                    config["\(Self.argumentPrefix)\(index)"] = argument
                }
                config["interpreter_args"] = String(shell.interpreterArguments.count)
            }
            if !shell.successCodes.isEmpty {
                config["success_codes"] = shell.successCodes.map { String($0) }.joined(separator: ",")
            }
            config["umask"] = shell.umask.map { String($0, radix: 8) }
            config["nice"] = shell.niceness.map { String($0) }
            config["run_as"] = shell.runAs
            if let unit = shell.unit {
                config["unit"] = "1"
                config["unit.slice"] = unit.slice
                config["unit.description"] = unit.description
            }
            for (name, value) in shell.limits { config[Self.limitPrefix + name] = String(value) }
            for (name, value) in shell.environment { config[Self.environmentPrefix + name] = value }
        case .http(let http):
            self.executorType = .http
            config["url"] = http.url
            config["method"] = http.method
            config["body"] = http.body
            if !http.expectedStatus.isEmpty {
                config["expected_status"] = http.expectedStatus.map { String($0) }.joined(separator: ",")
            }
            if let statuses = http.retryStatuses {
                config["retry_statuses"] = statuses.map { String($0) }.joined(separator: ",")
            }
            config["client_certificate"] = http.clientCertificate
            for (name, value) in http.headers { config[Self.headerPrefix + name] = value }
            for (name, pointer) in http.outputs ?? [:] { config[Self.outputPrefix + name] = pointer }
            for (pointer, value) in http.expectedValues ?? [:] { config[Self.expectedPrefix + pointer] = value }
        case .plugin(let plugin):
            self.executorType = .plugin
            config = plugin.wire
        case .sql(let sql):
            self.executorType = .sql
            config = sql.wire
        case .builtin(let builtin):
            self.executorType = .builtin
            config = builtin.wire
        case .container(let container):
            self.executorType = .container
            config = container.wire
        }
        self.executorConfig = config
    }

    func payload(_ field: String) throws(WireError) -> Payload {
        switch self.executorType {
        case .shell: .shell(try self.shell(field + ".executor_config"))
        case .http: .http(try self.http(field + ".executor_config"))
        case .plugin: .plugin(try PluginPayload(wire: self.executorConfig, field + ".executor_config"))
        case .sql: .sql(try SQLPayload(wire: self.executorConfig, field + ".executor_config"))
        case .builtin: .builtin(try BuiltinPayload(wire: self.executorConfig, field + ".executor_config"))
        case .container: .container(try ContainerPayload(wire: self.executorConfig, field + ".executor_config"))
        case .UNRECOGNIZED(let value): throw Fields.unknown(value, field + ".executor_type")
        }
    }

    private func shell(_ field: String) throws(WireError) -> ShellPayload {
        guard let command = self.executorConfig["command"] else {
            throw WireError.invalid(field: field, problem: "lacks 'command'")
        }
        var payload = ShellPayload(command: command)
        for (key, value) in self.executorConfig {
            if let name = key.suffix(after: Self.environmentPrefix) {
                payload.environment[name] = value
            } else if key == "work_dir" {
                payload.workingDirectory = value
            } else if key == "interpreter" {
                payload.interpreter = value
            } else if key == "scratch_dir" {
                payload.usesScratchDirectory = value == "1"
            } else if key == "leave_processes" {
                payload.leavesProcesses = value == "1"
            } else if key == "interpreter_args" {
                payload.interpreterArguments = try self.interpreterArguments(value, field + ".interpreter_args")
            } else if key.hasPrefix(Self.argumentPrefix) {
                continue
            } else if key == "success_codes" {
                payload.successCodes = try Self.numbers(value, 0...255, field + ".success_codes", "exit codes")
            } else if key == "umask" {
                guard let mask = Int(value, radix: 8), (0...0o777).contains(mask) else {
                    throw WireError.invalid(field: field + ".umask", problem: "is '\(value.prefix(64))', not octal")
                }
                payload.umask = mask
            } else if key == "nice" {
                guard let niceness = Int(value), (-20...19).contains(niceness) else {
                    throw WireError.invalid(field: field + ".nice", problem: "is '\(value.prefix(64))', not -20 to 19")
                }
                payload.niceness = niceness
            } else if key == "run_as" {
                guard JobLimits.isUserName(value) else {
                    throw WireError.invalid(field: field + ".run_as", problem: "is '\(value.prefix(64))', not a user")
                }
                payload.runAs = value
            } else if key == "unit" {
                payload.unit = try self.unit(value, field)
            } else if ["unit.slice", "unit.description"].contains(key), self.executorConfig["unit"] != nil {
                continue
            } else if let name = key.suffix(after: Self.limitPrefix) {
                guard let known = ProcessLimit(rawValue: name) else {
                    throw WireError.notUnderstood(field: field, value: "'\(key.prefix(64))'")
                }
                guard let limit = Int64(value), known.range.contains(limit) else {
                    throw WireError.invalid(field: "\(field).\(key)", problem: "is '\(value.prefix(64))', not a limit")
                }
                payload.limits[name] = limit
            } else if key != "command" {
                throw WireError.notUnderstood(field: field, value: "'\(key.prefix(64))'")
            }
        }
        return payload
    }

    private func unit(_ value: String, _ field: String) throws(WireError) -> TransientUnit {
        guard value == "1" else { throw WireError.notUnderstood(field: field, value: "'unit=\(value.prefix(64))'") }
        let unit = TransientUnit(
            slice: self.executorConfig["unit.slice"],
            description: self.executorConfig["unit.description"]
        )
        if let slice = unit.slice, !TransientUnit.isSlice(slice) {
            throw WireError.invalid(field: field + ".unit.slice", problem: "is '\(slice.prefix(64))', not a slice")
        }
        if let description = unit.description, !TransientUnit.isDescription(description) {
            throw WireError.invalid(field: field + ".unit.description", problem: "is not one line of text")
        }
        return unit
    }

    private func http(_ field: String) throws(WireError) -> HTTPPayload {
        guard let url = self.executorConfig["url"], let method = self.executorConfig["method"] else {
            throw WireError.invalid(field: field, problem: "lacks 'url' or 'method'")
        }
        var payload = HTTPPayload(url: url, method: method)
        for (key, value) in self.executorConfig {
            if let name = key.suffix(after: Self.headerPrefix) {
                payload.headers[name] = value
            } else if let name = key.suffix(after: Self.outputPrefix) {
                payload.outputs = (payload.outputs ?? [:]).merging([name: value]) { $1 }
            } else if let pointer = key.suffix(after: Self.expectedPrefix) {
                payload.expectedValues = (payload.expectedValues ?? [:]).merging([pointer: value]) { $1 }
            } else if key == "body" {
                payload.body = value
            } else if key == "expected_status" {
                payload.expectedStatus = try Self.numbers(
                    value,
                    100...999,
                    field + ".expected_status",
                    "HTTP statuses"
                )
            } else if key == "client_certificate" {
                payload.clientCertificate = value
            } else if key == "retry_statuses" {
                let statuses =
                    try value.isEmpty
                    ? [] : Self.numbers(value, 100...999, field + ".retry_statuses", "HTTP statuses")
                payload.retryStatuses = statuses
            } else if key != "url", key != "method" {
                throw WireError.notUnderstood(field: field, value: "'\(key.prefix(64))'")
            }
        }
        return payload
    }

    private func interpreterArguments(_ count: String, _ field: String) throws(WireError) -> [String] {
        guard let count = Int(count), (0...JobLimits.interpreterArguments).contains(count) else {
            throw WireError.invalid(field: field, problem: "is '\(count.prefix(64))', not a number of arguments")
        }
        var arguments: [String] = []
        for index in 0..<count {
            guard let argument = self.executorConfig["\(Self.argumentPrefix)\(index)"] else {
                throw WireError.invalid(field: field, problem: "lacks argument \(index)")
            }
            arguments.append(argument)
        }
        return arguments
    }

    static func numbers(
        _ text: String,
        _ range: ClosedRange<Int>,
        _ field: String,
        _ what: String
    ) throws(WireError) -> [Int] {
        var numbers: [Int] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let number = Int(part), range.contains(number) else {
                throw WireError.invalid(field: field, problem: "is '\(text.prefix(64))', not a list of \(what)")
            }
            numbers.append(number)
        }
        return numbers
    }
}

extension String {
    func suffix(after prefix: String) -> String? {
        self.hasPrefix(prefix) ? String(self.dropFirst(prefix.count)) : nil
    }
}
