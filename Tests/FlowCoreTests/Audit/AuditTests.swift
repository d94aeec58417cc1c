// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@Suite("Audit")
struct AuditTests {
    private static let master = (0..<32).map { UInt8($0) }

    private static func entry(diff: String?) -> AuditEntry {
        AuditEntry(
            change: Change(
                by: .user(7, "anna"),
                at: Timestamp(milliseconds: 1_700_000_000_000),
                origin: Origin(via: .console, address: "192.0.2.10", request: "req-1")
            ),
            action: .jobUpdate,
            object: AuditObject("job", "42", name: "nightly"),
            groups: [5, 3],
            diff: diff
        )
    }

    @Test("A row has the hash that the fixed vector has")
    func vector() {
        let chain = AuditChain(master: Self.master)
        #expect(chain.kid == "12758069")
        let entry = Self.entry(diff: #"[{"path":"/timeout","old":300,"new":600}]"#)
        let hash = chain.hash(entry, chain: "srv-1", sequence: 1, after: AuditChain.start)
        let text = hash.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        #expect(text == "5d9e6d0d2766cbf8f665d7fc8fa3d6d13432f22158eaed394f7229fb956f722d")
    }

    @Test("Each seal takes the one before into account")
    func chained() {
        let chain = AuditChain(master: Self.master)
        let rows = [Self.entry(diff: nil), Self.entry(diff: "[]"), Self.entry(diff: nil)]
        let all = chain.seal(rows, chain: "a", after: nil)
        #expect(all.map(\.sequence) == [1, 2, 3])
        #expect(Set(all.map(\.hash)).count == 3)
        let head = AuditHead(chain: "a", sequence: 1, hash: all[0].hash)
        #expect(chain.seal(Array(rows.dropFirst()), chain: "a", after: head) == Array(all.dropFirst()))
    }

    private struct Sample: Encodable {
        var name = "a"
        var timeoutSeconds = 300
        var environment: [String: String] = [:]
        var tags: [String] = []
    }

    @Test("A difference names the paths that differ, old and new")
    func difference() throws {
        let text = try AuditDiff.text(before: Sample(), after: Sample(name: "b/\"c", timeoutSeconds: 600))
        #expect(
            text == #"[{"path":"/name","old":"a","new":"b/\"c"},{"path":"/timeout_seconds","old":300,"new":600}]"#
        )
        #expect(try AuditDiff.text(before: Sample(), after: Sample()) == nil)
        let added = try AuditDiff.text(before: Sample(), after: Sample(environment: ["A/B": "1"], tags: ["x"]))
        let expected =
            #"[{"path":"/environment","old":{}},{"path":"/environment/A~1B","new":"1"},"#
            + #"{"path":"/tags","old":[]},{"path":"/tags/0","new":"x"}]"#
        #expect(added == expected)
    }

    @Test("A secret's change is seen, its value is not")
    func secrets() throws {
        let before = Sample(environment: ["DB_PASSWORD": "one", "URL": "https://u:w@h/x see ftp://a@b"])
        let after = Sample(environment: ["DB_PASSWORD": "two", "URL": "https://h/x"])
        let text = try AuditDiff.text(before: before, after: after)
        let expected =
            #"[{"path":"/environment/DB_PASSWORD","old":"***","new":"***"},"#
            + #"{"path":"/environment/URL","old":"https://***@h/x see ftp://***@b","new":"https://h/x"}]"#
        #expect(text == expected)
    }

    @Test("Long texts stand as their hash, and the whole is bounded")
    func bounded() throws {
        let long = try #require(
            try AuditDiff.text(before: nil, after: Sample(name: String(repeating: "x", count: 2000)))
        )
        #expect(long.contains(#""bytes":2000"#) && long.contains(#""sha256":"#) && !long.contains("xxx"))
        let many = Sample(
            environment: Dictionary(
                uniqueKeysWithValues: (0..<2000).map { ("V\($0)", String(repeating: "y", count: 100)) }
            )
        )
        let text = try #require(try AuditDiff.text(before: nil, after: many))
        #expect(text.utf8.count <= 64 * 1024)
        #expect(text.contains(#"{"path":"","new":{"omitted":"#))
    }
}
