// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

extension JobValidator {
    /// Names, kinds, defaults and choices of declared parameters, each with the field that is wrong.
    mutating func check(_ parameters: [ParameterDeclaration]) {
        guard parameters.count <= ParameterDeclaration.limit else {
            self.faults.add("parameters", "too_many", "a task has at most \(ParameterDeclaration.limit) parameters")
            return
        }
        var names: Set<String> = []
        for (index, parameter) in parameters.enumerated() {
            let path = "parameters[\(index)]"
            self.faults.require(
                VariableName.isValid(parameter.name, limit: VariableName.parameterLimit),
                path + ".name",
                "name",
                "a parameter's name is made of at most 64 letters, digits and '_' and does not start with a digit"
            )
            // They become variables in capitals.
            self.faults.require(
                names.insert(parameter.name.uppercased()).inserted,
                path + ".name",
                "duplicate",
                "two parameters have the name '\(parameter.name)', apart from case"
            )
            self.checkValues(of: parameter, path)
        }
        let bytes = parameters.reduce(0) { $0 + $1.name.utf8.count + ($1.defaultValue?.utf8.count ?? 0) }
        self.faults.require(
            bytes <= JobLimits.parametersBytes,
            "parameters",
            "length",
            "all parameters together have at most \(JobLimits.parametersBytes) bytes"
        )
    }

    private mutating func checkValues(of parameter: ParameterDeclaration, _ path: String) {
        self.faults.require(
            parameter.choices.count <= ParameterDeclaration.choiceLimit,
            path + ".choices",
            "too_many",
            "a parameter has at most \(ParameterDeclaration.choiceLimit) choices"
        )
        let kind = ParameterDeclaration(
            name: parameter.name,
            kind: parameter.kind,
            defaultValue: nil,
            choices: [],
            isRequired: false
        )
        for (index, choice) in parameter.choices.prefix(ParameterDeclaration.choiceLimit).enumerated() {
            self.checkText(choice, "\(path).choices[\(index)]")
            if let fault = kind.fault(of: choice) { self.faults.add("\(path).choices[\(index)]", "type", fault) }
        }
        if parameter.isSecret {
            self.faults.require(
                parameter.choices.isEmpty,
                path + ".choices",
                "conflict",
                "choices are shown to everybody, so a secret parameter has none"
            )
            self.faults.require(
                parameter.defaultValue.map { SecretParameter.reference($0) != nil } ?? true,
                path + ".default",
                "secret",
                "a default is shown with the task: name a stored secret instead, as 'secret:NAME'"
            )
        }
        guard let value = parameter.defaultValue else { return }
        self.checkText(value, path + ".default")
        if let fault = parameter.fault(of: value) { self.faults.add(path + ".default", "type", fault) }
        self.faults.require(
            !parameter.isRequired,
            path + ".required",
            "conflict",
            "what has a 'default' is never missing; leave out 'required' or 'default'"
        )
    }

    private mutating func checkText(_ value: String, _ path: String) {
        self.faults.require(
            value.utf8.count <= JobLimits.parameterBytes && !value.utf8.contains(0),
            path,
            "length",
            "a parameter's value has at most \(JobLimits.parameterBytes) bytes, and no NUL character"
        )
    }

    /// Checks what parents hand on (`docs/flows.md`).
    static func checkHanded(
        _ dependencies: JobDependencies?,
        to declared: [ParameterDeclaration]?,
        _ faults: inout FaultCollector
    ) {
        var names: Set<String> = []
        for (index, edge) in (dependencies?.edges ?? []).enumerated() {
            let path = "dependencies[\(index)].parameters"
            let handed = edge.parameters ?? [:]
            faults.require(
                handed.count <= ParameterDeclaration.limit,
                path,
                "too_many",
                "a parent hands on at most \(ParameterDeclaration.limit) parameters"
            )
            for (name, output) in handed.sorted(by: { $0.key < $1.key }).prefix(ParameterDeclaration.limit) {
                let place = "\(path).\(name)"
                faults.require(
                    VariableName.isValid(name, limit: VariableName.parameterLimit)
                        && name.uppercased() != HandedParameters.missingParents,
                    place,
                    "name",
                    "a parameter's name is made of at most 64 letters, digits and '_', and is not MISSING_PARENTS"
                )
                faults.require(
                    StepOutputs.isKey(output),
                    place,
                    "output",
                    "an output's name is made of at most 64 letters, digits and '_'"
                )
                faults.require(
                    names.insert(name.uppercased()).inserted,
                    place,
                    "twice",
                    "two parents hand on this parameter, and one of them would win by chance"
                )
                guard let declared else { continue }
                if let parameter = declared.first(where: { $0.name == name }) {
                    // Outputs are in the parent's record for everybody who may read it.
                    faults.require(
                        !parameter.isSecret,
                        place,
                        "secret",
                        "a secret parameter takes no output of a parent"
                    )
                } else {
                    faults.add(place, "undeclared", "the task takes no parameter '\(name)'")
                }
            }
        }
    }

    /// An address is in logs of hosts, proxies and servers.
    mutating func checkAddress(of payload: Payload, _ parameters: [ParameterDeclaration]) {
        guard case .http(let http) = payload else { return }
        let secret = Set(parameters.filter(\.isSecret).map(\.name))
        guard let name = RequestTemplate(http.url).parameters.first(where: { secret.contains($0) }) else { return }
        self.faults.add(
            "executor_config.url",
            "secret",
            "'{{\(name)}}' is secret, and addresses are logged on the way; put it into a header or the body"
        )
    }

    /// What starts by itself has nobody who could say a value.
    static func checkRequired(
        _ definition: JobDefinition,
        _ dependencies: JobDependencies?,
        _ faults: inout FaultCollector
    ) {
        let starts: Wording? =
            definition.schedule.base != .manual ? "a schedule" : dependencies != nil ? "other tasks that start it" : nil
        guard let starts else { return }
        let handed =
            definition.schedule.base == .manual
            ? Set((dependencies?.edges ?? []).flatMap { ($0.parameters ?? [:]).keys }) : []
        for (index, parameter) in (definition.parameters ?? []).enumerated()
        where parameter.isRequired && !handed.contains(parameter.name) {
            faults.add(
                "parameters[\(index)].required",
                "conflict",
                "the task has \(starts), and nobody who says '\(parameter.name)' then; give it a 'default'"
            )
        }
    }
}
