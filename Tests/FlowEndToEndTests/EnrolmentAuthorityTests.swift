// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
import FlowCore
import FlowWire
import Foundation
import SwiftASN1
import Testing
@_spi(FixedExpiryValidationTime) import X509

@testable import FlowServer

@Suite("Certificate authority")
struct EnrolmentAuthorityTests {
    private let now = Timestamp(milliseconds: 1_790_000_000_000)

    private func withDirectory(_ body: (PrivateDirectory) async throws -> Void) async throws {
        let path = NSTemporaryDirectory() + "/quartz-flow-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await body(try PrivateDirectory(path))
    }

    private func isValid(_ leaf: Certificate, under authority: CertificateAuthority, at time: Timestamp) async -> Bool {
        var verifier = Verifier(rootCertificates: CertificateStore([authority.certificate])) {
            RFC5280Policy(fixedExpiryValidationTime: time.date)
        }
        let result = await verifier.validate(leaf: leaf, intermediates: CertificateStore())
        if case .validCertificate = result { return true }
        return false
    }

    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test("It is made once and opened again; keys are only for its user")
    func reopened() async throws {
        try await self.withDirectory { directory in
            let first = try CertificateAuthority.open(in: directory, now: self.now)
            let second = try CertificateAuthority.open(in: directory, now: self.now.advanced(byMilliseconds: 1_000_000))
            #expect(first.fingerprint == second.fingerprint)
            #expect(first.fingerprint.count == 32)
            _ = try ServerCertificate.open(in: directory, authority: first, names: [], now: self.now)
            _ = try ResetSecret.open(in: directory)
            #expect(try self.mode(directory.path) == 0o700)
            for file in try FileManager.default.contentsOfDirectory(atPath: directory.path) {
                #expect(try self.mode(directory.path(of: file)) == 0o600, "\(file)")
                #expect(!file.hasPrefix(".new-"))
            }
        }
    }

    @Test("A start that was cut off between key and certificate goes on with the key")
    func cutOff() async throws {
        try await self.withDirectory { directory in
            let first = try CertificateAuthority.open(in: directory, now: self.now)
            try FileManager.default.removeItem(atPath: directory.path(of: "ca.pem"))
            let second = try CertificateAuthority.open(in: directory, now: self.now)
            #expect(first.certificate.publicKey == second.certificate.publicKey)
            try directory.write(P256.Signing.PrivateKey().pemRepresentation.utf8, to: "ca-key.pem")
            #expect(throws: CoreError.self) { try CertificateAuthority.open(in: directory, now: self.now) }
        }
    }

    @Test("An agent's certificate is for a client, one year, and names the agent and nothing that was asked for")
    func agentCertificate() async throws {
        try await self.withDirectory { directory in
            let authority = try CertificateAuthority.open(in: directory, now: self.now)
            let key = P256.Signing.PrivateKey()
            let agent = AgentID("agt_0011223344556677")!
            let issued = try authority.issueAgentCertificate(
                request: try EnrolmentWorld.certificateRequest(key),
                agent: agent,
                now: self.now
            )
            let leaf = try Certificate(pemEncoded: issued.chainPEM)
            #expect(leaf.publicKey == Certificate.PublicKey(key.publicKey))
            #expect(leaf.subject == (try DistinguishedName { CommonName("agt_0011223344556677") }))
            let usage = try #require(try leaf.extensions.extendedKeyUsage)
            #expect(Array(usage) == [.clientAuth])
            let names = try #require(try leaf.extensions.subjectAlternativeNames)
            #expect(Array(names) == [.uniformResourceIdentifier("quartzflow:agent:agt_0011223344556677")])
            #expect(issued.fingerprint == Hex.encode(try CertificateAuthority.fingerprint(of: leaf)))
            #expect(await self.isValid(leaf, under: authority, at: self.now))
            let day: Int64 = 86_400_000
            #expect(await self.isValid(leaf, under: authority, at: self.now.advanced(byMilliseconds: 364 * day)))
            #expect(await !self.isValid(leaf, under: authority, at: self.now.advanced(byMilliseconds: 367 * day)))
            #expect(AgentProtocols.agent(commonName: agent.rawValue, uris: [AgentProtocols.uri(of: agent)]) == agent)
            #expect(AgentProtocols.agent(commonName: agent.rawValue, uris: ["quartzflow:agent:other"]) == nil)
            #expect(AgentProtocols.agent(commonName: agent.rawValue, uris: []) == nil)
        }
    }

    @Test("Another authority does not vouch for our certificates")
    func otherAuthority() async throws {
        try await self.withDirectory { directory in
            let ours = try CertificateAuthority.open(in: directory, now: self.now)
            let other = try CertificateAuthority.open(
                in: try PrivateDirectory(directory.path(of: "other")),
                now: self.now
            )
            let issued = try ours.issueAgentCertificate(
                request: try EnrolmentWorld.certificateRequest(P256.Signing.PrivateKey()),
                agent: AgentID("a")!,
                now: self.now
            )
            #expect(await !self.isValid(try Certificate(pemEncoded: issued.chainPEM), under: other, at: self.now))
        }
    }

