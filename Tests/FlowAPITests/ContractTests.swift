// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import HTTPTypes
import Testing

@testable import FlowAPI

@Suite("The contract says what the routes do")
struct ContractTests {
    /// A path of the route with something in place of its parameters.
    private func path(_ endpoint: Endpoint) -> String {
        var path = endpoint.declaration.path
        for parameter in endpoint.pathParameters {
            path = path.replacing("{\(parameter.name)}", with: parameter.schema.sample.plain)
        }
        return path
    }

    @Test("Every route is described, and once in the document")
    func complete() throws {
        let document = OpenAPIDocument.make(version: "1")
        var names: Set<String> = []
        for endpoint in Endpoint.allCases {
            let contract = try #require(endpoint.contract, "\(endpoint) has no contract")
            let method = endpoint.declaration.method.rawValue.lowercased()
            let operation = try #require(document["paths"]?[endpoint.declaration.path]?[method], "\(endpoint)")
            let isNew = names.insert(operation["operationId"]?.text ?? "").inserted
            #expect(isNew)
            #expect(operation["summary"]?.text == contract.summary)
            let lacksExample = contract.body.map { $0.examples.isEmpty } == true
            #expect(!lacksExample, "\(endpoint) has no example of a body")
        }
    }

    @Test("The console's test of copied tasks has every field of one")
    func consoleFields() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "web/test/unit/contract.ts"), encoding: .utf8)
        // The names stand between back quotes: of a task, of what it runs, and of where.
        let parts = text.split(separator: "`", omittingEmptySubsequences: false)
        try #require(parts.count == 7)
        let known = [1, 3, 5].map { parts[$0].split(whereSeparator: \.isWhitespace).map(String.init).sorted() }
        let task = try #require(Schema.definition.fields)
        let configuration = try #require(task.first { $0.name == "executor_config" }?.schema)
        guard case .either(let variants) = configuration.kind else {
            Issue.record("a configuration is one of several")
            return
        }
        let placement = task.first { $0.name == "placement" }?.schema.fields ?? []
        let configured = Set(variants.flatMap { $0.fields ?? [] }.map(\.name))
        #expect(known == [task.map(\.name).sorted(), configured.sorted(), placement.map(\.name).sorted()])
    }

    @Test("What the document refers to is in it")
    func references() {
        let document = OpenAPIDocument.make(version: "1")
        var references: Set<String> = []
        func visit(_ value: JSON) {
            switch value {
            case .object(let members):
                for member in members {
                    if member.name == ExactText("$ref"), let text = member.value.text { references.insert(text) }
                    visit(member.value)
                }
            case .array(let values): values.forEach(visit)
            default: break
            }
        }
        visit(document)
        #expect(references.count > 10)
        for reference in references {
            let target = reference.split(separator: "/").dropFirst().reduce(Optional(document)) { $0?[String($1)] }
            #expect(target != nil, "\(reference)")
        }
    }

    @Test("Every declared parameter is read by its route, and others are refused")
    func parameters() async throws {
        try await TestServer.with { _, caller in
            for endpoint in Endpoint.allCases where endpoint.declaration.method == .get {
                guard let contract = endpoint.contract, endpoint != .live else { continue }
                if case .other = contract.answer { continue }
                for parameter in contract.query {
                    let value = parameter.schema.sample.plain.replacing("+", with: "%2B")
                    let answer = try await caller.get("!\(self.path(endpoint))?\(parameter.name)=\(value)")
                    let codes = answer.faultCodes
                    #expect(!codes.contains("unknown_parameter"), "\(endpoint) does not read '\(parameter.name)'")
                }
                guard !contract.query.isEmpty else { continue }
                let answer = try await caller.get("!\(self.path(endpoint))?nonsense=1")
                #expect(answer.faultCodes.contains("unknown_parameter"), "\(endpoint)")
            }
        }
    }

    @Test("Every declared field of a body is read by its route, and others are refused")
    func fields() async throws {
        try await TestServer.with { _, caller in
            for endpoint in Endpoint.allCases where endpoint != .signIn {
                guard let body = endpoint.contract?.body else { continue }
                let method = endpoint.declaration.method
                for sample in body.schema.samples {
                    let answer = try await caller.call(method, "!" + self.path(endpoint), body: JSONWriter.text(sample))
                    let unknown = answer.faultCodes.contains("unknown_field")
                    #expect(!unknown, "\(endpoint) does not read all of \(answer.faults)")
                }
                let answer = try await caller.call(method, "!" + self.path(endpoint), body: #"{"nonsense":1}"#)
                #expect(answer.faultCodes.contains("unknown_field"), "\(endpoint)")
            }
        }
    }

    @Test("The examples of bodies are taken")
    func examples() async throws {
        try await TestServer.with { server, caller in
            server.gateway.connect(try await server.agent("web1-7f3a"), at: server.clock.now)
            // In an order in which what an example names is there: group 2, the channel 'ops', the user 1.
            let endpoints: [Endpoint] = [
                .createGroup, .updateGroup, .addMembers, .checkTasks, .createTask, .updateTask, .triggerTask,
                .testTask, .reportClientError,
                .setClientLabels, .beginMaintenance,
                .setGroupRules, .previewGroupRules, .createUser, .addGrant, .createToken, .keepView, .changePreferences,
                .createJoinToken,
                .setSecret,
                .createChannel,
                .createNotifyRule, .updateNotifyRule, .previewNotification, .createSilence, .createReportMail,
                .updateReportMail, .createWorkflow,
                .updateWorkflow,
                .runWorkflow,
            ]
            for endpoint in endpoints {
                for example in try #require(endpoint.contract?.body?.examples) {
                    let body = JSONWriter.text(example.value)
                    // Group 1 cannot be changed.
                    let path = self.path(endpoint).replacing("/groups/1", with: "/groups/2")
                    let answer = try await caller.call(endpoint.declaration.method, "!" + path, body: body)
                    // Some examples are of the same name.
                    #expect(
                        answer.status < 300 || answer.error == "name_taken",
                        "\(endpoint) \(example.name): \(answer.text)"
                    )
                }
            }
        }
    }

    @Test("The document is served to everybody, under both of its addresses")
    func served() async throws {
        try await TestServer.with(user: nil) { _, caller in
            let answer = try await caller.get("/openapi.json")
            #expect(answer.status == 200)
            #expect(answer.body["openapi"]?.text == "3.1.0")
            #expect(answer.body["info"]?["version"]?.text == "1.2.3")
            #expect(try await caller.get("!/openapi.json").text == answer.text)
        }
    }
}

