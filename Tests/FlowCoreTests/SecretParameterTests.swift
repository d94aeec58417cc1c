// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@Suite("Secret parameters")
struct SecretParameterTests {
    private static let job = JobSnapshot(
        uid: JobUID(uuid: UUID(uuidString: "0190A000-0000-7000-8000-000000000001")!),
        id: 7,
        version: 1,
        name: "job",
        payload: .shell(ShellPayload(command: "true", environment: ["URL": "db://${secret:DB}"])),
        schedule: .manual,
        policies: Policies(),
        isEnabled: true,
        defaults: ["pw": "secret:DB", "region": "eu"],
        secretParameters: ["pw", "token"]
    )

    private static func order(_ parameters: [String: String], job: JobSnapshot = Self.job) -> Order {
        Order(
            executionID: ExecutionID(uuid: UUID()),
            runID: RunID(uuid: UUID()),
            job: job,
            kind: .manual,
            nominal: Timestamp(seconds: 1),
            parameters: parameters,
            deadline: Timestamp(seconds: 2)
        )
    }

    @Test("A whole value names a stored secret, and nothing else does")
    func references() {
        #expect(SecretParameter.reference("secret:DB") == "DB")
        for text in ["", "DB", "secret:", "secret:a b", "x secret:DB", "${secret:DB}", "secret:DB ", "Secret:DB"] {
            #expect(SecretParameter.reference(text) == nil, "\(text)")
        }
    }

    @Test("What is sealed is told from what people say, and is never shown")
    func sealed() throws {
        let key = try #require(KeyRing.Key((0..<32).map { UInt8($0) }))
        let seal = SecretSeal(ring: KeyRing(primary: key), installation: "i")
        let name = SecretParameter.sealName(of: "pw", job: Self.job.uid)
        let text = try seal.seal("hunter2!", name: name, version: SecretParameter.sealVersion)
        #expect(SecretParameter.isSealed(text))
        for plain in ["", "qfs1", "qfs1.a", "qfs1.a.b", "qfs2.a.b.c", " qfs1.a.b.c"] {
            #expect(!SecretParameter.isSealed(plain), "\(plain)")
        }
        #expect(SecretParameter.shown(["pw": text, "region": "eu"]) == ["pw": "•••", "region": "eu"])
        // Bound to its parameter and its job.
        let other = SecretParameter.sealName(of: "token", job: Self.job.uid)
        #expect(seal.open(text, name: other, version: SecretParameter.sealVersion) == nil)
    }

    @Test("A host asks for what is secret, given or by default, and has it in memory only in its place")
    func resolves() throws {
        let order = Self.order(["region": "us"])
        #expect(order.secretParameters == ["pw"] && order.needsSecrets)
        #expect(Self.order(["token": "•••"]).secretParameters == ["pw", "token"])
        let resolved = try order.resolved(["DB": "hunter2!", "parameter:pw": "correct horse"])
        #expect(resolved.values == ["pw": "correct horse", "region": "us"])
        #expect(resolved.job.secretParameters == ["pw", "token"] && resolved.executionID == order.executionID)
        let payload = ShellPayload(command: "true", environment: ["URL": "db://hunter2!"])
        #expect(resolved.job.payload == .shell(payload))
        #expect(throws: CoreError.self) { try order.resolved(["DB": "hunter2!"]) }
    }

    @Test("Words about a value do not have it in them")
    func words() throws {
        let parameter = ParameterDeclaration(
            name: "pw",
            kind: .secret,
            defaultValue: nil,
            choices: [],
            isRequired: true
        )
        #expect(try #require(parameter.fault(of: "abcde")).english.contains("abcde") == false)
        #expect(parameter.fault(of: "abcdef") == nil && parameter.fault(of: "secret:DB") == nil)
    }

    @Test("A job without any is written as before: hosts and databases of before keep what they have")
    func writtenAsBefore() throws {
        let plain = JobSnapshot(
            uid: Self.job.uid,
            id: 7,
            version: 1,
            name: "job",
            payload: Self.job.payload,
            schedule: .manual,
            policies: Policies(),
            isEnabled: true
        )
        #expect(!String(decoding: try JSONEncoder().encode(plain), as: UTF8.self).contains("secretParameters"))
        let copy = try JSONDecoder().decode(JobSnapshot.self, from: JSONEncoder().encode(Self.job))
        #expect(copy == Self.job && copy.secretParameters == ["pw", "token"])
    }
}
