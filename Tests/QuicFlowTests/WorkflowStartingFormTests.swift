// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@testable import quicflow

@Suite("What new workflows begin as (decision 440)")
struct WorkflowStartingFormTests {
    private static func definition(
        _ form: WorkflowStartingForm,
        _ name: String,
        _ language: Language
    ) throws -> WorkflowDefinition {
        let yaml = YAMLReader(Array(form.text(named: name, group: 3, in: language).utf8))
        #expect(yaml.faults.isEmpty && yaml.documents.count == 1, "\(yaml.faults)")
        let text = try #require(yaml.documents.first).value
        let body = try JSONParser.parse(Array(try JSONEncoder().encode(text)))
        let (definition, faults) = WorkflowDefinition.read(body)
        #expect(faults.isEmpty, "\(faults)")
        return try #require(definition)
    }

    @Test(
        "Each is a whole definition, in either language, whatever the name",
        arguments: WorkflowStartingForm.allCases,
        ["nightly", #"a "b" \\c: #GROUP NAME"#, "夜间"]
    )
    func whole(_ form: WorkflowStartingForm, _ name: String) throws {
        let english = try Self.definition(form, name, .english)
        let chinese = try Self.definition(form, name, .chinese)
        #expect(english.name == name && chinese.name == name && english.groups == [3] && chinese.groups == [3])
        #expect(english.nodes == chinese.nodes && english.edges == chinese.edges)
    }

    @Test("List, map, collect: the last runs whatever became of the others, and the list has a failure ratio (P10)")
    func collects() throws {
        let definition = try Self.definition(.listMapCollect, "w", .english)
        #expect(definition.nodes.map(\.key) == ["list", "each", "collect"])
        #expect(definition.onFailure == .continue && definition.schedule != nil)
        guard case .map(let map) = definition.nodes[1].work else {
            Issue.record("the second is no list")
            return
        }
        #expect(map.fail == .ratio(0.1))
        #expect(definition.edges.last?.on == .always)
    }
}
