// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import FlowCore

@Suite("Verifying the audit")
struct AuditVerificationTests {
    private static let key = KeyRing.Key((0..<32).map { UInt8($0) })!
    private static let keys = KeyRing(primary: Self.key)

    private static func rows(_ count: Int) -> [AuditEntry] {
        let chain = AuditChain(master: Self.key.bytes)
        let entries = (1...count).map { index in
            AuditEntry(
                id: Int64(index),
                change: Change(by: .user(1, "ada"), at: Timestamp(milliseconds: Int64(index))),
                action: .jobUpdate,
                object: AuditObject("job", "\(index)")
            )
        }
        return zip(entries, chain.seal(entries, chain: "main", after: nil)).map { entry, seal in
            var entry = entry
            entry.seal = seal
            return entry
        }
    }

    private static func head(_ entry: AuditEntry) -> AuditHead {
        AuditHead(chain: "main", sequence: entry.seal!.sequence, hash: entry.seal!.hash)
    }

    private static func outcome(
        _ rows: [AuditEntry],
        head: AuditHead,
        anchor: AuditHead? = nil,
        keys: KeyRing = Self.keys,
        heads: [AuditHead] = []
    ) -> AuditVerification.Outcome {
        var verification = AuditVerification(AuditChainState(head: head, anchor: anchor), keys: keys, heads: heads)
        for row in rows { _ = verification.take([row]) }
        return verification.finish()
    }

    private static func isBroken(_ outcome: AuditVerification.Outcome, _ word: String) -> Bool {
        guard case .broken(let text) = outcome else { return false }
        return text.english.contains(word)
    }

    @Test("A chain that is in order is whole, also behind an anchor")
    func whole() {
        let rows = Self.rows(5)
        #expect(Self.outcome(rows, head: Self.head(rows[4]), heads: [Self.head(rows[2])]) == .whole(rows: 5))
        let anchor = Self.head(rows[1])
        let rest = Array(rows.dropFirst(2))
        // What was written down of rows that retention took is no longer asked for.
        let heads = [Self.head(rows[0]), Self.head(rows[4])]
        #expect(Self.outcome(rest, head: Self.head(rows[4]), anchor: anchor, heads: heads) == .whole(rows: 3))
    }

    @Test("A changed row, a missing one and a cut end are found")
    func broken() {
        var rows = Self.rows(5)
        let head = Self.head(rows[4])
        var missing = rows
        missing.remove(at: 2)
        #expect(Self.isBroken(Self.outcome(missing, head: head), "number 3 is missing"))
        #expect(Self.isBroken(Self.outcome(Array(rows.dropLast()), head: head), "the end is missing"))
        // The head was set back with the rows: only what was written down elsewhere shows it.
        let cut = Array(rows.dropLast())
        #expect(Self.outcome(cut, head: Self.head(rows[3])) == .whole(rows: 4))
        #expect(Self.isBroken(Self.outcome(cut, head: Self.head(rows[3]), heads: [head]), "number 5"))
        rows[1].change.actor = .user(2, "eve")
        #expect(Self.isBroken(Self.outcome(rows, head: head), "number 2"))
    }

    @Test("A chain made anew with the key shows against an end that was written down")
    func madeAnew() {
        let old = Self.rows(3)
        var changed = old
        changed[0].change.actor = .user(2, "eve")
        let seals = AuditChain(master: Self.key.bytes).seal(changed, chain: "main", after: nil)
        for index in changed.indices { changed[index].seal = seals[index] }
        #expect(Self.outcome(changed, head: Self.head(changed[2])) == .whole(rows: 3))
        #expect(
            Self.isBroken(Self.outcome(changed, head: Self.head(changed[2]), heads: [Self.head(old[1])]), "made anew")
        )
    }

    @Test("Rows of a key that is not here cannot be looked at")
    func otherKey() {
        let rows = Self.rows(2)
        let other = KeyRing(primary: KeyRing.Key([UInt8](repeating: 9, count: 32))!)
        #expect(Self.outcome(rows, head: Self.head(rows[1]), keys: other) == .unreadable(kid: Self.key.kid))
    }

    @Test("A head is read back from its line, and other lines are none")
    func lines() {
        let head = Self.head(Self.rows(1)[0])
        #expect(AuditHead(line: head.line) == head)
        for line in ["", "main 1", "main x " + head.hexHash, "main 1 " + head.hexHash.dropLast() + "g"] {
            #expect(AuditHead(line: line) == nil)
        }
    }
}
