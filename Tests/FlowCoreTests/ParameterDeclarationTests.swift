// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@testable import FlowCore

@Suite("Declared parameters")
struct ParameterDeclarationTests {
    private static func parameter(
        _ kind: ParameterDeclaration.Kind,
        default value: String? = nil,
        choices: [String] = []
    ) -> ParameterDeclaration {
        ParameterDeclaration(name: "p", kind: kind, defaultValue: value, choices: choices, isRequired: false)
    }

    @Test(
        "A kind takes the texts that are values of it",
        arguments: [
            (.string, "", true), (.string, "a b", true), (.integer, "42", true), (.integer, "-7", true),
            (.integer, "+7", false), (.integer, " 7", false), (.integer, "7.0", false), (.integer, "", false),
            (.integer, "9223372036854775808", false), (.integer, "٣", false), (.number, "42", true),
            (.number, "-0.5e3", true),
            (.number, "1 ", false), (.number, ".5", false), (.number, "NaN", false), (.number, "0x10", false),
            (.number, "\"1\"", false), (.boolean, "true", true), (.boolean, "false", true), (.boolean, "True", false),
            (.boolean, "1", false),
        ] as [(ParameterDeclaration.Kind, String, Bool)]
    )
    func kinds(_ kind: ParameterDeclaration.Kind, _ text: String, _ isTaken: Bool) {
        #expect((Self.parameter(kind).fault(of: text) == nil) == isTaken)
    }

    @Test("Choices are the only values, and the refusal names them")
    func choices() {
        let parameter = Self.parameter(.string, choices: ["eu", "us"])
        #expect(parameter.fault(of: "eu") == nil)
        #expect(parameter.fault(of: "mars") == "'mars' is none of eu, us")
    }

    @Test("An execution has what was handed over, and the defaults of the job for the rest")
    func values() {
        let job = JobSnapshot(
            uid: JobUID(uuid: UUID()),
            id: 1,
            version: 1,
            name: "j",
            payload: .shell(ShellPayload(command: "true")),
            schedule: .manual,
            policies: Policies(),
            isEnabled: true,
            defaults: ["region": "eu", "size": "5"]
        )
        let order = Order(
            executionID: ExecutionID(uuid: UUID()),
            runID: RunID(uuid: UUID()),
            job: job,
            kind: .manual,
            nominal: Timestamp(seconds: 1),
            parameters: ["size": "7", "other": "x"],
            deadline: Timestamp(seconds: 2)
        )
        #expect(order.values == ["region": "eu", "size": "7", "other": "x"])
    }

    @Test("What was written comes back; a job of before says nothing of parameters")
    func coding() throws {
        let parameter = Self.parameter(.integer, default: "5", choices: ["5", "7"])
        let back = try JSONDecoder().decode(ParameterDeclaration.self, from: JSONEncoder().encode(parameter))
        #expect(back == parameter)
        var definition = JobDefinition(
            name: "j",
            payload: .shell(ShellPayload(command: "true")),
            schedule: .manual,
            groups: [1]
        )
        #expect(definition.defaults == nil)
        definition.parameters = [parameter]
        #expect(definition.defaults == ["p": "5"])
    }
}
