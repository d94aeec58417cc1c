// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import FlowCore
import Foundation

/// Everything that can be said about a task, from a file and from flags; flags win.
struct TaskFields: ParsableArguments {
    @Option(help: "JSON file with the fields of the API; '-' for standard input.")
    var file: String?

    @Option(help: "At most 512 characters.")
    var description: String?

    @Option(name: .shortAndLong, help: "Shell script to run.")
    var command: String?

    @Option(help: "Program that reads the script, with its path; /bin/sh.")
    var interpreter: String?

    @Option(
        name: .customLong("interpreter-arg"),
        parsing: .unconditionalSingleValue,
        help: "What stands between interpreter and script, '-e' for node; repeat for several. '-c'."
    )
    var interpreterArguments: [String] = []

    @Option(name: .customLong("success-code"), help: "An exit code that means success; repeat for several. 0.")
    var successCodes: [Int] = []

    @Option(help: "umask of the script, octal such as 022. The agent's.")
    var umask: String?

    @Option(parsing: .unconditional, help: "Niceness of the script, -20 to 19. The agent's.")
    var nice: Int?

    @Option(help: "User of the host that the script runs as; the agent has to be root then. The agent's.")
    var runAs: String?

    @Option(
        help:
            "Slice of the host's systemd for a unit of its own, such as batch.slice; 'default' for the usual one, or 'none'."
    )
    var unit: String?

    @Option(help: "Directory the script runs in; absolute. The user's home.")
    var workDir: String?

    @Flag(help: "Run in an empty directory that is removed at the end.")
    var scratchDir = false

    @Flag(help: "Let processes go on that the script leaves behind when it ends.")
    var leaveProcesses = false

    @Option(name: .customLong("env"), help: "NAME=VALUE for the script's environment; repeat for several.")
    var environment: [KeyValue] = []

    @Option(help: "Request this URL instead of running a script.")
    var url: String?

    @Option(help: "HTTP method; GET.")
    var method: String?

    @Option(name: .customLong("header"), help: "'Name: value' of the request; repeat for several.")
    var headers: [String] = []

    @Option(help: "Body of the request.")
    var body: String?

    @Option(name: .customLong("expect-status"), help: "A status that counts as success; repeat for several. Any 2xx.")
    var expectedStatus: [Int] = []

    @Option(
        help: "Cron expression: 5, 6 (second first) or 7 fields (year last), or a macro; repeat for the times of any."
    )
    var cron: [String] = []

    @Option(help: "Cron expression whose times --cron leaves out; repeat, or 'none'.")
    var cronExcept: [String] = []

    @Option(name: [.customShort("z"), .customLong("timezone")], help: "IANA name such as Asia/Shanghai.")
    var timeZone: String?

    @Option(help: "What a change of summer time does to fixed times: debian, skip or both.")
    var dst: DSTPolicy?

    @Option(help: "Run at this period instead: 30s, 5m, 1h30m, 1d.")
    var every: String?

    @Option(help: "Run so long after the end of the run before instead: 30s, 5m.")
    var delay: String?

    @Option(help: "Run once at this RFC 3339 time instead.")
    var at: String?

    @Option(help: "No fire before this RFC 3339 time; 'none' takes it away.")
    var notBefore: String?

    @Option(help: "No fire after this RFC 3339 time; 'none' takes it away.")
    var notAfter: String?

    @Option(help: "Fire only in this part of each day, such as 09:00-17:00 or 22:00-06:00; 'none' takes it away.")
    var window: String?

    @Option(
        help:
            "Calendar whose times it leaves out, or with :before or :after the nearest day that is free; repeat, or 'none'."
    )
    var calendar: [String] = []

    @Option(
        help:
            "Parameter that it takes: NAME[:TYPE][=DEFAULT], or NAME[:TYPE]! where it must be said; repeat, or 'none'."
    )
    var parameter: [String] = []

    @Flag(help: "No schedule: only triggers run it.")
    var manual = false

    @Option(help: "Seconds one run may take, 10 to 604800 (a week); 0 for no limit takes settings:write.")
    var timeout: Int?

    @Option(help: "Retries after a failed run, 0 to 10.")
    var retries: Int?

    @OptionGroup(title: "Policies")
    var policies: PolicyFields

    @OptionGroup(title: "Where it runs")
    var placement: PlacementFields

    @Option(help: "What takes two persons: edit, run; repeat, or 'none'.")
    var twoPerson: [String] = []

    @Option(name: .customLong("group"), help: "Group to run in, by name or number; repeat for several.")
    var groups: [String] = []

    @Option(name: .customLong("label"), help: "NAME=VALUE; repeat for several.")
    var labels: [KeyValue] = []

