// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// What a plugin says of itself in its greeting.
package struct PluginDescription: Hashable, Sendable {
    /// What a parameter is.
    package struct Parameter: Hashable, Sendable {
        package enum Kind: String, Sendable, CaseIterable {
            case string
            case integer
            case number
            case boolean
        }

        package var kind: Kind
        package var isRequired: Bool
        /// The only values; empty = any.
        package var choices: [String]
    }

    package var name: String
    package var version: String
    package var parameters: [String: Parameter]

    /// The version of the protocol that is spoken here.
    package static let protocolVersion: Int64 = 1

    /// Reads a greeting.
    ///
    /// - Throws: `CoreError` that says what is wrong with it.
    package init(_ message: JSON) throws(CoreError) {
        guard case .integer(let version)? = message["protocol"], version == Self.protocolVersion else {
            throw CoreError(.invalid, "its greeting does not say \"protocol\": \(Self.protocolVersion)")
        }
        guard case .string(let name)? = message["name"], PluginPayload.isName(name) else {
            throw CoreError(.invalid, "its greeting has no \"name\" of letters, digits, '.', '_' and '-'")
        }
        guard case .string(let release)? = message["version"], (1...64).contains(release.utf8.count) else {
            throw CoreError(.invalid, "its greeting has no \"version\"")
        }
        self.name = name
        self.version = release
        self.parameters = [:]
        guard let listed = message["parameters"] else { return }
        guard case .object(let members) = listed, members.count <= JobLimits.pluginParameters else {
            throw CoreError(.invalid, "\"parameters\" of its greeting is no object")
        }
        for member in members {
            let name = member.name.text
            guard VariableName.isValid(name, limit: VariableName.parameterLimit) else {
                throw CoreError(.invalid, "its greeting has a parameter without a right name")
            }
            self.parameters[name] = try Self.parameter(member.value, name)
        }
    }

    private static func parameter(_ value: JSON, _ name: String) throws(CoreError) -> Parameter {
        var parameter = Parameter(kind: .string, isRequired: false, choices: [])
        if let type = value["type"] {
            guard case .string(let word) = type, let kind = Parameter.Kind(rawValue: word) else {
                throw CoreError(
                    .invalid,
                    "the \"type\" of its parameter '\(name)' is not string, integer, number or boolean"
                )
            }
            parameter.kind = kind
        }
        if let required = value["required"] {
            guard case .bool(let isRequired) = required else {
                throw CoreError(.invalid, "\"required\" of its parameter '\(name)' is no boolean")
            }
            parameter.isRequired = isRequired
        }
        if case .array(let choices)? = value["enum"] {
            parameter.choices = choices.compactMap { if case .string(let text) = $0 { text } else { nil } }
        }
        return parameter
    }

    /// The values as the plugin wants them.
    ///
    /// - Throws: `CoreError` for one that is unknown, missing or of another kind.
    package func values(_ given: [String: String]) throws(CoreError) -> JSON {
        for name in given.keys.sorted() where self.parameters[name] == nil {
            throw CoreError(.invalid, "the plugin '\(self.name)' has no parameter '\(name)'")
        }
        var members: [JSON.Member] = []
        for (name, parameter) in self.parameters.sorted(by: { $0.key < $1.key }) {
            guard let text = given[name] else {
                guard !parameter.isRequired else {
                    throw CoreError(.invalid, "the plugin '\(self.name)' needs the parameter '\(name)'")
                }
                continue
            }
            guard parameter.choices.isEmpty || parameter.choices.contains(text), let value = parameter.value(text)
            else {
                let wanted =
                    parameter.choices.isEmpty
                    ? "a value of type \(parameter.kind.rawValue)" : parameter.choices.joined(separator: ", ")
                throw CoreError(.invalid, "the parameter '\(name)' of '\(self.name)' takes \(wanted)")
            }
            members.append(.init(name, value))
        }
        return .object(members)
    }
}

extension PluginDescription.Parameter {
    fileprivate func value(_ text: String) -> JSON? {
        switch self.kind {
        case .string: .string(text)
        case .integer: Int64(text).map { .integer($0) }
        case .number: Double(text).flatMap { $0.isFinite ? .number($0) : nil }
        case .boolean: ["true": JSON.bool(true), "false": .bool(false)][text]
        }
    }
}
