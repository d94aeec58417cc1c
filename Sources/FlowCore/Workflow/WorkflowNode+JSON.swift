// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension WorkflowNode {
    private static let notYet: Set<String> = [
        "overlap", "hosts", "approvers", "min", "form", "start_deadline_seconds", "retry",
    ]

    /// Fields of steps of some kinds.
    private static let elsewhere: Set<String> = [
        "task_id", "script", "interpreter", "work_dir", "env", "url", "method", "headers", "body",
        "timeout_seconds", "retry_count", "parameters", "if_disabled", "skipped_is", "seconds", "until", "timezone",
        "users",
        "not_starter", "on_timeout", "message", "cases", "else", "workflow_id", "over", "do", "fail", "max_items",
        "max_parallel", "on", "outputs", "placement",
    ]

    init?(_ reader: inout WorkflowReader) {
        let key = reader.string("key", upTo: 100, isRequired: true)
        if let key, !WorkflowDefinition.isKey(key) {
            reader.fault("key", "key", "a key is a small letter and up to 47 small letters, digits and '_'")
        }
        var parameters: [String: ExpressionTemplate] = [:]
        let work = NodeWork(&reader, with: &parameters)
        let rule = Self.rule(&reader)
        let onFailure: FailurePolicy? = reader.choice("on_failure", notYet: ["hold"])
        let hasChild = work?.hasChild ?? true
        let placement = Self.placement(of: work, &reader)
        let outputs = Self.outputs(of: work, &reader)
        let compensate = reader.string("compensate", upTo: 100)
        let role = Self.role(&reader)
        var ifDisabled: DisabledPolicy = .fail
        var skippedIs: SkippedPolicy = .failed
        if hasChild {
            if case .map = work {
                // They are those of what it does.
            } else {
                parameters = Self.parameters(reader.texts("parameters"), &reader)
            }
            ifDisabled = reader.choice("if_disabled") ?? .fail
            skippedIs = reader.choice("skipped_is") ?? .failed
        }
        reader.finish(notYet: Self.notYet, elsewhere: Self.elsewhere)
        guard let key, let work else { return nil }
        self.init(
            key,
            work,
            rule: rule,
            onFailure: onFailure,
            parameters: parameters,
            ifDisabled: ifDisabled,
            skippedIs: skippedIs,
            placement: placement,
            outputs: outputs,
            compensate: compensate,
            role: role
        )
    }

    private static func placement(of work: NodeWork?, _ reader: inout WorkflowReader) -> Placement? {
        switch work {
        case .job, .own: Placement.read(&reader)
        default: nil
        }
    }

    /// What it declares; of a request they are pointers and not types.
    private static func outputs(
        of work: NodeWork?,
        _ reader: inout WorkflowReader
    ) -> [String: WorkflowParameter.Kind] {
        switch work {
        case .job, .workflow, .own: break
        default: return [:]
        }
        let given = reader.dictionary("outputs", upTo: StepOutputs.countLimit)
        var result: [String: WorkflowParameter.Kind] = [:]
        for (name, word) in given.sorted(by: { $0.key < $1.key }) {
            let place = "outputs.\(name.shortened(toBytes: 70))"
            guard StepOutputs.isKey(name) else {
                reader.fault(place, "name", "an output's name is made of letters, digits and '_'")
                continue
            }
            guard let kind = WorkflowParameter.Kind(rawValue: word) else {
                let known = WorkflowParameter.Kind.allCases.map(\.rawValue).joined(separator: ", ")
                reader.fault(place, "choice", "'\(word.shortened(toBytes: 40))' is none of \(known)")
                continue
            }
            result[name] = kind
        }
        return result
    }

    private static func role(_ reader: inout WorkflowReader) -> Role {
        let isCompensator = reader.flag("compensator") ?? false
        let isLast = reader.flag("finally") ?? false
        if isCompensator, isLast {
            reader.fault("finally", "conflict", "a step is either a 'compensator' or 'finally'")
        }
        return isCompensator ? .compensator : isLast ? .finally : .ordinary
    }

    private static func rule(_ reader: inout WorkflowReader) -> NodeRule {
        switch reader.take("rule") {
        case nil, .string("all"): return .all
        case .string("strict"): return .strict
        case .object(let members) where members.count == 1:
            if members[0].name == "at_least", case .integer(let count) = members[0].value, (1...5000).contains(count) {
                return .atLeast(Int(count))
            }
        default: break
        }
        reader.fault("rule", "choice", "write \"all\", \"strict\" or {\"at_least\": 2}")
        return .all
    }

    static func parameters(
        _ given: [String: String],
        _ reader: inout WorkflowReader,
        at field: String = "parameters"
    ) -> [String: ExpressionTemplate] {
        var result: [String: ExpressionTemplate] = [:]
        for (name, text) in given.sorted(by: { $0.key < $1.key }) {
            let place = "\(field).\(name.shortened(toBytes: 70))"
            guard VariableName.isValid(name, limit: VariableName.parameterLimit) else {
                reader.fault(place, "name", "a parameter's name is made of letters, digits and '_'")
                continue
            }
            guard text.utf8.count <= JobLimits.parameterBytes else {
                reader.fault(place, "length", "at most \(JobLimits.parameterBytes) bytes")
                continue
            }
            do {
                result[name] = try ExpressionTemplate(text)
            } catch {
                reader.fault(place, "expression", "\(error)")
            }
        }
        return result
    }

    package var json: JSON {
        var members: [JSON.Member] = [.init("key", self.key), .init("kind", self.work.kind)]
        if case .map(let map) = self.work {
            members += map.members(self.parameters)
        } else {
            members += self.work.members
        }
        if let compensate { members.append(.init("compensate", compensate)) }
        switch self.role {
        case .ordinary: break
        case .compensator: members.append(.init("compensator", true))
        case .finally: members.append(.init("finally", true))
        }
        if case .map = self.work {
            // They are in what it does.
        } else if !self.parameters.isEmpty {
            members.append(.init("parameters", self.parameters.mapValues(\.text)))
        }
        if let placement { members.append(.init("placement", placement.stepJSON)) }
        if !self.outputs.isEmpty { members.append(.init("outputs", self.outputs.mapValues(\.rawValue))) }
        switch self.rule {
        case .all: break
        case .strict: members.append(.init("rule", "strict"))
        case .atLeast(let count): members.append(.init("rule", JSON.object([.init("at_least", count)])))
        }
        if let onFailure { members.append(.init("on_failure", onFailure.rawValue)) }
        if self.ifDisabled != .fail { members.append(.init("if_disabled", self.ifDisabled.rawValue)) }
        if self.skippedIs != .failed { members.append(.init("skipped_is", self.skippedIs.rawValue)) }
        return .object(members)
    }
}

