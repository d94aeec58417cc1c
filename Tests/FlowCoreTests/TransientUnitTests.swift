// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@Suite("Units of systemd")
struct TransientUnitTests {
    @Test(
        "A slice's name is what systemd.slice(5) takes, but for the root and escaped ones",
        arguments: ["batch.slice", "batch-nightly.slice", "a-b-c.slice", "Batch_2:x.y.slice", "9.slice"]
    )
    func slices(_ name: String) { #expect(TransientUnit.isSlice(name)) }

    @Test(
        "What is no slice is none",
        arguments: [
            "", ".slice", "-.slice", "batch", "batch.service", "batch.scope", "-batch.slice", "batch-.slice",
            "a--b.slice", "../batch.slice", "a/b.slice", "a b.slice", "batch@1.slice", "ba\\x2dtch.slice",
            "bätch.slice",
            "batch.slice\n", "a\0.slice", "$(id).slice", ".hidden.slice",
            String(repeating: "a", count: 250) + ".slice",
        ]
    )
    func noSlices(_ name: String) { #expect(!TransientUnit.isSlice(name)) }

    @Test("A slice lies in those whose names its own begins with, dash by dash")
    func nesting() {
        #expect(TransientUnit.slice("batch.slice", liesIn: "batch.slice"))
        #expect(TransientUnit.slice("batch-nightly.slice", liesIn: "batch.slice"))
        #expect(!TransientUnit.slice("batches.slice", liesIn: "batch.slice"))
        #expect(!TransientUnit.slice("batch.slice", liesIn: "batch-nightly.slice"))
    }

    @Test("The scope of an attempt has the name of execution and attempt")
    func name() {
        let name = TransientUnit.name(execution: "0199ae5e-7d3a-7000-8000-000000000001", attempt: 3)
        #expect(name == "quicflow-0199ae5e-7d3a-7000-8000-000000000001-3.scope")
    }

    @Test("A host's policy refuses units, or slices, with the rule's name")
    func policy() {
        func refusal(_ unit: TransientUnit?, _ rules: HostPolicy.Units) -> String? {
            HostPolicy(units: rules).refusal(of: .shell(ShellPayload(command: "x", unit: unit)))
        }
        let batch = TransientUnit(slice: "batch-nightly.slice")
        #expect(refusal(batch, .init()) == nil && refusal(TransientUnit(), .init()) == nil)
        #expect(refusal(batch, .init(isAllowed: false))?.contains("(units.allowed)") == true)
        #expect(refusal(nil, .init(isAllowed: false, slices: [])) == nil, "a script without one is no matter of it")
        #expect(refusal(batch, .init(slices: ["batch.slice"])) == nil)
        #expect(refusal(batch, .init(slices: ["web.slice"]))?.contains("'batch-nightly.slice' (units.slices)") == true)
        #expect(refusal(TransientUnit(), .init(slices: ["web.slice"]))?.contains("(units.slices)") == true)
    }

    @Test("A job without a unit is written as before, and one with a unit is read back (digests of definitions)")
    func coding() throws {
        var payload = ShellPayload(command: "x")
        #expect(String(decoding: try JSONEncoder().encode(payload), as: UTF8.self).contains("unit") == false)
        for unit in [TransientUnit(), TransientUnit(slice: "batch.slice", description: "d")] {
            payload.unit = unit
            #expect(try JSONDecoder().decode(ShellPayload.self, from: JSONEncoder().encode(payload)) == payload)
        }
    }

    @Test("Which systemd a host has is said in a word of features, and read back")
    func feature() {
        #expect(HostFeature.manager(in: [HostFeature.leases, HostFeature.manager(.user)]) == .user)
        #expect(HostFeature.manager(in: [HostFeature.manager(.system)]) == .system)
        #expect(HostFeature.manager(in: [HostFeature.files, "systemd.other"]) == nil)
    }
}
