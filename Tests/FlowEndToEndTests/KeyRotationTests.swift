// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowStore
import FlowWire
import Foundation
import Testing

@testable import FlowServer

@Suite("Rotation of the master key")
struct KeyRotationTests {
    private static let now = Timestamp(milliseconds: 1_795_255_200_000)

    /// An installation with one secret and one second factor, closed.
    private static func with(_ body: (PrivateDirectory, KeyRing, String) async throws -> Void) async throws {
        let path = NSTemporaryDirectory() + "qf-rotate-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        let directory = try PrivateDirectory(path)
        let keys = try #require(try MasterKeys.open(in: directory, environment: [:], mayCreate: true))
        let store = try SQLiteStore.open(path: directory.path(of: DataDirectory.database))
        let installation = try await store.installation()
        let seal = SecretSeal(ring: keys, installation: installation)
        _ = try await store.setSecret(
            named: "DB",
            expected: 0,
            sealed: try seal.seal("hunter2!", name: "DB", version: 1),
            owners: .all,
            force: false,
            by: .system(at: Self.now)
        )
        let user = try await store.createUser(username: "ada", passwordHash: "-", role: .admin, at: Self.now)
        try await store.beginSecondFactor(
            sealed: try seal.seal("MZXW6", name: SecondFactor.name(of: user.id), version: 1),
            of: user.id,
            by: .system(at: Self.now)
        )
        let channel = NotifyChannelDraft(
            name: "ops",
            kind: .slack,
            secrets: ChannelSecrets(url: "https://hook.example/x")
        )
        _ = try await store.createNotifyChannel(
            try ChannelSeal(seal).close(channel, over: nil, id: "one"),
            by: .system(at: Self.now)
        )
        try await store.close()
        try await body(directory, keys, installation)
    }

    private static func rotate(_ directory: PrivateDirectory) async throws -> KeyRotation.Report {
        try await KeyRotation.run(dataDirectory: directory.path, environment: [:])
    }

    private static func values(_ directory: PrivateDirectory) async throws -> [SealedValue] {
        let store = try SQLiteStore.open(path: directory.path(of: DataDirectory.database))
        let values = try await store.sealedValues()
        try await store.close()
        return values
    }

    @Test("Everything is sealed with the new key, opens with it alone, and the old one goes")
    func rotates() async throws {
        try await Self.with { directory, before, installation in
            let report = try await Self.rotate(directory)
            #expect(report.isNew && report.resealed == 3 && report.dropped == [before.primary.kid])
            let after = try #require(try MasterKeys.open(in: directory, environment: [:], mayCreate: false))
            #expect(after.kids == [report.kid] && report.kid != before.primary.kid)
            let seal = SecretSeal(ring: after, installation: installation)
            let opened = try await Self.values(directory).map { seal.open($0.text, name: $0.name, version: $0.version) }
            #expect(opened == ["hunter2!", "MZXW6", #"{"url":"https:\/\/hook.example\/x"}"#])
        }
    }

    @Test("What waits for another person is sealed anew, and recognised when it is asked for again")
    func approvals() async throws {
        try await Self.with { directory, before, installation in
            let store = try SQLiteStore.open(path: directory.path(of: DataDirectory.database))
            let user = try #require(try await store.user(named: "ada"))
            let job = try await store.createJob(
                uid: JobUID(uuid: UUID()),
                definition: JobDefinition(
                    name: "job",
                    payload: .shell(ShellPayload(command: "true")),
                    schedule: .manual,
                    groups: [Group.everyone],
                    parameters: [
                        ParameterDeclaration(
                            name: "pw",
                            kind: .secret,
                            defaultValue: nil,
                            choices: [],
                            isRequired: false
                        )
                    ]
                ),
                isEnabled: true,
                nextFire: nil,
                by: .system(at: Self.now)
            )
            func request(_ keys: KeyRing) throws -> Approval {
                let seal = SecretSeal(ring: keys, installation: installation)
                let name = SecretParameter.sealName(of: "pw", job: job.uid)
                let value = try seal.seal("hunter3!", name: name, version: SecretParameter.sealVersion)
                let trigger = Trigger(job: job.id, uid: "one", source: "api", caller: "ada", parameters: ["pw": value])
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
                let payload = try encoder.encode(ApprovalPayload.run(ApprovedRun(trigger)))
                var approval = Approval(
                    id: ApprovalID(uuid: UUID()),
                    action: .run,
                    object: .job(job),
                    version: 1,
                    groups: [Group.everyone],
                    payload: String(decoding: payload, as: UTF8.self),
                    requester: user.id,
                    requesterName: "ada",
                    reason: nil,
                    createdAt: Self.now
                )
                approval.likeness = ApprovalLikeness.text(of: approval, job: job.uid, seal: seal)
                return approval
            }
            let change = Change(by: .user(user.id, "ada"), at: Self.now)
            let first = try await store.requestApproval(try request(before), by: change)
            try await store.close()
            let report = try await Self.rotate(directory)
            #expect(report.resealed == 4 && report.dropped == [before.primary.kid])
            let after = try #require(try MasterKeys.open(in: directory, environment: [:], mayCreate: false))
            let again = try SQLiteStore.open(path: directory.path(of: DataDirectory.database))
            let stored = try #require(try await again.approval(first.id))
            #expect(stored.state == .pending && stored.payload.contains(report.kid))
            #expect(stored.digest != first.digest && stored.likeness != nil && stored.likeness != first.likeness)
            // Sealed once more it is another text, and the same request.
            #expect(try await again.requestApproval(try request(after), by: change).id == first.id)
            try await again.close()
        }
    }

    @Test("A run that was cut off goes on with the key it made, wherever it was cut")
    func cutOff() async throws {
        try await Self.with { directory, before, installation in
            // Cut after the key was written, and after one of three values was sealed with it.
            let made = try MasterKeys.make()
            let both = KeyRing(primary: made, earlier: [before.primary])
            try MasterKeys.write(both, in: directory)
            let seal = SecretSeal(ring: both, installation: installation)
            let store = try SQLiteStore.open(path: directory.path(of: DataDirectory.database))
            let first = try #require(try await store.sealedValues().first)
            try await store.reseal(first, as: try seal.seal("hunter2!", name: first.name, version: first.version))
            try await store.close()
            let report = try await Self.rotate(directory)
            #expect(!report.isNew && report.kid == made.kid && report.resealed == 2)
            #expect(report.dropped == [before.primary.kid])
        }
    }

    @Test("A key that rows of the audit were sealed with stays; a running server and a lost key are refused")
    func refused() async throws {
        try await Self.with { directory, before, _ in
            let store = try SQLiteStore.open(path: directory.path(of: DataDirectory.database))
            await #expect(throws: CoreError.self, "a server runs") { _ = try await Self.rotate(directory) }
            let rows = try await store.unsealedAudit(limit: 100)
            let seals = AuditChain(master: before.primary.bytes).seal(rows, chain: "main", after: nil)
            try await store.sealAudit(zip(rows, seals).map { ($0.id, $1) }, after: nil)
            try await store.close()
            let report = try await Self.rotate(directory)
            #expect(report.kept == [before.primary.kid] && report.dropped == [])
            let audit = try await HostAudit.verify(dataDirectory: directory.path, headsFile: nil, environment: [:])
            #expect(audit.findings.map(\.outcome) == [.whole(rows: rows.count)])
            try MasterKeys.write(KeyRing(primary: try MasterKeys.make()), in: directory)
            await #expect(throws: CoreError.self, "nothing opens") { _ = try await Self.rotate(directory) }
        }
    }
}
