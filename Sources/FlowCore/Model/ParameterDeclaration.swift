// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A parameter that a job takes: what whoever starts it may say, and what holds when nobody does.
///
/// Values are texts all the way to the job, which gets them as `QF_PARAM_<NAME>`; the kind says which texts are taken.
package struct ParameterDeclaration: Hashable, Sendable, Codable {
    package enum Kind: String, Codable, Sendable, CaseIterable {
        case string
        /// Decimal, within 64 bits.
        case integer
        /// As in JSON.
        case number
        /// `true` or `false`.
        case boolean
        /// Any text, which nobody is shown (``SecretParameter``).
        case secret
    }

    package let name: String
    package let kind: Kind
    /// What scheduled runs have, and whoever says nothing.
    package let defaultValue: String?
    /// The values that are taken; empty = all of the kind.
    package let choices: [String]
    /// Whoever starts the job has to say it.
    package let isRequired: Bool

    package var isSecret: Bool { self.kind == .secret }

    /// Parameters of one job.
    package static let limit = 64
    package static let choiceLimit = 100

    package init(name: String, kind: Kind, defaultValue: String?, choices: [String], isRequired: Bool) {
        self.name = name
        self.kind = kind
        self.defaultValue = defaultValue
        self.choices = choices
        self.isRequired = isRequired
    }

    private enum CodingKeys: String, CodingKey {
        case name
        case kind = "type"
        case defaultValue = "default"
        case choices
        case isRequired = "required"
    }

    /// Why a text is no value of it; nil when it is one.
    package func fault(of value: String) -> Wording? {
        switch self.kind {
        case .string: break
        // Words about it must not have it in them; names of stored secrets have no length.
        case .secret:
            return SecretParameter.reference(value) == nil && value.utf8.count < Secret.shortest
                ? "a secret has at least \(Secret.shortest) bytes; a shorter one could not be masked in output" : nil
        case .integer where !Self.isInteger(value): return "'\(value.prefix(64))' is no integer such as 42 or -7"
        case .number where !Self.isNumber(value): return "'\(value.prefix(64))' is no number such as 42 or -0.5"
        case .boolean where value != "true" && value != "false":
            return "'\(value.prefix(64))' is neither 'true' nor 'false'"
        default: break
        }
        guard self.choices.isEmpty || self.choices.contains(value) else {
            return "'\(value.prefix(64))' is none of \(self.choices.prefix(10).joined(separator: ", "))"
        }
        return nil
    }

    private static func isInteger(_ text: String) -> Bool {
        text.utf8.allSatisfy { (48...57).contains($0) || $0 == UInt8(ascii: "-") } && Int64(text) != nil
    }

    private static func isNumber(_ text: String) -> Bool {
        guard !text.utf8.contains(where: { $0 <= 0x20 }) else { return false }
        return switch try? JSONParser.parse(Array(text.utf8)) {
        case .integer, .number: true
        default: false
        }
    }
}

extension JobDefinition {
    /// What runs have that nobody handed anything to; nil when there is nothing.
    package var defaults: [String: String]? {
        var defaults: [String: String] = [:]
        for parameter in self.parameters ?? [] { defaults[parameter.name] = parameter.defaultValue }
        return defaults.isEmpty ? nil : defaults
    }
}

extension Order {
    /// The parameters of the execution: what was handed over, over the job's defaults.
    package var values: [String: String] {
        (self.job.defaults ?? [:]).merging(self.parameters) { $1 }
    }
}