extension NodeWork {
    /// - Parameter parameters: set for a map, whose parameters are those of what it does.
    init?(_ reader: inout WorkflowReader, with parameters: inout [String: ExpressionTemplate]) {
        guard reader.peek("kind") == .string("map") else {
            self.init(&reader)
            return
        }
        _ = reader.take("kind")
        guard let read = MapStep.read(&reader) else { return nil }
        parameters = read.parameters
        self = .map(read.map)
    }

    init?(_ reader: inout WorkflowReader) {
        guard let kind = reader.string("kind", upTo: 40, isRequired: true) else { return nil }
        switch kind {
        case "job":
            guard let id = reader.number("task_id") else {
                reader.fault("task_id", "required", "say which task runs")
                return nil
            }
            self = .job(JobID(id))
        case "script", "http":
            guard let step = OwnStep(&reader, isScript: kind == "script") else { return nil }
            self = .own(step)
        case "wait":
            guard let wait = NodeWait(&reader) else { return nil }
            self = .wait(wait)
        case "approval": self = .approval(NodeApproval(&reader))
        case "decision": self = .decision(Self.cases(&reader), otherwise: reader.strings("else", upTo: 100))
        case "noop": self = .noop
        case "workflow":
            guard let id = reader.number("workflow_id") else {
                reader.fault("workflow_id", "required", "say which workflow runs")
                return nil
            }
            self = .workflow(WorkflowID(id))
        default:
            reader.fault("kind", "choice", "'\(kind)' is none of \(Self.words)")
            return nil
        }
    }

    private static let words = Self.kinds.joined(separator: ", ")

    private static func cases(_ reader: inout WorkflowReader) -> [DecisionCase] {
        var cases: [DecisionCase] = []
        let values = reader.list("cases", upTo: 100)
        for (index, value) in values.enumerated() {
            var inner = WorkflowReader(value, at: reader.place("cases[\(index)]"))
            let text = inner.string("when", upTo: ExpressionLimits.text, isRequired: true)
            let to = inner.strings("to", upTo: 100)
            if let text {
                do {
                    cases.append(DecisionCase(when: try Expression(text), to: to))
                } catch {
                    inner.fault("when", "expression", "\(error)")
                }
            }
            inner.finish()
            reader.add(inner.faults)
        }
        if values.isEmpty { reader.fault("cases", "required", "a decision has at least one case") }
        return cases
    }

    var members: [JSON.Member] {
        switch self {
        case .job(let id): [.init("task_id", id)]
        case .own(let step): step.members
        case .map(let map): map.members([:])
        case .workflow(let id): [.init("workflow_id", id)]
        case .wait(.event(let event)): event.members
        case .wait(.seconds(let seconds)): [.init("seconds", seconds)]
        case .wait(.until(let hour, let minute, let zone)):
            [.init("until", Self.time(hour, minute)), .init("timezone", zone)]
        case .approval(let approval): approval.members
        case .decision(let cases, let otherwise):
            [
                .init(
                    "cases",
                    cases.map { JSON.object([.init("when", $0.when.text), .init("to", $0.to)]) }
                ), .init("else", otherwise),
            ]
        case .noop: []
        }
    }

