// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowAgentCore
import FlowCore
import FlowScheduler
import FlowWire
import Foundation
import NIOCore
import Testing

@testable import FlowServer

@Suite("Whose signatures hosts are told of, and what they keep of it")
struct DefinitionSigningTests {
    private func pair(_ now: Timestamp) throws -> (old: CertificateAuthority, new: CertificateAuthority) {
        let (one, two) = (try CertificateAuthority.make(now: now), try CertificateAuthority.make(now: now))
        return (
            try CertificateAuthority(keyPEM: one.keyPEM, certificatePEM: one.certificatePEM),
            try CertificateAuthority(keyPEM: two.keyPEM, certificatePEM: two.certificatePEM)
        )
    }

    @Test("A definition is signed once, whatever the number of hosts, and anew by the keys of a new authority")
    func once() throws {
        let (old, new) = try self.pair(Timestamp(seconds: 1_790_000_000))
        let book = AuthorityBook(old)
        let signer = DefinitionSigner(book)
        let definition = [UInt8](repeating: 7, count: 900)
        let first = try signer.signatures(of: definition)
        for _ in 0..<1000 { #expect(try signer.signatures(of: definition) == first) }
        #expect(signer.made == 1 && first.map(\.key) == [old.definitionKey.statement.keyID])
        book.set(AuthorityPair(old, next: new))
        let both = try signer.signatures(of: definition)
        #expect(both.map(\.key) == [old, new].map(\.definitionKey.statement.keyID) && signer.made == 2)
        book.set(AuthorityPair(new))
        #expect(try signer.signatures(of: definition).map(\.key) == [new.definitionKey.statement.keyID])
        // What it remembers has a bound.
        let forgetful = DefinitionSigner(book, limit: 3)
        for index: UInt8 in [0, 1, 2, 0, 1, 2] { _ = try forgetful.signatures(of: [index]) }
        #expect(forgetful.made == 3)
        for index: UInt8 in [3, 0] { _ = try forgetful.signatures(of: [index]) }
        #expect(forgetful.made == 5, "with a fourth it began anew")
    }

    @Test("The key is that of the authority: it comes back with its files, and with them only")
    func restored() throws {
        let (old, new) = try self.pair(Timestamp(seconds: 1_790_000_000))
        let bundle = AuthorityBundle(
            key: try CertificateAuthority.make(now: Timestamp(seconds: 1_790_000_000)).keyPEM,
            certificate: old.certificatePEM
        )
        #expect(throws: (any Error).self) { _ = try bundle.pair() }
        #expect(old.definitionKey.id != new.definitionKey.id)
    }

    @Test("A host hears of the key when it joins and in each welcome, and of the next one while that takes over")
    func told() async throws {
        try await EnrolmentWorld.with { world in
            let identity = try await world.enrol("alpha", token: try await world.token().text)
            let id = world.authority.definitionKey.id
            #expect(identity.signingKeys == [id])
            #expect(try world.identities("alpha").load()?.signingKeys == [id], "kept with its identity")
            try await world.withLink(identity) { link, events in
                guard case .connected = try #require(await events.next()) else { throw Late(what: "a connection") }
                var hello = world.hello(identity.agent)
                hello.signedBy = ""
                hello.contentDigest = "same"
                try await link.send(.hello(hello))
                guard case .received(.welcome(let welcome)) = try #require(await events.next()) else {
                    throw Late(what: "a welcome")
                }
                #expect(welcome.signingKeys.map(\.id) == [id])
                // What is not signed there is sent anew, whatever its digest says.
                let channel = try #require(world.handler.channels.last)
                #expect(channel.hello.contentDigest == "unsigned")
                var job = JobSnapshot(
                    uid: JobUID(bytes: [UInt8](repeating: 1, count: 16))!,
                    id: 1,
                    version: 1,
                    name: "job",
                    payload: .shell(ShellPayload(command: "true")),
                    schedule: .manual,
                    policies: Policies(),
                    isEnabled: true
                )
                try await channel.send(.config(ConfigUpdate(version: 1, base: nil, upserts: [job])))
                job.verdict = .signed(by: id)
                let heard = try #require(await events.next())
                guard case .received(.config(let update)) = heard else { throw Late(what: "a configuration") }
                #expect(update.upserts == [job])
            }
            var same = world.hello(identity.agent)
            same.contentDigest = "same"
            same.signedBy = id
            #expect(same.counting([id]).contentDigest == "same")
            same.signedBy = nil
            #expect(same.counting([id]).contentDigest == "same", "of hosts that check nothing, nothing is asked")
        }
    }

    @Test("The host's ledger keeps what it has seen over a restart, and forgets it when the host joins another server")
    func ledger() throws {
        let directory = FileManager.default.temporaryDirectory.path + "/signing-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var job = JobSnapshot(
            uid: JobUID(bytes: [UInt8](repeating: 1, count: 16))!,
            id: 1,
            version: 1,
            name: "job",
            payload: .shell(ShellPayload(command: "true")),
            schedule: .manual,
            policies: Policies(),
            isEnabled: true
        )
        let state = SigningState(keys: ["a", "b"], isInForce: true)
        let update = { (job: JobSnapshot) in ConfigUpdate(version: 1, base: nil, upserts: [job]) }
        let cursor = Timestamp(seconds: 1_790_000_000)
        var ledger: SQLiteLedger? = try SQLiteLedger(directory: directory)
        #expect(try ledger?.restore().signing == SigningState())
        _ = try ledger?.claim(for: AgentID("agt_1")!)
        _ = try ledger?.commit([.applyConfig(update(job), cursor: cursor)])
        // The same version with a signature takes the place of the one without.
        job.verdict = .signed(by: "b")
        _ = try ledger?.commit([.applyConfig(update(job), cursor: cursor), .setSigning(state)])
        ledger = nil
        var second: SQLiteLedger? = try SQLiteLedger(directory: directory)
        #expect(try second?.restore().signing == state && second?.restore().jobs.map(\.verdict) == [.signed(by: "b")])
        _ = try second?.claim(for: AgentID("agt_2")!)
        #expect(try second?.restore().signing == SigningState())
        second = nil
    }
}
