// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import FlowWire
import Foundation
import Synchronization
import Testing

@testable import FlowServer

@Suite("Back-ups")
struct BackupTests {
    private static let now = Timestamp(milliseconds: 1_795_255_200_000)

    /// A directory with an installation in `server`: authority, key, an open store with a user, a session and a join token.
    private static func with(_ body: (String, SQLiteStore) async throws -> Void) async throws {
        let path = NSTemporaryDirectory() + "qf-backup-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        let directory = try PrivateDirectory(path + "/server")
        _ = try CertificateAuthority.open(in: try directory.subdirectory("ca"), now: Self.now)
        _ = try MasterKeys.open(in: directory, environment: [:], mayCreate: true)
        let store = try SQLiteStore.open(path: directory.path(of: DataDirectory.database))
        let user = try await store.createUser(username: "ada", passwordHash: "-", role: .admin, at: Self.now)
        try await store.createSession(
            UserSession(
                tokenHash: [1],
                userID: user.id,
                createdAt: Self.now,
                expiresAt: Self.now.advanced(byMilliseconds: 1000)
            )
        )
        try await store.createJoinToken(
            JoinToken(id: "t", secretHash: [1], groups: [], expiresAt: .distantFuture, createdAt: Self.now)
        )
        try await body(path, store)
        try await store.close()
    }

    private static func make(_ path: String, replaces: Bool = false, includesKey: Bool = false) throws -> Backup.Report
    {
        try Backup.make(
            of: path + "/server",
            to: path + "/copy.tar",
            replaces: replaces,
            includesKey: includesKey,
            at: Self.now
        )
    }

    private static func restore(
        _ path: String,
        into name: String,
        replaces: Bool = false
    ) async throws -> Restore.Report {
        try await Restore.run(
            path + "/copy.tar",
            into: path + "/" + name,
            replaces: replaces,
            by: Actor(.host, name: "root"),
            at: Self.now.advanced(byMilliseconds: 60_000)
        )
    }

    private static func verify(_ path: String) async throws -> BackupCheck.Report {
        try await BackupCheck.verify(
            path + "/copy.tar",
            keyFile: nil,
            scratch: path,
            environment: [:],
            at: Self.now
        )
    }

