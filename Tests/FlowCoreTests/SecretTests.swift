// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
import Testing

@testable import FlowCore

@Suite("Secrets in definitions")
struct SecretReferenceTests {
    @Test(
        "A secret is named by a whole value or between braces, and a doubled sign means the text itself",
        arguments: [
            ("secret:DB", ["DB"]), ("Bearer ${secret:API}", ["API"]), ("${secret:A}:${secret:B}", ["A", "B"]),
            ("$${secret:A}", []), ("the secret: none", []), ("${secret:A", []), ("", []), ("secret:", [""]),
            ("${secret:a b}", ["a b"]), ("x secret:DB", []),
        ]
    )
    func names(_ text: String, _ expected: [String]) { #expect(SecretReference.names(in: text) == expected) }

    @Test("Values stand where their names stood, and are not looked through themselves")
    func resolves() throws {
        let values = ["A": "one", "B": "${secret:A}"]
        #expect(try SecretReference.resolve("secret:A", values) == "one")
        #expect(try SecretReference.resolve("<${secret:A}|${secret:B}>", values) == "<one|${secret:A}>")
        #expect(try SecretReference.resolve("$${secret:A}", values) == "${secret:A}")
        #expect(try SecretReference.resolve("plain $ text", values) == "plain $ text")
        #expect(throws: CoreError.self) { try SecretReference.resolve("secret:C", values) }
    }

    @Test("Environment, headers and body are looked through; script and address are not")
    func payloads() throws {
        let shell = Payload.shell(
            ShellPayload(command: "echo ${secret:NO}", environment: ["A": "secret:ONE", "B": "b"])
        )
        #expect(shell.secretNames == ["ONE"])
        let http = Payload.http(
            HTTPPayload(
                url: "https://example.org/",
                headers: ["Authorization": "Bearer ${secret:TOKEN}"],
                body: "{\"key\": \"${secret:KEY}\", \"name\": \"{{name}}\"}"
            )
        )
        #expect(http.secretNames == ["KEY", "TOKEN"])
        // A value with signs of a template is text to it.
        guard case .http(let request) = try http.resolved(["TOKEN": "t", "KEY": "{{name}}"]) else { return }
        #expect(request.headers["Authorization"] == "Bearer t")
        #expect(request.body == "{\"key\": \"{{{{name}}\", \"name\": \"{{name}}\"}")
    }
}

@Suite("Sealing secrets")
struct SecretSealTests {
    private static let ring = KeyRing(primary: KeyRing.Key((0..<32).map { UInt8($0) })!)
    private static let sealed = "qfs1.12758069.AAECAwQFBgcICQoL.fojBx07EIwWkgNTq9KwVX6Xs2O8BhR_j"

    @Test("A published vector is made and opened")
    func vector() throws {
        let seal = SecretSeal(ring: Self.ring, installation: "inst-1")
        let nonce = try AES.GCM.Nonce(data: (0..<12).map { UInt8($0) })
        #expect(try seal.seal("hunter2!", name: "DB", version: 3, nonce: nonce) == Self.sealed)
        #expect(seal.open(Self.sealed, name: "DB", version: 3) == "hunter2!")
    }

    @Test("A sealed value opens only where it belongs, and only as it was sealed")
    func bound() throws {
        let seal = SecretSeal(ring: Self.ring, installation: "inst-1")
        #expect(seal.open(Self.sealed, name: "DB2", version: 3) == nil)
        #expect(seal.open(Self.sealed, name: "DB", version: 4) == nil)
        #expect(SecretSeal(ring: Self.ring, installation: "other").open(Self.sealed, name: "DB", version: 3) == nil)
        let changed = Self.sealed.dropLast() + "k"
        #expect(seal.open(String(changed), name: "DB", version: 3) == nil)
        for broken in ["", "qfs1", "qfs1.12758069..", "qfs2" + Self.sealed.dropFirst(4)] {
            #expect(seal.open(broken, name: "DB", version: 3) == nil)
        }
        let other = KeyRing(primary: KeyRing.Key([UInt8](repeating: 7, count: 32))!)
        #expect(SecretSeal(ring: other, installation: "inst-1").open(Self.sealed, name: "DB", version: 3) == nil)
        let both = KeyRing(primary: other.primary, earlier: [Self.ring.primary])
        #expect(SecretSeal(ring: both, installation: "inst-1").open(Self.sealed, name: "DB", version: 3) == "hunter2!")
    }
}
