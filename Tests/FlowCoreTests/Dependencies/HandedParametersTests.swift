// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@Suite("What parents hand on (W12)")
struct HandedParametersTests {
    private func declared(
        _ name: String,
        _ kind: ParameterDeclaration.Kind = .string,
        default value: String? = nil,
        isRequired: Bool = false
    ) -> ParameterDeclaration {
        ParameterDeclaration(name: name, kind: kind, defaultValue: value, choices: [], isRequired: isRequired)
    }

    private func handed(
        _ outputs: [JobID: [String: String]],
        _ declared: [ParameterDeclaration]? = nil
    ) -> HandedParameters {
        let dependencies = JobDependencies(edges: [
            DependencyEdge(parent: 1, parameters: ["rows": "row_count", "day": "day"]),
            DependencyEdge(parent: 2, parameters: ["file": "path"]), DependencyEdge(parent: 3),
        ])
        return HandedParameters(dependencies, outputs: outputs, names: [1: "load"], declared: declared)
    }

    @Test("Only what an edge names is handed on, under the name it says, as it stands")
    func names() {
        let value = "$(rm -rf /)\n'{{x}}'"
        let handed = self.handed([1: ["row_count": "3", "other": "x"], 2: ["path": value], 3: ["rows": "9"]])
        #expect(handed.values == ["rows": "3", "file": value] && handed.fault == nil)
    }

    @Test("What has not come leaves the default; what is required and not there starts nothing")
    func absent() {
        #expect(self.handed([:], [self.declared("rows", default: "0")]) == HandedParameters())
        let fault = self.handed([2: ["path": "x"]], [self.declared("rows", isRequired: true)])
        #expect(fault.values.isEmpty)
        #expect(fault.fault == "It needs 'rows', and 'load' has handed on no 'row_count'.")
    }

    @Test("A value of another type, one that is too long, and too much together start nothing")
    func bounds() {
        let typed = self.handed([1: ["row_count": "many"]], [self.declared("rows", .integer)])
        #expect(typed.fault?.contains("'row_count' of 'load' can't be its 'rows': 'many' is no integer") == true)
        #expect(self.handed([1: ["row_count": "5"]], [self.declared("rows", .integer)]).values == ["rows": "5"])
        let long = String(repeating: "x", count: JobLimits.parameterBytes + 1)
        #expect(self.handed([1: ["row_count": long]]).fault?.contains("has more than") == true)
        let half = String(repeating: "x", count: JobLimits.parameterBytes)
        let defaults = (0..<(JobLimits.parametersBytes / JobLimits.parameterBytes)).map {
            self.declared("d\($0)", default: half)
        }
        #expect(self.handed([1: ["row_count": "1"]], defaults).fault?.contains("parameters") == true)
    }
}
