// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler

/// The writable fields of a task, read from a request (S1-API-2).
struct TaskBody {
    let draft: JobDraft
    /// The version the caller has seen; only on updates.
    let version: Int64?

    /// - Parameter settings: what fields are that the request leaves out.
    init(_ body: JSON, isUpdate: Bool, settings: Settings) throws {
        var reader = try FieldReader(body)
        let name = reader.requiredString("name")
        let description = reader.string("description") ?? ""
        let payload = Self.payload(&reader)
        let dependencies = DependencyBody.read(&reader)
        let isDependent = dependencies.map { !$0.edges.isEmpty } ?? false
        let zone = reader.string("timezone") ?? settings.text(.jobsZone)
        let schedule = Self.schedule(&reader, zone: zone, isDependent: isDependent)
        let limits = Self.limits(&reader, zone: zone)
        // Parents may end faster than the task does: one run more waits, instead of being skipped (D6).
        let saysOverlap = reader.has("overlap") || reader.has("concurrency")
        var policies = PolicyBody.read(&reader, PolicyBody.standard(settings))
        if isDependent, !saysOverlap { policies.overlap = .queueOne }
        let standing = PolicyBody.standing(&reader, settings: settings)
        if !reader.has("group_ids") { reader.fault("group_ids", "required", "this field is required") }
        let groups = reader.integers("group_ids") ?? []
        let labels = reader.dictionary("labels") ?? [:]
        var notify: [NotifyRule]?
        if var rules = reader.objects("task_notify") {
            notify = []
            for index in rules.indices {
                notify?.append(NotifyRuleBody.rule(&rules[index]))
                rules[index].close()
            }
        }
        let parameters = Self.parameters(&reader)
        let placement = PlacementBody.read(&reader)
        let twoPerson = Self.marks(&reader)
        let status = reader.int("status") ?? 1
        if status != 0, status != 1 {
            reader.fault("status", "value", "a task's status is 0 (disabled) or 1 (enabled)")
        }
        self.version = isUpdate ? reader.integer("version") : nil
        try reader.finish()
        self.draft = JobDraft(
            name: name,
            description: description,
            payload: payload,
            schedule: schedule,
            policies: policies,
            groups: groups,
            labels: labels,
            isEnabled: status == 1,
            notify: notify,
            dependencies: dependencies,
            standing: standing,
            limits: limits,
            parameters: parameters,
            placement: placement,
            twoPerson: twoPerson
        )
    }

    /// Nil where the request says nothing of it.
    private static func marks(_ reader: inout FieldReader) -> [TwoPersonAction]? {
        guard let words = reader.strings("two_person") else { return nil }
        return words.compactMap { word in
            let mark = TwoPersonAction.allCases.first { ExactText($0.rawValue) == ExactText(word) }
            if mark == nil {
                reader.fault("two_person", "value", "'edit' and 'run' take two persons, and nothing else")
            }
            return mark
        }
    }

    private static func parameters(_ reader: inout FieldReader) -> [ParameterDeclaration] {
        (reader.objects("parameters") ?? []).map { reader in
            var reader = reader
            let parameter = ParameterDeclaration(
                name: reader.requiredString("name"),
                kind: reader.choice("type") ?? .string,
                defaultValue: reader.string("default"),
                choices: reader.strings("choices") ?? [],
                isRequired: reader.bool("required") ?? false
            )
            reader.close()
            return parameter
        }
    }

    /// None where only 0 is one: so it is kept, and a task that is sent back as it was read stays what it was.
    static func successCodes(_ configuration: inout FieldReader) -> [Int] {
        let codes = (configuration.integers("success_codes") ?? []).map { Int(clamping: $0) }
        return codes == [0] ? [] : codes
    }

    private static func payload(_ reader: inout FieldReader) -> Payload {
        let type = reader.int("executor_type") ?? 1
        if !reader.has("executor_config") { reader.fault("executor_config", "required", "this field is required") }
        guard var configuration = reader.object("executor_config") else { return .shell(ShellPayload(command: "")) }
        defer { configuration.close() }
        switch type {
        case 1:
            let directory = configuration.string("work_dir")
            let interpreter = configuration.string("interpreter")
            let user = configuration.string("run_as")
            return .shell(
                ShellPayload(
                    command: configuration.requiredString("command"),
                    // Forms send an empty text for "none".
                    interpreter: interpreter?.isEmpty == true ? nil : interpreter,
                    interpreterArguments: configuration.strings("interpreter_args") ?? ShellPayload.shellArguments,
                    workingDirectory: directory?.isEmpty == true ? nil : directory,
                    usesScratchDirectory: configuration.bool("scratch_dir") ?? false,
                    leavesProcesses: configuration.bool("leave_processes") ?? false,
                    successCodes: Self.successCodes(&configuration),
                    umask: Self.umask(&configuration),
                    niceness: configuration.int("nice"),
                    runAs: user?.isEmpty == true ? nil : user,
                    limits: Self.limits(&configuration),
                    unit: Self.unit(&configuration),
                    environment: configuration.dictionary("env") ?? [:]
                )
            )
        case 2:
            let body = configuration.string("body")
            return .http(
                HTTPPayload(
                    url: configuration.requiredString("url"),
                    method: configuration.string("method")?.uppercased() ?? "GET",
                    headers: configuration.dictionary("headers") ?? [:],
                    body: body?.isEmpty == true ? nil : body,
                    expectedStatus: (configuration.integers("expected_status") ?? []).map { Int(clamping: $0) },
                    outputs: configuration.dictionary("outputs").flatMap { $0.isEmpty ? nil : $0 },
                    expectedValues: configuration.dictionary("expect").flatMap { $0.isEmpty ? nil : $0 },
                    retryStatuses: configuration.integers("retry_statuses")?.map { Int(clamping: $0) },
                    clientCertificate: configuration.string("client_certificate").flatMap { $0.isEmpty ? nil : $0 }
                )
            )
        case 3: return .plugin(WorkBody.plugin(&configuration))
        case 4: return .sql(WorkBody.sql(&configuration))
        case 5: return .builtin(WorkBody.builtin(&configuration))
        case 6: return .container(ContainerBody.read(&configuration))
        default:
            reader.fault(
                "executor_type",
                "value",
                "an executor type is 1 (shell), 2 (HTTP), 3 (plugin), 4 (SQL), 5 (built-in) or 6 (container)"
            )
            return .shell(ShellPayload(command: ""))
        }
    }

