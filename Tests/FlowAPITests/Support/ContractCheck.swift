// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes
import Testing

@testable import FlowAPI

/// Compares what a route answers with what its contract says; every request of these tests goes through here.
enum ContractCheck {
    static func check(_ answer: Caller.Answer, method: HTTPRequest.Method, uri: String, body: String?) {
        guard let endpoint = self.endpoint(method, uri), let contract = endpoint.contract else { return }
        // That one answers with the faults of what it was sent.
        if answer.status < 400, endpoint != .checkTasks, let body, let sent = try? JSONParser.parse(Array(body.utf8)) {
            let unknown = contract.body.map { $0.schema.unknownFields(in: sent) } ?? []
            if !unknown.isEmpty { Issue.record("\(endpoint) takes \(unknown), which its contract does not name") }
        }
        // Refused before the route is reached, whatever its contract says.
        let isRoutes = answer.error != nil || answer.body["code"] != nil
        if answer.status >= 400 {
            let isDeclared = endpoint.refusals(contract).contains { $0.code == answer.status }
            // No such id, written as no id can be, and refusals in front of all routes.
            let isGeneral = [404, 413, 421, 503].contains(answer.status) || !isRoutes
            if !isDeclared, !isGeneral {
                Issue.record("\(endpoint) answers \(answer.status), which its contract does not name")
            }
            return
        }
        if answer.status == 204, contract.others.contains(.noContent) { return }
        if answer.status == 202, endpoint.mayWait {
            return self.compare(answer.data, .reference("ApprovalWaiting"), "\(endpoint)")
        }
        switch contract.answer {
        case .data(let schema): self.compare(answer.data, schema, "\(endpoint)")
        case .plain(let schema): self.compare(answer.body, schema, "\(endpoint)")
        case .other, .upgrade: break
        }
    }

    private static func compare(_ value: JSON, _ schema: Schema, _ name: String) {
        let faults = schema.differences(from: value)
        if !faults.isEmpty { Issue.record("\(name): \(faults.prefix(5).joined(separator: "; "))") }
    }

    /// The route that the router takes: literal segments win.
    static func endpoint(_ method: HTTPRequest.Method, _ uri: String) -> Endpoint? {
        let segments = uri.prefix { $0 != "?" }.split(separator: "/", omittingEmptySubsequences: false)
        func fits(_ pattern: [Substring]) -> Bool {
            pattern.count == segments.count && zip(pattern, segments).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
        }
        return Endpoint.allCases.filter { endpoint in
            let pattern = endpoint.declaration.path.split(separator: "/", omittingEmptySubsequences: false)
            return endpoint.declaration.method == method && fits(pattern)
        }.min { $0.pathParameters.count < $1.pathParameters.count }
    }
}

extension Schema {
    /// Where a value is something else than this schema says; members that it does not name are a difference, too.
    func differences(from value: JSON, at path: String = "$") -> [String] {
        if value == .null {
            if case .any = self.kind { return [] }
            return self.isNullable ? [] : ["\(path) is null"]
        }
        switch (self.kind, value) {
        case (.any, _), (.string, .string), (.integer, .integer), (.boolean, .bool), (.number, .number),
            (.number, .integer):
            return self.wrongWord(value, path)
        case (.array(let element), .array(let values)):
            return values.enumerated().flatMap { element.differences(from: $1, at: "\(path)[\($0)]") }
        case (.dictionary(let element), .object(let members)):
            return members.flatMap { element.differences(from: $0.value, at: "\(path).\($0.name)") }
        case (.object(let fields, _), .object(let members)):
            let missing = fields.filter { field in
                field.isRequired && !members.contains { $0.name == ExactText(field.name) }
            }
            let wrong = members.flatMap { member in
                fields.first { ExactText($0.name) == member.name }?.schema
                    .differences(from: member.value, at: "\(path).\(member.name)") ?? [
                        "\(path).\(member.name) is not declared"
                    ]
            }
            return missing.map { "\(path).\($0.name) is missing" } + wrong
        case (.reference(let name), _):
            return Schema.named[name]?.differences(from: value, at: path) ?? ["there is no schema \(name)"]
        case (.either(let schemas), _):
            let each = schemas.map { $0.differences(from: value, at: path) }
            return each.contains([]) ? [] : (each.min { $0.count < $1.count } ?? [])
        default: return ["\(path) is \(value.kind)"]
        }
    }

    private func wrongWord(_ value: JSON, _ path: String) -> [String] {
        guard let rule = self.rules.first(where: { $0.name == ExactText("enum") }), case .array(let words) = rule.value,
            !words.contains(value)
        else { return [] }
        return ["\(path) is \(JSONWriter.text(value)), which is none of the declared words"]
    }
}

extension Schema {
    /// Fields of a value that are not declared, each by its path; what a route takes has to be.
    func unknownFields(in value: JSON, path: String = "") -> [String] {
        switch (self.kind, value) {
        case (.reference(let name), _): return Schema.named[name]?.unknownFields(in: value, path: path) ?? []
        case (.object(let fields, _), .object(let members)):
            let known = Dictionary(
                fields.map { (ExactText($0.name), $0.schema) },
                uniquingKeysWith: { first, _ in first }
            )
            return members.flatMap { member in
                let inner = path.isEmpty ? member.name.text : "\(path).\(member.name)"
                return known[member.name]?.unknownFields(in: member.value, path: inner) ?? [inner]
            }
        case (.array(let element), .array(let values)):
            return values.enumerated().flatMap { element.unknownFields(in: $0.element, path: "\(path)[\($0.offset)]") }
        case (.either(let schemas), _):
            // What every one of them does not know.
            let each = schemas.map { $0.unknownFields(in: value, path: path) }
            return each.min { $0.count < $1.count } ?? []
        default: return []
        }
    }
}
