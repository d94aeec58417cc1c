// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowCore
import FlowScheduler
import FlowServer
import FlowStore
import FlowWire
import Foundation
import Testing

@Suite("Enrolment over loopback QUIC", .timeLimit(.minutes(10)))
struct EnrolmentTests {
    private func refusal(_ body: () async throws -> Void) async -> CoreError? {
        do {
            try await body()
            return nil
        } catch {
            return error as? CoreError
        }
    }

    @Test("A token makes a host an agent: key and certificate on its disk, its record in the store")
    func enrols() async throws {
        try await EnrolmentWorld.with { world in
            let token = try await world.token()
            let identity = try await world.enrol("alpha", token: token.text)
            let agent = try #require(try await world.store.agent(identity.agent))
            #expect(agent.name == "alpha")
            #expect(agent.operatingSystem == "Linux")
            #expect(agent.certificateFingerprint.count == 64)
            #expect(identity.agent.rawValue.hasPrefix("agt_"))
            #expect(try world.identities("alpha").load() == identity)
            let used = try #require(try await world.store.joinToken(id: token.id))
            #expect(used.usedBy == identity.agent)
            for file in ["agent.key", "agent.pem", "ca.pem", "agent.json"] {
                let path = world.directory + "/alpha/identity/" + file
                let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
                #expect(mode == 0o600, "\(file)")
            }
        }
    }

    @Test("A host joins the groups that it names, as far as its token allows them (S1-FR-3.2)")
    func namesGroups() async throws {
        try await EnrolmentWorld.with { world in
            let store = world.store
            var ids: [GroupID] = []
            for name in ["web", "db"] {
                ids.append(try await store.createGroup(name: name, description: "", tags: [], at: world.clock.now).id)
            }
            let both = try await world.token(groups: ids)
            let first = try await world.enrol("alpha", token: both.text, groups: ["db", "nowhere"])
            #expect(try await store.groups(of: first.agent).map(\.name) == ["all", "db"])
            let web = try await world.token(groups: [ids[0]])
            let second = try await world.enrol("beta", token: web.text, groups: ["db"])
            #expect(try await store.groups(of: second.agent).map(\.name) == ["all", "web"])
        }
    }

    @Test("A token works once; the second host is told how to get another")
    func singleUse() async throws {
        try await EnrolmentWorld.with { world in
            let token = try await world.token()
            try await world.enrol("alpha", token: token.text)
            let error = await self.refusal { try await world.enrol("beta", token: token.text) }
            #expect(error?.code == .forbidden)
            #expect(error?.message.contains("used already") == true)
            #expect(error?.message.contains("quicflow-server token create") == true)
            #expect(try world.identities("beta").load() == nil)
            #expect(try await world.store.agents().count == 1)
        }
    }

    @Test("A host with an identity keeps it and uses no token up")
    func keepsIdentity() async throws {
        try await EnrolmentWorld.with { world in
            let first = try await world.enrol("alpha", token: try await world.token().text)
            let token = try await world.token()
            #expect(try await world.enrol("alpha", token: token.text) == first)
            #expect(try await world.store.joinToken(id: token.id)?.usedBy == nil)
        }
    }

    @Test("An enrolment that was cut off before its last file can be done again with a new token")
    func repeated() async throws {
        try await EnrolmentWorld.with { world in
            let first = try await world.enrol("alpha", token: try await world.token().text)
            try FileManager.default.removeItem(atPath: world.directory + "/alpha/identity/agent.json")
            let second = try await world.enrol("alpha", token: try await world.token().text)
            #expect(second.agent != first.agent)
            #expect(try world.identities("alpha").load() == second)
        }
    }

    @Test("Of two hosts with one token at the same moment one gets in")
    func race() async throws {
        try await EnrolmentWorld.with { world in
            let token = try await world.token()
            let successes = await withTaskGroup(of: Bool.self) { group in
                for host in ["a", "b", "c", "d"] {
                    group.addTask { (try? await world.enrol(host, token: token.text)) != nil }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(successes == 1)
            #expect(try await world.store.agents().count == 1)
        }
    }

    @Test("Expired tokens and wrong secrets are refused, each with its words")
    func refusals() async throws {
        try await EnrolmentWorld.with { world in
            let expired = try await world.token(expiresIn: -1000)
            let error = await self.refusal { try await world.enrol("alpha", token: expired.text) }
            #expect(error?.code == .forbidden)
            #expect(error?.message.contains("expired") == true)

            let token = try await world.token()
            let wrong = token.text.replacingOccurrences(of: token.secret, with: String(repeating: "0", count: 48))
            let unknown = await self.refusal { try await world.enrol("alpha", token: wrong) }
            #expect(unknown?.message.contains("not known here") == true)
            #expect(try await world.store.joinToken(id: token.id)?.usedBy == nil)
        }
    }

    @Test("A server with another authority than the token's is not told the secret")
    func wrongPin() async throws {
        try await EnrolmentWorld.with { world in
            var random = SystemRandomNumberGenerator()
            let other = JoinTokenFormat.generate(
                authorityFingerprint: [UInt8](repeating: 1, count: 32),
                using: &random
            )
            let error = await self.refusal { try await world.enrol("alpha", token: other.text) }
            #expect(error?.code == .unavailable)
            #expect(error?.message.contains("not the server of this join token") == true)
        }
    }

    @Test("Guessing is stopped after ten failures, for good tokens of that address too")
    func rateLimit() async throws {
        // Failures are forgiven with time, and a busy machine takes a lot of it for ten sessions.
        try await EnrolmentWorld.with(enrolmentClock: StandingClock()) { world in
            var random = SystemRandomNumberGenerator()
            for _ in 0..<10 {
                let guess = JoinTokenFormat.generate(
                    authorityFingerprint: world.authority.fingerprint,
                    using: &random
                )
                let error = await self.refusal { try await world.enrol("alpha", token: guess.text) }
                #expect(error?.code == .forbidden)
            }
            let token = try await world.token()
            let error = await self.refusal { try await world.enrol("alpha", token: token.text) }
            #expect(error?.code == .tooManyRequests)
        }
    }
}