    private static func limits(_ configuration: inout FieldReader) -> [String: Int64] {
        guard var reader = configuration.object("limits") else { return [:] }
        defer { reader.close() }
        return ProcessLimit.allCases.reduce(into: [:]) { result, limit in
            result[limit.rawValue] = reader.integer(limit.rawValue)
        }
    }

    private static func unit(_ configuration: inout FieldReader) -> TransientUnit? {
        guard var reader = configuration.object("unit") else { return nil }
        defer { reader.close() }
        let slice = reader.string("slice")
        let description = reader.string("description")
        return TransientUnit(
            slice: slice?.isEmpty == true ? nil : slice,
            description: description?.isEmpty == true ? nil : description
        )
    }

    /// Octal digits in a text, as umask(1) takes them; a number would be read as decimal by people and programs.
    private static func umask(_ configuration: inout FieldReader) -> Int? {
        guard let text = configuration.string("umask"), !text.isEmpty else { return nil }
        // Out of range for what is none: the validator has the words.
        return text.utf8.count <= 4 ? Int(text, radix: 8) ?? -1 : -1
    }

    /// Nil where the request says nothing of limits.
    private static func limits(_ reader: inout FieldReader, zone: String) -> LimitsDraft? {
        var limits = LimitsDraft(timeZone: zone)
        limits.notBefore = reader.timestamp("not_before")
        limits.notAfter = reader.timestamp("not_after")
        limits.also = reader.strings("cron_exprs") ?? []
        limits.except = reader.strings("cron_except") ?? []
        if var window = reader.object("window") {
            limits.window = LimitsDraft.Window(
                from: window.requiredString("from"),
                to: window.requiredString("to")
            )
            window.close()
        }
        for var calendar in reader.objects("calendars") ?? [] {
            limits.calendars.append(
                LimitsDraft.Calendar(
                    name: calendar.requiredString("calendar"),
                    onBlackout: calendar.choice("on_blackout") ?? .skip
                )
            )
            calendar.close()
        }
        return limits == LimitsDraft(timeZone: zone) ? nil : limits
    }

    private enum ScheduleType: String, CaseIterable {
        case cron
        case every
        case delay
        case once
        case manual
    }

    /// - Parameter isDependent: whether other tasks start it, so that it needs no schedule.
    private static func schedule(
        _ reader: inout FieldReader,
        zone: String,
        isDependent: Bool
    ) -> ScheduleDraft {
        let given: ScheduleType? = reader.choice("schedule_type")
        let text = reader.string("cron_expr") ?? ""
        let dst: DSTPolicy = reader.choice("dst") ?? .debian
        let every = reader.milliseconds("every_seconds")
        let delay = reader.milliseconds("delay_seconds")
        let once = reader.timestamp("once_at")
        let type = given ?? (text.isEmpty ? (isDependent ? .manual : nil) : .cron)
        // What belongs to another kind of schedule is a misunderstanding somewhere: better refused than dropped.
        func only(_ kind: ScheduleType, _ name: String, _ isSet: Bool) {
            guard isSet, type != kind, type != nil else { return }
            reader.fault(name, "conflict", "this field belongs to schedule_type '\(kind.rawValue)'; leave it out")
        }
        only(.cron, "cron_expr", !text.isEmpty)
        only(.every, "every_seconds", every != nil)
        only(.delay, "delay_seconds", delay != nil)
        only(.once, "once_at", once != nil)
        switch type {
        case .cron:
            if text.isEmpty { reader.fault("cron_expr", "required", "a cron schedule needs its expression") }
            return .cron(text: text, timeZone: zone, dst: dst)
        case .every:
            if every == nil { reader.fault("every_seconds", "required", "this schedule needs its period in seconds") }
            return .every(milliseconds: every ?? 0)
        case .delay:
            if delay == nil { reader.fault("delay_seconds", "required", "this schedule needs its pause in seconds") }
            return .delay(milliseconds: delay ?? 0)
        case .once:
            if once == nil { reader.fault("once_at", "required", "this schedule needs its time") }
            return .once(once ?? .distantPast)
        case .manual: return .manual
        case nil:
            reader.fault("schedule_type", "required", "say when the job runs: cron_expr, or a schedule_type")
            return .manual
        }
    }
}