    func validate() throws {
        let schedules = [
            !self.cron.isEmpty, self.every != nil, self.delay != nil, self.at != nil, self.manual,
        ].count { $0 }
        if schedules > 1 { throw ValidationError.said("Give one of --cron, --every, --delay, --at and --manual.") }
        if self.manual || self.at != nil, self.timeZone != nil || self.dst != nil {
            throw ValidationError.said("--manual and --at have no times in a zone: leave -z and --dst out.")
        }
        if self.command != nil, self.url != nil { throw ValidationError.said("Give --command or --url, not both.") }
    }

    /// Writes what was given into a request's body.
    func apply(to body: inout JSONValue, client: APIClient) async throws {
        if let file { try self.merge(file, into: &body) }
        if let description { body["description"] = .string(description) }
        try self.applyExecutor(to: &body)
        try self.applySchedule(to: &body)
        if !self.twoPerson.isEmpty {
            body["two_person"] = .array(self.twoPerson == ["none"] ? [] : self.twoPerson.map { .string($0) })
        }
        if let timeout { body["timeout"] = .integer(Int64(timeout)) }
        if let retries { body["retry_count"] = .integer(Int64(retries)) }
        try self.policies.apply(to: &body)
        try self.placement.apply(to: &body)
        if !self.labels.isEmpty { body["labels"] = KeyValue.object(self.labels) }
        // A file may name groups, which are other numbers on another server.
        let names = self.groups.isEmpty ? body["groups"].array.compactMap(\.string) : self.groups
        if !names.isEmpty, !self.groups.isEmpty || body["group_ids"].isNull {
            body["group_ids"] = .array(try await client.groupIDs(names).map(JSONValue.integer))
        }
        body["groups"] = .null
    }

    private func merge(_ file: String, into body: inout JSONValue) throws {
        let data = file == "-" ? Terminal.readAll() : FileManager.default.contents(atPath: file)
        guard let data else { throw CommandFailure(.usage, "\(file) can't be read") }
        guard case .object(let members)? = try? JSONDecoder().decode(JSONValue.self, from: data) else {
            throw CommandFailure(.usage, "\(file) is no JSON object")
        }
        for (key, value) in members { body[key] = value }
    }

    func applyExecutor(to body: inout JSONValue) throws {
        var config = body["executor_config"]
        if let command {
            // A script in place of a request: nothing of the request may stay.
            if body["executor_type"].integer ?? 1 != 1 { config = .object([:]) }
            body["executor_type"] = 1
            config["command"] = .string(command)
        }
        if let interpreter { config["interpreter"] = .string(interpreter) }
        if !self.interpreterArguments.isEmpty {
            config["interpreter_args"] = .array(self.interpreterArguments.map { .string($0) })
        }
        if !self.successCodes.isEmpty {
            config["success_codes"] = .array(self.successCodes.map { .integer(Int64($0)) })
        }
        if let umask { config["umask"] = .string(umask) }
        if let nice { config["nice"] = .integer(Int64(nice)) }
        if let runAs { config["run_as"] = .string(runAs) }
        switch self.unit {
        case nil: break
        case "none": config["unit"] = .null
        case "default": config["unit"] = .object([:])
        case let slice?: config["unit"] = .object(["slice": .string(slice)])
        }
        if let workDir { config["work_dir"] = .string(workDir) }
        if self.scratchDir { config["scratch_dir"] = .bool(true) }
        if self.leaveProcesses { config["leave_processes"] = .bool(true) }
        if !self.environment.isEmpty { config["env"] = KeyValue.object(self.environment) }
        if let url {
            if body["executor_type"].integer != 2 { config = .object([:]) }
            body["executor_type"] = 2
            config["url"] = .string(url)
            if config["method"].isNull { config["method"] = "GET" }
        }
        if let method { config["method"] = .string(method.uppercased()) }
        if !self.headers.isEmpty { config["headers"] = try self.headerObject() }
        if let requestBody = self.body { config["body"] = .string(requestBody) }
        if !self.expectedStatus.isEmpty {
            config["expected_status"] = .array(self.expectedStatus.map { .integer(Int64($0)) })
        }
        if !config.isNull { body["executor_config"] = config }
    }