    private static func time(_ hour: Int, _ minute: Int) -> String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return two(hour) + ":" + two(minute)
    }
}

extension OwnStep {
    init?(_ reader: inout WorkflowReader, isScript: Bool) {
        let payload: Payload?
        if isScript {
            let script = reader.string("script", upTo: JobLimits.payloadBytes, isRequired: true)
            let interpreter = reader.string("interpreter", upTo: 4096)
            let directory = reader.string("work_dir", upTo: 4096)
            let environment = reader.dictionary("env", upTo: 100)
            payload = script.map {
                .shell(
                    ShellPayload(
                        command: $0,
                        interpreter: interpreter,
                        workingDirectory: directory,
                        environment: environment
                    )
                )
            }
        } else {
            let url = reader.string("url", upTo: 8192, isRequired: true)
            let method = reader.string("method", upTo: 16)
            let headers = reader.dictionary("headers", upTo: 100)
            let body = reader.string("body", upTo: JobLimits.payloadBytes)
            let outputs = reader.dictionary("outputs", upTo: StepOutputs.countLimit - 1)
            for (name, pointer) in outputs.sorted(by: { $0.key < $1.key })
            where !StepOutputs.isKey(name) || name == HTTPPayload.statusOutput || JSONPointer(pointer) == nil {
                reader.fault(
                    "outputs",
                    "pointer",
                    "write JSON pointers such as '/data/id' by the outputs' names; 'status' is there already"
                )
            }
            payload = url.map {
                .http(
                    HTTPPayload(
                        url: $0,
                        method: method ?? "GET",
                        headers: headers,
                        body: body,
                        outputs: outputs.isEmpty ? nil : outputs
                    )
                )
            }
        }
        let timeout = reader.integer("timeout_seconds", in: Policies.timeoutRange)
        let retries = reader.integer("retry_count", in: 0...10)
        guard let payload else { return nil }
        self.init(payload, timeoutSeconds: timeout ?? Policies().timeoutSeconds, retries: retries ?? 0)
    }

    var members: [JSON.Member] {
        var members: [JSON.Member] = []
        switch self.payload {
        case .shell(let shell):
            members.append(.init("script", shell.command))
            if let interpreter = shell.interpreter { members.append(.init("interpreter", interpreter)) }
            if let directory = shell.workingDirectory { members.append(.init("work_dir", directory)) }
            if !shell.environment.isEmpty { members.append(.init("env", shell.environment)) }
        case .http(let http):
            members += [.init("url", http.url), .init("method", http.method)]
            if !http.headers.isEmpty { members.append(.init("headers", http.headers)) }
            if let body = http.body { members.append(.init("body", body)) }
            if let outputs = http.outputs { members.append(.init("outputs", outputs)) }
        case .plugin, .sql, .builtin, .container: break
        }
        members += [.init("timeout_seconds", self.timeoutSeconds), .init("retry_count", self.retries)]
        return members
    }
}

extension NodeWait {
    init?(_ reader: inout WorkflowReader) {
        let seconds = reader.integer("seconds", in: 1...Self.longest)
        let until = reader.string("until", upTo: 5)
        let zone = reader.string("timezone", upTo: 64)
        let before = reader.faults.count
        let event = EventWait.read(&reader)
        guard reader.faults.count == before else { return nil }
        if let event {
            guard seconds == nil, until == nil else {
                reader.fault("seconds", "conflict", "say either how long it waits, or for what")
                return nil
            }
            self = .event(event)
            return
        }
        switch (seconds, until) {
        case (let seconds?, nil): self = .seconds(seconds)
        case (nil, let until?):
            guard let time = DependencyDeadline.time(until) else {
                reader.fault("until", "time", "a time of day is written 06:00")
                return nil
            }
            self = .until(hour: time.hour, minute: time.minute, timeZone: zone ?? "UTC")
        default:
            reader.fault(
                "seconds",
                "required",
                "say how many 'seconds', 'until' which time of day, or which 'task_id' or 'message' it waits for"
            )
            return nil
        }
    }
}

extension NodeApproval {
    init(_ reader: inout WorkflowReader) {
        self.init(
            users: reader.strings("users", upTo: 100),
            notStarter: reader.flag("not_starter") ?? false,
            timeoutSeconds: reader.integer("timeout_seconds", in: Self.timeoutRange) ?? Self.standardTimeout,
            atTimeout: reader.choice("on_timeout") ?? .reject,
            message: reader.string("message", upTo: 2048) ?? ""
        )
    }

    var members: [JSON.Member] {
        var members: [JSON.Member] = []
        if !self.users.isEmpty { members.append(.init("users", self.users)) }
        members += [
            .init("not_starter", self.notStarter), .init("timeout_seconds", self.timeoutSeconds),
            .init("on_timeout", self.atTimeout.rawValue), .init("message", self.message),
        ]
        return members
    }
}