    @Test("A request that is not one, is not signed by its key, or has another kind of key is refused")
    func badRequests() async throws {
        try await self.withDirectory { directory in
            let authority = try CertificateAuthority.open(in: directory, now: self.now)
            let good = try CertificateSigningRequest(
                pemEncoded: try EnrolmentWorld.certificateRequest(P256.Signing.PrivateKey())
            )
            let forged = try CertificateSigningRequest(
                version: good.version,
                subject: good.subject,
                publicKey: Certificate.PublicKey(P256.Signing.PrivateKey().publicKey),
                attributes: good.attributes,
                signatureAlgorithm: good.signatureAlgorithm,
                signature: good.signature
            )
            let large = try CertificateSigningRequest(
                version: .v1,
                subject: good.subject,
                privateKey: Certificate.PrivateKey(P384.Signing.PrivateKey()),
                attributes: CertificateSigningRequest.Attributes(),
                signatureAlgorithm: .ecdsaWithSHA384
            )
            for request in ["", "junk", try forged.serializeAsPEM().pemString, try large.serializeAsPEM().pemString] {
                #expect(throws: CoreError.self) {
                    try authority.issueAgentCertificate(request: request, agent: AgentID("a")!, now: self.now)
                }
            }
        }
    }

    @Test("The server's certificate carries its names and is made again when they change or it grows old")
    func serverCertificate() async throws {
        try await self.withDirectory { directory in
            let authority = try CertificateAuthority.open(in: directory, now: self.now)
            func open(_ names: [String], at time: Timestamp) throws -> ServerCertificate {
                try ServerCertificate.open(in: directory, authority: authority, names: names, now: time)
            }
            let first = try open(["Flow.Example.org", "10.1.2.3"], at: self.now)
            let leaf = try Certificate(
                pemEncoded: String(decoding: try #require(try directory.read("server.pem")), as: UTF8.self)
            )
            let names = Array(try #require(try leaf.extensions.subjectAlternativeNames))
            #expect(names.contains(.dnsName("quartzflow-server")))
            #expect(names.contains(.dnsName("localhost")))
            #expect(names.contains(.dnsName("flow.example.org")))
            #expect(names.contains(.ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1]))))
            #expect(names.contains(.ipAddress(ASN1OctetString(contentBytes: [10, 1, 2, 3]))))
            #expect(Array(try #require(try leaf.extensions.extendedKeyUsage)) == [.serverAuth])
            #expect(await self.isValid(leaf, under: authority, at: self.now))
            #expect(first.chainPEM.components(separatedBy: "BEGIN CERTIFICATE").count == 3)

            #expect(try open(["10.1.2.3", "flow.example.org"], at: self.now).chainPEM == first.chainPEM)
            let renamed = try open(["flow.example.org"], at: self.now)
            #expect(renamed.chainPEM != first.chainPEM)
            let before = renamed.renewAt.advanced(byMilliseconds: -1000)
            #expect(try open(["flow.example.org"], at: before).chainPEM == renamed.chainPEM)
            let renewed = try open(["flow.example.org"], at: renamed.renewAt)
            #expect(renewed.chainPEM != renamed.chainPEM)
            #expect(renewed.expiresAt > renamed.expiresAt)
        }
    }

    @Test("The reset secret stays the same over restarts; a damaged one is named")
    func resetSecret() async throws {
        try await self.withDirectory { directory in
            let secret = try ResetSecret.open(in: directory)
            #expect(secret.count == 32)
            #expect(try ResetSecret.open(in: directory) == secret)
            try directory.write([1, 2, 3], to: "quic-reset-secret")
            #expect(throws: CoreError.self) { try ResetSecret.open(in: directory) }
        }
    }

    @Test("An address that failed too often waits; others and its successes do not")
    func limiter() {
        var limiter = FailureLimiter(burst: 3, forgivenessMilliseconds: 1000, capacity: 2)
        for _ in 0..<3 {
            #expect(limiter.allows("a", at: self.now))
            limiter.recordFailure(of: "a", at: self.now)
        }
        #expect(!limiter.allows("a", at: self.now))
        #expect(limiter.allows("b", at: self.now))
        #expect(!limiter.allows("a", at: self.now.advanced(byMilliseconds: 999)))
        #expect(limiter.allows("a", at: self.now.advanced(byMilliseconds: 1000)))
        // Bounded: a third address pushes out the one that is clear first.
        limiter.recordFailure(of: "b", at: self.now)
        limiter.recordFailure(of: "c", at: self.now)
        #expect(!limiter.allows("a", at: self.now))
    }
}
