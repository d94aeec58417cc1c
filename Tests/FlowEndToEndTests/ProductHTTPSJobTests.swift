// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
import FlowTesting
import Foundation
import NIOHTTP1
import SwiftASN1
import Testing
import X509

extension ProductTests {
    /// Real HTTPS servers with certificates that no system knows.
    @Suite("HTTP jobs and certificates")
    struct HTTPSJobs {
        private struct SelfSigned {
            let certificatePEM: String
            let keyPEM: String

            init(_ commonName: String) throws {
                let key = P256.Signing.PrivateKey()
                let signer = Certificate.PrivateKey(key)
                let name = try DistinguishedName { CommonName(commonName) }
                let certificate = try Certificate(
                    version: .v3,
                    serialNumber: .init(),
                    publicKey: signer.publicKey,
                    notValidBefore: Date(timeIntervalSinceNow: -3600),
                    notValidAfter: Date(timeIntervalSinceNow: 86_400),
                    issuer: name,
                    subject: name,
                    signatureAlgorithm: .ecdsaWithSHA256,
                    extensions: try Certificate.Extensions {
                        Critical(BasicConstraints.notCertificateAuthority)
                        SubjectAlternativeNames([.dnsName("localhost")])
                    },
                    issuerPrivateKey: signer
                )
                self.certificatePEM = try certificate.serializeAsPEM().pemString
                self.keyPEM = key.pemRepresentation
            }
        }

        @Test(
            "A self-signed server is refused with the way out, and trusted once the host's policy names its certificate"
        )
        func selfSigned() async throws {
            try await ProductWorld.with { world in
                let client = try await world.client(of: try world.startServe())
                let (ours, other) = (try SelfSigned("ours"), try SelfSigned("other"))
                let receiver = try await HTTPReceiver.start(certificatePEM: ours.certificatePEM, keyPEM: ours.keyPEM)
                let file = world.directory + "/authorities.pem"
                let policy = world.directory + "/policy.json"
                try Data(#"{"network": {"loopback": true, "authorities": ["\#(file)"]}}"#.utf8).write(
                    to: URL(fileURLWithPath: policy)
                )
                func trust(_ text: String) throws { try text.write(toFile: file, atomically: true, encoding: .utf8) }

                // The file is not there yet: only what needs it fails.
                let token = try await world.token()
                let agent = try world.startAgent("host", token: token, arguments: ["--policy", policy])
                _ = try await client.hostsOnline(1)
                let job = try await client.call(
                    "POST",
                    "/tasks",
                    [
                        "name": "call", "executor_type": 2, "schedule_type": "manual",
                        "executor_config": ["url": .text(receiver.url.replacing("127.0.0.1", with: "localhost"))],
                        "group_ids": .list([.number(Double(try await client.everyone()))]),
                    ]
                )
                let id = try #require(job["id"]?.int)
                let without = try await client.runOne(id)
                #expect(without["error"]?.string?.contains(file) == true, "\(without)")
                #expect(agent.output.contains(file), "\(agent.output)")
                let script = try await client.call(
                    "POST",
                    "/tasks",
                    [
                        "name": "script", "executor_type": 1, "schedule_type": "manual",
                        "executor_config": ["command": "true"],
                        "group_ids": .list([.number(Double(try await client.everyone()))]),
                    ]
                )
                let scriptID = try #require(script["id"]?.int)
                #expect(try await client.runOne(scriptID)["status_name"] == "SUCCESS")
                try trust(other.certificatePEM)
                let refused = try await client.runOne(id)
                #expect(refused["status_name"] == "FAILURE" && refused["reason"]?["code"] == "REQUEST", "\(refused)")
                let words = refused["error_text"]?["en"]?.string ?? ""
                #expect(words.contains("self-signed") && words.contains("network.authorities"), "\(words)")
                #expect(refused["error_text"]?["zh"]?.string?.contains("自签名") == true, "\(refused)")
                #expect(receiver.hits.isEmpty)

                // Read anew for each request: nobody has to start the agent again for a certificate.
                try trust(other.certificatePEM + "\n" + ours.certificatePEM)
                let trusted = try await client.runOne(id)
                #expect(trusted["status_name"] == "SUCCESS", "\(trusted["error"]?.string ?? "")")
                #expect(trusted["http_status"] == 200)
                #expect(trusted["exit_code"] == .null, "a status is no exit code")
                try trust("nothing")
                let broken = try await client.runOne(id)
                #expect(broken["error"]?.string?.contains("has no certificate in PEM") == true, "\(broken)")
                #expect(receiver.hits.count == 1)
                agent.signal(SIGTERM)
                _ = try await agent.end()
                try await receiver.stop()
            }
        }

