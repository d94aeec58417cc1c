// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

extension Schema {
    /// The schema as it stands in the document.
    var json: JSON {
        var members: [JSON.Member] = []
        switch self.kind {
        case .string: members.append(self.type("string"))
        case .integer: members.append(self.type("integer"))
        case .number: members.append(self.type("number"))
        case .boolean: members.append(self.type("boolean"))
        case .array(let element):
            members += [self.type("array"), .init("items", element.json)]
        case .object(let fields, let isClosed):
            members += [
                self.type("object"), .init("properties", JSON.object(fields.map { .init($0.name, $0.schema.json) })),
            ]
            if isClosed { members.append(.init("additionalProperties", false)) }
            let required = fields.filter(\.isRequired).map(\.name)
            if !required.isEmpty { members.append(.init("required", required)) }
        case .dictionary(let value):
            members += [self.type("object"), .init("additionalProperties", value.json)]
        case .reference(let name):
            let reference = JSON.object([.init("$ref", "#/components/schemas/\(name)")])
            if self.isNullable {
                members.append(.init("anyOf", [reference, Self.null]))
            } else {
                members.append(.init("$ref", "#/components/schemas/\(name)"))
            }
        case .either(let schemas):
            members.append(.init("anyOf", schemas.map(\.json) + (self.isNullable ? [Self.null] : [])))
        case .any: break
        }
        members += self.rules.map { rule in
            // Of a value that may be null the null has to be among the choices.
            guard self.isNullable, rule.name == ExactText("enum"), case .array(let words) = rule.value else {
                return rule
            }
            return JSON.Member("enum", words + [.null])
        }
        if let about { members.append(.init("description", about)) }
        return .object(members)
    }

    private static let null = JSON.object([.init("type", "null")])

    private func type(_ word: String) -> JSON.Member {
        self.isNullable ? .init("type", [word, "null"]) : .init("type", word)
    }
}