    private static func expect(
        _ code: CoreError.Code,
        _ words: String,
        sourceLocation: SourceLocation = #_sourceLocation,
        _ body: () async throws -> Void
    ) async {
        await #expect(sourceLocation: sourceLocation) {
            try await body()
        } throws: { error in
            guard let error = error as? CoreError else { return false }
            return error.code == code && (words.isEmpty || error.message.contains(words))
        }
    }

    @Test("A back-up is its owner's only, replaces nothing unasked, has no key unasked, and leaves nothing beside it")
    func make() async throws {
        try await Self.with { path, _ in
            let report = try Self.make(path)
            #expect(!report.hasKey)
            let attributes = try FileManager.default.attributesOfItem(atPath: path + "/copy.tar")
            #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
            #expect((attributes[.size] as? NSNumber)?.int64Value == report.bytes)
            await Self.expect(.conflict, "--force") { _ = try Self.make(path) }
            #expect(try Self.make(path, replaces: true, includesKey: true).hasKey)
            #expect(try FileManager.default.contentsOfDirectory(atPath: path).sorted() == ["copy.tar", "server"])
            await Self.expect(.notFound, "no server") {
                _ = try Backup.make(of: path, to: path + "/x", replaces: false, includesKey: false, at: Self.now)
            }
        }
    }

    @Test("An authority that takes over is in it")
    func takingOver() async throws {
        try await Self.with { path, _ in
            let here = try PrivateDirectory(path + "/server/ca")
            let one = try #require(try AuthorityBundle.read(in: here))
            let two = one.followed(by: try CertificateAuthority.make(now: Self.now)).serving
            try two.write(to: here)
            _ = try Self.make(path)
            _ = try await Self.restore(path, into: "other")
            #expect(try AuthorityBundle.read(in: try PrivateDirectory(path + "/other/ca")) == two)
        }
    }

    @Test("What was committed before the back-up is in it, while others write")
    func underWrites() async throws {
        try await Self.with { path, store in
            let writing = Task {
                var count = 0
                while !Task.isCancelled {
                    count += 1
                    _ = try await store.createGroup(name: "g\(count)", description: "", tags: [], at: Self.now)
                }
            }
            while try await store.groups().count < 20 { await Task.yield() }
            let before = try await store.groups().count
            _ = try Self.make(path)
            writing.cancel()
            _ = await writing.result
            #expect(try await Self.verify(path).users == 1)
            _ = try await Self.restore(path, into: "other")
            let restored = try SQLiteStore.open(path: path + "/other/quartzflow.db")
            #expect(try await restored.groups().count >= before)
            try await restored.close()
        }
    }

    @Test("Sessions and join tokens end, the audit says who restored what, and the key there stays")
    func restore() async throws {
        try await Self.with { path, store in
            _ = try Self.make(path)
            try await store.close()
            let key = FileManager.default.contents(atPath: path + "/server/secrets.key")
            await Self.expect(.conflict, "--force") { _ = try await Self.restore(path, into: "server") }
            let report = try await Self.restore(path, into: "server", replaces: true)
            let former = try #require(report.former)
            #expect(FileManager.default.fileExists(atPath: former + "/quartzflow.db"))
            #expect(report.hasKey && FileManager.default.contents(atPath: path + "/server/secrets.key") == key)
            let restored = try SQLiteStore.open(path: path + "/server/quartzflow.db")
            let hasSession = try await restored.session(tokenHash: [1], at: Self.now) != nil
            let hasToken = try await restored.joinToken(id: "t") != nil
            #expect(!hasSession && !hasToken)
            #expect(try await restored.restoredCopy() == Self.now)
            let row = try #require(try await restored.audit(AuditQuery(action: .installationRestore)).items.first)
            #expect(row.change.actor.kind == .host && row.object?.name == Self.now.rfc3339())
            try await restored.close()
            // Once more, into nothing: the key has to come from elsewhere.
            #expect(try await Self.restore(path, into: "third").hasKey == false)
        }
    }

    @Test("A directory with a running server is refused, whatever is forced")
    func running() async throws {
        try await Self.with { path, _ in
            _ = try Self.make(path)
            await Self.expect(.unavailable, "in use") {
                _ = try await Self.restore(path, into: "server", replaces: true)
            }
        }
    }

    @Test("A byte that was changed anywhere, an end that is missing or other files are found, and nothing is restored")
    func damaged() async throws {
        try await Self.with { path, _ in
            _ = try Self.make(path)
            let file = URL(fileURLWithPath: path + "/copy.tar")
            let whole = try Data(contentsOf: file)
            #expect(try await Self.verify(path).users == 1)
            // Heads, small files, the database, the sums.
            let places = [0, 130, 600, 1100, 5000, 20_000, whole.count / 2, whole.count - 1500, whole.count - 1]
            for place in places {
                var bytes = whole
                bytes[place] ^= 0x10
                try bytes.write(to: file)
                await Self.expect(.invalid, "") { _ = try await Self.verify(path) }
            }
            for length in [0, 511, 512, whole.count / 3, whole.count - 1024, whole.count - 1] {
                try whole.prefix(length).write(to: file)
                await Self.expect(.invalid, "") { _ = try await Self.verify(path) }
            }
            await Self.expect(.invalid, "cut off") { _ = try await Self.restore(path, into: "other") }
            #expect(!FileManager.default.fileExists(atPath: path + "/other/quartzflow.db"))
            try (whole + Data("more".utf8)).write(to: file)
            await Self.expect(.invalid, "end") { _ = try await Self.verify(path) }
        }
    }

    @Test("Back-up, check and restore say how far they are, each part from nothing to all of it")
    func progress() async throws {
        try await Self.with { path, _ in
            let told = Mutex<[BackupStep]>([])
            let note: BackupStep.Report = { step in told.withLock { $0.append(step) } }
            _ = try Backup.make(
                of: path + "/server",
                to: path + "/copy.tar",
                replaces: false,
                includesKey: false,
                at: Self.now,
                report: note
            )
            Self.expectWhole(told.withLock { $0 }, ["copying", "looking", "packing"])
            told.withLock { $0 = [] }
            _ = try await BackupCheck.verify(
                path + "/copy.tar",
                keyFile: nil,
                scratch: path,
                environment: [:],
                at: Self.now,
                report: note
            )
            Self.expectWhole(told.withLock { $0 }, ["unpacking", "looking"])
            told.withLock { $0 = [] }
            _ = try await Restore.run(
                path + "/copy.tar",
                into: path + "/other",
                replaces: false,
                by: Actor(.host, name: "root"),
                at: Self.now,
                report: note
            )
            Self.expectWhole(told.withLock { $0 }, ["unpacking", "looking"])
        }
    }

    private static func expectWhole(_ steps: [BackupStep], _ words: [String]) {
        var parts: [(word: String, amounts: [Int64], total: Int64)] = []
        for step in steps {
            let (word, done, total): (String, Int64, Int64) =
                switch step {
                case .copying(let done, let total): ("copying", done, total)
                case .looking: ("looking", 0, 0)
                case .packing(let done, let total): ("packing", done, total)
                case .unpacking(let done, let total): ("unpacking", done, total)
                }
            if parts.last?.word != word { parts.append((word, [], total)) }
            parts[parts.count - 1].amounts.append(done)
        }
        #expect(parts.map(\.word) == words)
        for part in parts {
            #expect(part.amounts.first == 0 && part.amounts.last == part.total, "\(part)")
            #expect(part.amounts == part.amounts.sorted(), "\(part)")
        }
    }

    @Test("A name in the archive never becomes a path")
    func names() async throws {
        try await Self.with { path, _ in
            let manifest = BackupManifest(
                madeAt: Self.now,
                program: "9",
                installation: nil,
                migrations: [],
                parts: [BackupManifest.Part(name: "../../evil", bytes: 1)]
            )
            var writer = try ArchiveWriter(creating: path + "/copy.tar", at: Self.now)
            try writer.add(BackupManifest.file, try manifest.encoded())
            try writer.add("../../evil", [1])
            try writer.finish()
            await Self.expect(.invalid, "evil") { _ = try await Self.verify(path) }
        }
    }
}