        @Test("A client certificate of the host is shown where the policy says, and statuses say what is tried again")
        func clientCertificates() async throws {
            try await ProductWorld.with { world in
                let client = try await world.client(of: try world.startServe())
                let (server, ours) = (try SelfSigned("server"), try SelfSigned("client"))
                let receiver = try await HTTPReceiver.start(
                    certificatePEM: server.certificatePEM,
                    keyPEM: server.keyPEM,
                    clients: ours.certificatePEM,
                    [.init(status: .serviceUnavailable), .init(), .init(status: .notFound)]
                )
                func write(_ name: String, _ text: String) throws -> String {
                    let path = world.directory + "/" + name
                    try text.write(toFile: path, atomically: true, encoding: .utf8)
                    return path
                }
                let (trusted, shown) = (try write("trust.pem", server.certificatePEM), world.directory + "/shown.pem")
                let policy = try write(
                    "policy.json",
                    """
                    {"network": {"loopback": true, "authorities": ["\(trusted)"], "client_certificates": {
                        "shop": {"certificate": "\(shown)", "key": "\(try write("key.pem", ours.keyPEM))", "hosts": ["localhost"]},
                        "other": {"certificate": "\(shown)", "key": "\(world.directory)/key.pem", "hosts": ["example.org"]}}}}
                    """
                )
                let token = try await world.token()
                // A file that is missing keeps nobody from starting: the host says so, and reads it anew for each request.
                let agent = try world.startAgent("host", token: token, arguments: ["--policy", policy])
                _ = try await client.hostsOnline(1)
                #expect(agent.output.contains("client certificate of the host's policy"), "\(agent.output)")
                _ = try write("shown.pem", ours.certificatePEM)
                let everyone = Value.list([.number(Double(try await client.everyone()))])
                func job(_ name: String, _ certificate: String) async throws -> Int {
                    let made = try await client.call(
                        "POST",
                        "/tasks",
                        [
                            "name": .text(name), "executor_type": 2, "schedule_type": "manual", "retry_count": 1,
                            "retry_interval": 1,
                            "executor_config": [
                                "url": .text(receiver.url.replacing("127.0.0.1", with: "localhost")),
                                "client_certificate": .text(certificate), "retry_statuses": [503],
                            ],
                            "group_ids": everyone,
                        ]
                    )
                    return try #require(made["id"]?.int)
                }
                let shop = try await job("shop", "shop")
                let again = try await client.runOne(shop)
                #expect(again["status_name"] == "SUCCESS" && again["attempt"] == 2, "\(again)")
                let final = try await client.runOne(shop)
                #expect(final["status_name"] == "FAILURE" && final["http_status"] == 404, "\(final)")
                #expect(final["attempt"] == 1 && receiver.hits.count == 3, "404 does not pass by itself")
                let other = try await client.runOne(try await job("other", "other"))
                #expect(other["reason"]?["code"] == "POLICY_DENIED", "\(other)")
                let unknown = try await client.runOne(try await job("unknown", "nobody"))
                #expect(
                    unknown["status_name"] == "SKIPPED" && unknown["reason"]?["code"] == "POLICY_DENIED",
                    "\(unknown)"
                )
                #expect(receiver.hits.count == 3)
                agent.signal(SIGTERM)
                _ = try await agent.end()
                try await receiver.stop()
            }
        }
    }
}
