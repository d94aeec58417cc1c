// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// What a trigger may hand to a job (`reliability.md`, rules of injection 1 and 3).
///
/// Parameters become `QF_PARAM_*` variables and arguments, never script text; these rules keep them inside what an
/// environment can hold.
enum ParameterRules {
    /// - Parameters:
    ///   - declared: what the job takes; nil = whatever it is handed.
    ///   - takesSealed: whether they are what this server has stored, and not what somebody says.
    static func check(
        _ parameters: [String: String],
        declared: [ParameterDeclaration]?,
        takesSealed: Bool = false
    ) throws(CoreError) {
        var faults = FaultCollector()
        var total = 0
        for (name, value) in parameters.sorted(by: { $0.key < $1.key }) {
            let path = "params.\(name)"
            total += name.utf8.count + value.utf8.count
            faults.require(
                VariableName.isValid(name, limit: VariableName.parameterLimit),
                path,
                "name",
                "a parameter's name is made of at most 64 letters, digits and '_' and does not start with a digit"
            )
            faults.require(
                value.utf8.count <= JobLimits.parameterBytes || (takesSealed && SecretParameter.isSealed(value)),
                path,
                "length",
                "a parameter's value has at most \(JobLimits.parameterBytes) bytes"
            )
            faults.require(
                takesSealed || !SecretParameter.isSealed(value),
                path,
                "reserved",
                "a text that begins with 'qfs1.' and has four parts is how the server keeps what is secret"
            )
            faults.require(!value.utf8.contains(0), path, "characters", "a parameter's value has no NUL character")
        }
        // What is not handed over has its default, which counts.
        for parameter in declared ?? [] where parameters[parameter.name] == nil {
            guard let value = parameter.defaultValue else { continue }
            total += parameter.name.utf8.count + value.utf8.count
        }
        faults.require(
            takesSealed || total <= JobLimits.parametersBytes,
            "params",
            "length",
            "all parameters together have at most \(JobLimits.parametersBytes) bytes"
        )
        // Environment names are case sensitive, people are not: two that differ in case only are a mistake.
        let folded = Set(parameters.keys.map { $0.uppercased() })
        faults.require(
            folded.count == parameters.count,
            "params",
            "duplicate",
            "two parameters have the same name apart from case"
        )
        if let declared { self.check(parameters, against: declared, &faults) }
        try faults.check("The job cannot be started")
    }

    private static func check(
        _ parameters: [String: String],
        against declared: [ParameterDeclaration],
        _ faults: inout FaultCollector
    ) {
        let names = declared.map(\.name)
        for name in parameters.keys.sorted() where !names.contains(name) {
            faults.add(
                "params.\(name)",
                "undeclared",
                "the task takes no parameter '\(name)'; it takes \(names.joined(separator: ", "))"
            )
        }
        for parameter in declared {
            guard let value = parameters[parameter.name] else {
                faults.require(
                    !parameter.isRequired,
                    "params.\(parameter.name)",
                    "required",
                    "this parameter is required, \(parameter.kind.rawValue)"
                )
                continue
            }
            if let fault = parameter.fault(of: value) { faults.add("params.\(parameter.name)", "type", fault) }
        }
    }
}
