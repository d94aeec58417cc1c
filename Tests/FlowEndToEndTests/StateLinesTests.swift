// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowStore
import FlowTesting
import FlowWire
import Foundation
import Testing

@testable import FlowServer

@Suite("A database as JSON lines (docs/back-up.md)")
struct StateLinesTests {
    private static let now = Timestamp(milliseconds: 1_795_255_200_000)
    private static let actor = Actor(.host, id: "0", name: "root")

    /// A directory with a server's database in `server`: a user with a session, texts and bytes that are hard to write down.
    private static func with(_ body: (String) async throws -> Void) async throws {
        let path = NSTemporaryDirectory() + "qf-lines-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        let directory = try PrivateDirectory(path + "/server")
        let store = try SQLiteStore.open(path: directory.path(of: DataDirectory.database))
        let user = try await store.createUser(username: "ada", passwordHash: "-", role: .admin, at: Self.now)
        try await store.createSession(
            UserSession(
                tokenHash: [0, 255, 10, 34],
                userID: user.id,
                createdAt: Self.now,
                expiresAt: Self.now.advanced(byMilliseconds: 1000)
            )
        )
        try await store.setSetting("odd", to: "\"夜间\"\n\u{1}\\ \u{1F600}\u{2028}e\u{301}\u{301}")
        for index in 1...2500 {
            let change = Change(by: Self.actor, at: Self.now.advanced(byMilliseconds: Int64(index)))
            try await store.recordAudit(AuditEntry(change: change, action: .jobUpdate, object: nil))
        }
        try await store.close()
        try await body(path)
    }

    private static func write(
        _ path: String,
        from name: String = "server",
        to file: String
    ) async throws
        -> StateLines.Written
    {
        try await StateLines.write(
            path + "/" + name,
            databaseURL: nil,
            to: path + "/" + file,
            replaces: false,
            at: Self.now
        )
    }

    private static func read(
        _ path: String,
        _ file: String,
        into name: String,
        database: String? = nil
    ) async throws
        -> StateLines.Read
    {
        try await StateLines.read(
            path + "/" + file,
            into: path + "/" + name,
            databaseURL: database,
            by: Self.actor,
            at: Self.now
        )
    }

    /// The lines but for the head and the end, which say when and how many.
    private static func rows(_ path: String) throws -> [Substring] {
        try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").dropFirst().dropLast()
    }

    @Test("What was written comes back, row by row, from SQLite to SQLite; sessions of people have ended")
    func there() async throws {
        try await Self.with { path in
            let written = try await Self.write(path, to: "a.jsonl")
            #expect(written.report.rows > 2500 && written.report.tables > 50)
            let mode = try FileManager.default.attributesOfItem(atPath: path + "/a.jsonl")[.posixPermissions]
            #expect((mode as? NSNumber)?.intValue == 0o600)
            let text = try String(contentsOfFile: path + "/a.jsonl", encoding: .utf8)
            #expect(text.hasPrefix(#"{"format":"quartzflow-rows","made_at":"#))
            #expect(text.contains(#"{"b64":"AP8KIg=="}"#))

            let read = try await Self.read(path, "a.jsonl", into: "other")
            #expect(read.report == written.report)
            let store = try SQLiteStore.open(path: path + "/other/" + DataDirectory.database)
            #expect(try await store.setting("odd") == "\"夜间\"\n\u{1}\\ \u{1F600}\u{2028}e\u{301}\u{301}")
            #expect(try await store.session(tokenHash: [0, 255, 10, 34], at: Self.now) == nil)
            let restored = try await store.audit(AuditQuery(action: .installationRestore))
            #expect(restored.total == 1)
            try await store.close()
            // Once more: but for what the import itself wrote, each line is the same.
            _ = try await Self.write(path, from: "other", to: "b.jsonl")
            let before = Set(try Self.rows(path + "/a.jsonl"))
            let after = Set(try Self.rows(path + "/b.jsonl"))
            #expect(after.subtracting(before).count <= 3, "\(after.subtracting(before))")
            #expect(before.subtracting(after).count == 1, "the session: \(before.subtracting(after))")
            await #expect(throws: CoreError.self, "there is a database") {
                _ = try await Self.read(path, "a.jsonl", into: "other")
            }
            await #expect(throws: CoreError.self, "there is a file") { _ = try await Self.write(path, to: "a.jsonl") }
        }
    }

    @Test("From SQLite to PostgreSQL and back")
    func postgres() async throws {
        try await Self.with { path in
            let server = try PostgresServer.shared.get()
            let url = server.address(try server.makeDatabase())
            let written = try await Self.write(path, to: "a.jsonl")
            let read = try await Self.read(path, "a.jsonl", into: "keys", database: url)
            #expect(read.report == written.report)
            #expect(!FileManager.default.fileExists(atPath: path + "/keys/" + DataDirectory.database))
            let moved = try await PostgresStore.open(url)
            #expect(try await moved.setting("odd")?.hasPrefix("\"夜间\"") == true)
            try await moved.close()
            _ = try await StateLines.write(
                path + "/keys",
                databaseURL: url,
                to: path + "/b.jsonl",
                replaces: false,
                at: Self.now
            )
            _ = try await Self.read(path, "b.jsonl", into: "back")
            let store = try SQLiteStore.open(path: path + "/back/" + DataDirectory.database)
            #expect(try await store.user(named: "ada") != nil)
            #expect(try await store.audit(AuditQuery(action: .jobUpdate)).total == 2500)
            try await store.close()
        }
    }

    @Test("A file that was cut off, changed, or is of another schema is refused, and nothing is left of it")
    func damaged() async throws {
        try await Self.with { path in
            _ = try await Self.write(path, to: "a.jsonl")
            let lines = try String(contentsOfFile: path + "/a.jsonl", encoding: .utf8)
                .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            let odd = try #require(lines.firstIndex { $0.contains("夜间") })
            var changed = lines
            changed[odd] = changed[odd].replacing("夜间", with: "日间")
            var short = lines
            short.remove(at: odd)
            var wrong = lines
            wrong[odd] = "[1,2"
            var newer = lines
            newer[0] = newer[0].replacing("001 jobs", with: "000 jobs")
            let cases: [(String, [String], String)] = [
                ("changed", changed, "not those that were written"), ("short", short, "not those that were written"),
                ("cut", Array(lines.prefix(odd + 1)), "cut off"), ("wrong", wrong, "Line \(odd + 1) of the file"),
                ("newer", newer, "another schema"), ("more", lines.dropLast() + ["[]", ""], "behind the file's end"),
                ("none", ["{}"], "no file of"),
            ]
            for (name, lines, words) in cases {
                try Data(lines.joined(separator: "\n").utf8).write(to: URL(fileURLWithPath: path + "/x.jsonl"))
                let error = await #expect(throws: CoreError.self, "\(name)") {
                    _ = try await Self.read(path, "x.jsonl", into: name)
                }
                #expect(error?.message.contains(words) == true, "\(name): \(error?.message ?? "")")
                #expect(try FileManager.default.contentsOfDirectory(atPath: path + "/" + name) == [], "\(name)")
            }
        }
    }
}