extension Caller.Answer {
    /// The codes of the faults.
    var faultCodes: [String] { (self.body["details"]?.items ?? []).compactMap { $0["code"]?.text } }
}

extension JSON {
    /// As it stands in a query or a path.
    fileprivate var plain: String { self.text ?? JSONWriter.text(self) }
}

extension Schema {
    /// A value that this schema allows, with all its fields.
    fileprivate var sample: JSON { self.samples[0] }

    /// One for each alternative.
    fileprivate var samples: [JSON] {
        func rule(_ name: String) -> JSON? { self.rules.first { $0.name == ExactText(name) }?.value }
        if let example = rule("examples")?.items.first ?? rule("default") ?? rule("enum")?.items.first {
            return [example]
        }
        switch self.kind {
        case .string:
            switch rule("format")?.text {
            case "date-time": return [.string("2026-11-21T10:00:00Z")]
            case "uuid": return [.string("0192f0a0-0000-8000-8000-000000000000")]
            default: return [.string("x")]
            }
        case .integer, .number: return [rule("minimum") ?? .integer(1)]
        case .boolean: return [.bool(true)]
        case .array(let element): return [.array([element.sample])]
        case .dictionary(let value): return [.object([.init("A", value.sample)])]
        case .object(let declared, _):
            // The finer policies of tasks have tests of their own.
            let fields = declared.filter { field in !Schema.policies.contains { $0.key == field.name } }
            // All alternatives of a field that has some, the others as they are.
            let count = fields.map(\.schema.samples.count).max() ?? 1
            return (0..<count).map { index in
                .object(fields.map { .init($0.name, $0.schema.samples[min(index, $0.schema.samples.count - 1)]) })
            }
        case .reference(let name): return Schema.named[name]?.samples ?? [.null]
        case .either(let schemas): return schemas.flatMap(\.samples)
        case .any: return [.null]
        }
    }
}