    private func headerObject() throws -> JSONValue {
        var object = JSONValue.object([:])
        for header in self.headers {
            guard let colon = header.firstIndex(of: ":"), colon != header.startIndex else {
                throw CommandFailure(.usage, "--header is 'Name: value', not '\(header)'")
            }
            let value = header[header.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            object[String(header[..<colon])] = .string(value)
        }
        return object
    }

    private func applySchedule(to body: inout JSONValue) throws {
        if let first = self.cron.first {
            self.schedule("cron", "cron_expr", .string(first), in: &body)
            body["cron_exprs"] = .array(self.cron.dropFirst().map { .string($0) })
        } else if let every {
            self.schedule("every", "every_seconds", .integer(try Self.seconds(every)), in: &body)
        } else if let delay {
            self.schedule("delay", "delay_seconds", .integer(try Self.seconds(delay)), in: &body)
        } else if let at {
            guard Timestamp(rfc3339: at) != nil else {
                throw CommandFailure(.usage, "--at needs a time with its zone such as 2026-11-21T10:00:00+08:00")
            }
            self.schedule("once", "once_at", .string(at), in: &body)
        } else if self.manual {
            body["schedule_type"] = "manual"
            for field in Self.scheduleFields { body[field] = .null }
        }
        // What is no cron schedule has no further expressions.
        if self.every != nil || self.delay != nil || self.at != nil || self.manual {
            for field in ["cron_exprs", "cron_except"] { body[field] = .array([]) }
        }
        if !self.cronExcept.isEmpty {
            body["cron_except"] = .array(self.cronExcept.filter { $0 != "none" }.map { .string($0) })
        }
        if let timeZone { body["timezone"] = .string(timeZone) }
        if let dst { body["dst"] = .string(dst.rawValue) }
        if !self.parameter.isEmpty {
            body["parameters"] = .array(self.parameter.filter { $0 != "none" }.map(Self.parameter))
        }
        // What fires once, or never by itself, has nothing to limit.
        if self.at != nil || self.manual {
            for field in ["not_before", "not_after", "window"] { body[field] = .null }
            body["calendars"] = .array([])
        }
        if !self.calendar.isEmpty {
            body["calendars"] = .array(self.calendar.filter { $0 != "none" }.map(Self.calendar))
        }
        let limits = [("not_before", self.notBefore), ("not_after", self.notAfter)]
        for case (let field, let value?) in limits { body[field] = value == "none" ? .null : .string(value) }
        guard let window else { return }
        let ends = window.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        guard window == "none" || ends.count == 2 else {
            throw CommandFailure(.usage, "--window needs two times of the day such as 09:00-17:00, or 'none'")
        }
        body["window"] = window == "none" ? .null : .object(["from": .string(ends[0]), "to": .string(ends[1])])
    }

    /// `NAME[:TYPE][=DEFAULT]` or `NAME[:TYPE]!`; what is wrong with it, the server says.
    private static func parameter(_ text: String) -> JSONValue {
        let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let isRequired = sides.count == 1 && sides[0].hasSuffix("!")
        let words = (isRequired ? String(sides[0].dropLast()) : sides[0])
            .split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        var parameter = JSONValue.object(["name": .string(words[0]), "required": .bool(isRequired)])
        if words.count == 2 { parameter["type"] = .string(words[1]) }
        if sides.count == 2 { parameter["default"] = .string(sides[1]) }
        return parameter
    }

    /// `NAME` or `NAME:POLICY`.
    private static func calendar(_ text: String) -> JSONValue {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        return .object(["calendar": .string(parts[0]), "on_blackout": .string(parts.count == 2 ? parts[1] : "skip")])
    }

    /// The fields of which a schedule has one; the API refuses one that belongs to another kind.
    private static let scheduleFields = ["cron_expr", "every_seconds", "delay_seconds", "once_at"]

    private func schedule(_ type: String, _ field: String, _ value: JSONValue, in body: inout JSONValue) {
        for other in Self.scheduleFields { body[other] = .null }
        body["schedule_type"] = .string(type)
        body[field] = value
    }

    private static func seconds(_ text: String) throws -> Int64 {
        let spelled = Int64(text) == nil ? text : text + "s"
        do {
            let milliseconds = try CronExpression(parsing: "@every " + spelled).everyMilliseconds ?? 0
            guard milliseconds % 1000 == 0 else {
                throw CommandFailure(.usage, "--every and --delay take whole seconds")
            }
            return milliseconds / 1000
        } catch let error as ScheduleError {
            throw CommandFailure(.usage, "'\(text)': \(error.message)")
        }
    }
}

/// `NAME=VALUE` on the command line.
struct KeyValue: ExpressibleByArgument, Hashable {
    let key: String
    let value: String

    init(_ key: String, _ value: String) {
        self.key = key
        self.value = value
    }

    init?(argument: String) {
        guard let equals = argument.firstIndex(of: "="), equals != argument.startIndex else { return nil }
        self.key = String(argument[..<equals])
        self.value = String(argument[argument.index(after: equals)...])
    }

    static func object(_ pairs: [KeyValue]) -> JSONValue {
        .object(Dictionary(pairs.map { ($0.key, JSONValue.string($0.value)) }) { $1 })
    }
}
