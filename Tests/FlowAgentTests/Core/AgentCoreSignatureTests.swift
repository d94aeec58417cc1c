// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowAgentCore
import FlowCore
import Testing

@Suite("A host that checks whose a definition is")
struct AgentCoreSignatureTests {
    private static let statement = SigningKeyStatement(key: [UInt8](repeating: 4, count: 32), endorsement: [1])
    private static let seen = SigningState(keys: [Self.statement.id], isInForce: true)

    private static func job(_ verdict: DefinitionVerdict?, version: Int64 = 1) -> JobSnapshot {
        var job = CoreBench.job(version: version)
        job.verdict = verdict
        return job
    }

    private static func hello(_ bench: CoreBench) -> Hello? {
        for message in bench.sent.reversed() { if case .hello(let hello) = message { return hello } }
        return nil
    }

    @Test(
        "runs what is signed; what is not is SKIPPED(POLICY_DENIED) with the rule, by its timer and by order alike",
        arguments: [
            (DefinitionVerdict.signed(by: "a"), true), (.wrong, false), (.strange, false), (nil, false),
        ]
    )
    func verdicts(verdict: DefinitionVerdict?, runs: Bool) throws {
        let job = Self.job(verdict)
        var restored = CoreBench.restored(job)
        restored.signing = Self.seen
        // Without a server, as after a restart of the host.
        var bench = CoreBench(restored)
        bench.advance(to: 60_500)
        #expect(bench.started == (runs ? [60] : []))
        if runs { bench.finish(bench.launches[0], .success) }
        bench.connect()
        let ordered = Self.job(verdict, version: 2)
        bench.send(.received(.orders([CoreBench.order(ordered, 60, kind: .manual, discriminator: "hand")])))
        #expect(bench.launches.count == (runs ? 2 : 0))
        guard !runs else { return }
        let records = bench.entries(.skipped)
        #expect(records.count == 2)
        #expect(records.allSatisfy { $0.reason == .policyDenied && $0.detail?.hasSuffix("(signatures)") == true })
        // The session goes on.
        let good = Self.job(.signed(by: Self.statement.id), version: 3)
        bench.send(.received(.orders([CoreBench.order(good, 60, kind: .manual, discriminator: "good")])))
        #expect(bench.launches.count == 1)
    }

    @Test(
        "takes what has no signature until a server had some, and what was here before until that server sent it anew"
    )
    func firstKeys() throws {
        let old = Self.job(nil)
        let update = ConfigUpdate(version: 2, base: nil, upserts: [Self.job(.signed(by: Self.statement.id))])
        var bench = CoreBench(CoreBench.restored(old))
        bench.advance(to: 60_500)
        #expect(bench.started == [60])
        bench.finish(bench.launches[0], .success)
        bench.commitsAtOnce = false
        bench.send(.linkUp)
        #expect(Self.hello(bench)?.signedBy == "", "the server is to send everything anew")
        var welcome = bench.welcome(config: update)
        welcome.signingKeys = [Self.statement]
        bench.send(.received(.welcome(welcome)))
        // An order of before the change that waits until now is of a definition that is not signed, and known.
        #expect(
            bench.outstanding?.contains(.setSigning(Self.seen)) == true,
            "durable with the configuration that it is about"
        )
        bench.commit()
        bench.commitsAtOnce = true
        bench.commit()
        bench.advance(to: 120_500)
        #expect(bench.started == [60, 120] && bench.entries(.skipped).isEmpty)
        bench.finish(bench.launches[1], .success)
        let known = CoreBench.order(old, 121, kind: .manual, discriminator: "known")
        bench.send(.received(.orders([known])))
        bench.advance(to: 122_000)
        #expect(bench.launches.count == 3, "the configuration has the same with a signature")
        let other = CoreBench.order(Self.job(nil, version: 9), 122, kind: .manual, discriminator: "other")
        bench.send(.received(.orders([other])))
        bench.advance(to: 123_000)
        #expect(bench.launches.count == 3 && bench.entries[other.executionID]?.reason == .policyDenied)
    }

    @Test("A server without keys, or one that is made out to be an older one, does not take them back")
    func remembers() {
        var restored = CoreBench.restored(Self.job(.signed(by: Self.statement.id)))
        restored.signing = Self.seen
        var bench = CoreBench(restored)
        bench.connect(config: ConfigUpdate(version: 2, base: nil, upserts: [Self.job(nil, version: 2)]))
        bench.advance(to: 60_500)
        #expect(bench.started.isEmpty && bench.entries(.skipped).first?.reason == .policyDenied)
        // The people of the host can say that they go back to such a server.
        var lax = CoreBench(restored, configure: { $0.policy.signatures = .accepted })
        lax.connect(config: ConfigUpdate(version: 2, base: nil, upserts: [Self.job(nil, version: 2)]))
        lax.advance(to: 60_500)
        #expect(lax.started == [60])
    }

    @Test("A host that was told of a key when it joined takes nothing without, from its first welcome on")
    func joined() {
        var bench = CoreBench(LedgerSnapshot(incarnation: "one"), configure: { $0.signingKeys = [Self.statement.id] })
        bench.connect(config: ConfigUpdate(version: 1, base: nil, upserts: [Self.job(nil)]))
        bench.advance(to: 60_500)
        #expect(bench.started.isEmpty && bench.entries(.skipped).count == 1)
    }

    @Test("says which key all of it is signed by, and nothing where that is not one")
    func tellsWhich() throws {
        func told(_ verdicts: [DefinitionVerdict?], _ state: SigningState = Self.seen) throws -> String? {
            var restored = LedgerSnapshot(incarnation: "one", configVersion: 1)
            for (index, verdict) in verdicts.enumerated() {
                var job = JobSnapshot(
                    uid: JobUID(bytes: [UInt8](repeating: UInt8(index + 1), count: 16))!,
                    id: Int64(index + 1),
                    version: 1,
                    name: "job",
                    payload: .shell(ShellPayload(command: "true")),
                    schedule: .manual,
                    policies: Policies(),
                    isEnabled: true
                )
                job.verdict = verdict
                restored.jobs.append(job)
            }
            restored.signing = state
            var bench = CoreBench(restored)
            bench.connect()
            return try #require(Self.hello(bench)).signedBy
        }
        #expect(try told([.signed(by: "a"), .signed(by: "a")]) == "a")
        #expect(try told([.signed(by: "a"), .signed(by: "b")]) == "")
        #expect(try told([.signed(by: "a"), .wrong]) == "" && told([.signed(by: "a"), nil]) == "")
        #expect(try told([]) == Self.statement.id && told([], SigningState()) == "")
    }
}
