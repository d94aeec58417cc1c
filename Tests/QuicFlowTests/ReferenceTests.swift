// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@testable import quicflow

@Suite struct ReferenceTests {
    private let candidates = [
        Reference.Candidate(id: "9", name: "num-a"), Reference.Candidate(id: "12", name: "9"),
        Reference.Candidate(id: "13", name: "backup"), Reference.Candidate(id: "a1", name: "web1"),
        Reference.Candidate(id: "a2", name: "web1"),
    ]

    private func id(_ reference: Reference) throws -> String {
        try reference.choose(among: self.candidates, kind: "task").id
    }

    @Test("the number of one and the name of another is refused, and both are named")
    func ambiguous() {
        #expect(throws: CommandFailure.self) { try self.id(Reference("9")) }
        do {
            _ = try self.id(Reference("9"))
        } catch let failure as CommandFailure {
            #expect(failure.status == .conflict)
            #expect(failure.details == ["id:9 is 'num-a'", "id:12 is '9'"])
        } catch {
            Issue.record(error)
        }
    }

    @Test("two hosts of one name are refused")
    func twins() {
        #expect(throws: CommandFailure.self) { try self.id(Reference("web1")) }
        #expect(throws: Never.self) { try self.id(Reference("a2")) }
    }

    @Test(
        "it can be said which is meant",
        arguments: [
            (Reference("id:9"), "9"), (Reference("name:9"), "12"), (Reference("9", .id), "9"),
            (Reference("9", .name), "12"),
            (Reference("backup"), "13"), (Reference("13"), "13"), (Reference("name:backup"), "13"),
        ]
    )
    func chosen(reference: Reference, expected: String) throws {
        #expect(try self.id(reference) == expected)
    }

    @Test("what is nowhere is not found", arguments: ["nobody", "id:backup", "name:13", ""])
    func missing(text: String) {
        do {
            _ = try self.id(Reference(text))
            Issue.record("found something")
        } catch let failure as CommandFailure {
            #expect(failure.status == .notFound)
        } catch {
            Issue.record(error)
        }
    }
}
