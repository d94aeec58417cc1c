// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@testable import FlowStore

@Suite("Records of jobs")
struct JobRecordTests {
    @Test("A definition is what its text says, also the second time, and when another text is the same to a reader")
    func definitions() throws {
        let texts = ["caf\u{e9}", "cafe\u{301}", String(repeating: "x", count: 10_000)]
        let definitions = texts.map { World.definition("a", description: $0) }
        for _ in 0..<2 {
            for definition in definitions {
                let read = try JobRecord.definition(JSONColumn.encode(definition))
                #expect(Array(read.description.utf8) == Array(definition.description.utf8))
            }
        }
        let edited = World.definition("a", description: "caf\u{e9}", command: "other")
        #expect(try JobRecord.definition(JSONColumn.encode(edited)) == edited)
        #expect(throws: CoreError.self) { try JobRecord.definition("{}") }
    }
}
