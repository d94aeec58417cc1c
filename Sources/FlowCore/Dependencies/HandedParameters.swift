// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What the outputs of parents make of the parameters of the job that they start (W12, `docs/flows.md`).
///
/// A value is a parameter as it stands: it becomes a variable and an argument, never text of a script.
package struct HandedParameters: Hashable, Sendable {
    package private(set) var values: [String: String] = [:]
    /// Why the job can't start with them; nil when it can.
    package private(set) var fault: String?

    /// The name that a deadline gives its run's parameter.
    package static let missingParents = "MISSING_PARENTS"

    package init() {}

    /// - Parameters:
    ///   - outputs: of each parent that has come, what its run handed on.
    ///   - names: of the parents, for people.
    ///   - declared: what the job takes; nil = whatever it is handed.
    package init(
        _ dependencies: JobDependencies,
        outputs: [JobID: [String: String]],
        names: [JobID: String],
        declared: [ParameterDeclaration]?
    ) {
        for edge in dependencies.edges {
            let parent = names[edge.parent] ?? "task \(edge.parent)"
            for (name, output) in (edge.parameters ?? [:]).sorted(by: { $0.key < $1.key }) {
                let declaration = declared?.first { $0.name == name }
                guard let value = outputs[edge.parent]?[output] else {
                    if declaration?.isRequired == true {
                        self.fault = self.fault ?? "It needs '\(name)', and '\(parent)' has handed on no '\(output)'."
                    }
                    continue
                }
                if let fault = Self.fault(of: value, declaration) {
                    self.fault = self.fault ?? "The output '\(output)' of '\(parent)' can't be its '\(name)': \(fault)."
                } else {
                    self.values[name] = value
                }
            }
        }
        let defaults = (declared ?? []).filter { self.values[$0.name] == nil && $0.defaultValue != nil }
        let bytes =
            self.values.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
            + defaults.reduce(0) { $0 + $1.name.utf8.count + ($1.defaultValue ?? "").utf8.count }
        if bytes > JobLimits.parametersBytes {
            self.fault =
                self.fault ?? "What its parents hand on has more than \(JobLimits.parametersBytes) bytes of parameters."
        }
        if self.fault != nil { self.values = [:] }
    }

    private static func fault(of value: String, _ declaration: ParameterDeclaration?) -> String? {
        guard value.utf8.count <= JobLimits.parameterBytes else {
            return "it has more than \(JobLimits.parameterBytes) bytes"
        }
        // The child may have come to declare it so after the edge was made.
        guard declaration?.isSecret != true else { return "a secret parameter takes no output of a parent" }
        return declaration?.fault(of: value)?.english
    }
}
