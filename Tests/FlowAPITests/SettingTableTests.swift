// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowNotify
import FlowStore
import HTTPTypes
import HummingbirdTesting
import Testing

@testable import FlowAPI
@testable import FlowScheduler

@Suite("Each setting has its type, limits and default, and does what it says (S1-FR-6.5)")
struct SettingTableTests {
    /// Type, default, least and most or the words; exhaustive, so that a new key has to be added.
    private static func row(_ key: SettingKey) -> String {
        switch key {
        case .jobsTimeout: "integer 300 10 604800"
        case .jobsLongestTimeout: "integer 604800 10 604800"
        case .jobsRetries: "integer 0 0 10"
        case .jobsRetryInterval: "integer 60 1 3600"
        case .jobsOverlap: "choice skip"
        case .jobsMisfire: "choice fire_once"
        case .jobsZone: "timezone UTC"
        case .jobsOnEdit: "choice pinned pinned,refuse"
        case .jobsMostAtOnce: "integer 100 1 100"
        case .jobsOnePerAccount: "choice on on,off"
        case .retentionDays: "integer 90 1 3650"
        case .retentionStatisticsDays: "integer 400 1 3650"
        case .retentionNotificationDays: "integer 30 1 3650"
        case .retentionAuditDays: "integer 400 30 36500 zero"
        case .retentionEventHours: "integer 1 1 240"
        case .outputAttemptMebibytes: "integer 64 1 2048"
        case .outputHotDays: "integer 7 1 3650"
        case .outputDays: "integer 0 1 3650 zero"
        case .agentsOfflineDays: "integer 7 1 30"
        case .networkPrivate: "choice allow allow,refuse"
        case .networkLoopback: "choice refuse allow,refuse"
        case .signInIdleMinutes: "integer 120 5 10080"
        case .signInLongestHours: "integer 12 1 720"
        case .signInPasswordLength: "integer 12 8 64"
        case .signInSecondFactor: "choice off off,admins,all"
        case .signInLocal: "choice all all,admins,off"
        case .tokensLongestDays: "integer 366 1 1095"
        case .twoPersonForceStop: "choice marked off,marked,all"
        case .twoPersonGrants: "choice off off,on"
        case .breakGlassMinutes: "integer 60 5 240"
        case .notifyEnabled: "choice on on,off"
        case .notifyGroupWait: "integer 5 0 600"
        case .notifyGroupInterval: "integer 60 1 86400"
        case .notifyTailLines: "integer 20 1 200"
        case .notifyGiveUpHours: "integer 24 1 168"
        case .notifyDigestAbove: "integer 50 1 1000"
        case .language: "choice auto auto,zh,en"
        }
    }

    private static func change(_ caller: Caller, _ key: SettingKey, _ value: JSON) async throws -> Caller.Answer {
        let body = ["values": [key.rawValue: value].json].json
        return try await caller.call(.patch, "/settings", body: JSONWriter.text(body))
    }

    /// A value as JSON.
    private static func json(_ value: SettingValue) -> JSON {
        switch value {
        case .integer(let number): .integer(number)
        case .text(let text): .string(text)
        }
    }

    @Test("Key by key: as the table says, none needs a restart, and both languages name it")
    func table() async throws {
        try await TestServer.with { _, admin in
            let items = try await admin.get("/settings").data["items"]?.items ?? []
            #expect(items.compactMap { $0["key"]?.text } == SettingKey.allCases.map(\.rawValue))
            for (key, item) in zip(SettingKey.allCases, items) {
                let words = Self.row(key).split(separator: " ").map(String.init)
                #expect(item["type"]?.text == words[0], "\(key.rawValue): \(item["type"] ?? .null)")
                let standard = words[0] == "integer" ? JSON.integer(Int64(words[1]) ?? -1) : .string(words[1])
                #expect(item["default"] == standard && item["value"] == standard, "\(key.rawValue)")
                if words[0] == "integer" {
                    let limits = [item["minimum"], item["maximum"]].map { $0?.int }
                    #expect(limits == [Int64(words[2]), Int64(words[3])], "\(key.rawValue)")
                    #expect((item["zero"] == .bool(true)) == (words.count > 4), "\(key.rawValue)")
                } else if words.count > 2 {
                    let choices = item["choices"]?.items.compactMap(\.text) ?? []
                    #expect(choices.joined(separator: ",") == words[2], "\(key.rawValue): \(choices)")
                }
                #expect(item["needs_restart"] == .bool(false), "\(key.rawValue)")
                #expect(item["needs_session"] == .bool(key.isForPeople), "\(key.rawValue)")
                for language in ["zh", "en"] {
                    #expect(item["label"]?[language]?.text?.isEmpty == false, "\(key.rawValue)")
                }
                let section = item["section"]?.text
                #expect(key.rawValue.hasPrefix((section ?? "?") + "."), "\(key.rawValue)")
            }
        }
    }

    @Test("Key by key: what is beside the limits is refused with what is possible, and the edges are taken")
    func limits() async throws {
        try await TestServer.with { server, admin in
            for key in SettingKey.allCases where ![.signInLocal, .signInSecondFactor].contains(key) {
                let (good, bad): ([SettingValue], [SettingValue])
                switch key.rule.kind {
                case .integer(let range, let zero):
                    good = [.integer(range.lowerBound), .integer(range.upperBound)] + (zero ? [.integer(0)] : [])
                    let below: Int64 = zero && range.lowerBound == 1 ? -1 : range.lowerBound - 1
                    bad = [.integer(below), .integer(range.upperBound + 1), .text("x")]
                case .choice(let words): (good, bad) = (words.map { .text($0) }, [.text("x"), .integer(1)])
                case .timeZone: (good, bad) = ([.text("Asia/Shanghai")], [.text("Mars/Olympus"), .integer(1)])
                }
                for value in bad {
                    let answer = try await Self.change(admin, key, Self.json(value))
                    #expect(answer.status == 422, "\(key.rawValue) \(value): \(answer.text)")
                }
                for value in good {
                    let answer = try await Self.change(admin, key, Self.json(value))
                    // Laxer than it was takes another person; a contradiction to another key is told as such.
                    let isRefused = answer.status == 202 || answer.faultCodes == ["conflict"]
                    #expect(answer.status == 200 || isRefused, "\(key.rawValue) \(value): \(answer.text)")
                }
                // For the next ones as it was.
                _ = try await server.store.changeSettings(
                    [key: nil as SettingValue?],
                    expected: nil,
                    by: .system(at: server.clock.now)
                )
            }
        }
    }

    private static func settings(_ values: [SettingKey: SettingValue]) -> Settings {
        Settings(fixed: values.mapValues { Settings.Fixed($0, from: .file) })
    }

    @Test("How long things stay, what hosts are told and how messages wait follows the settings")
    func values() throws {
        let hour: Int64 = 3_600_000
        func age(_ growth: Growth, _ values: [SettingKey: SettingValue]) -> Int64? {
            GrowthRule.rules(Self.settings(values)).first { $0.growth == growth }?.age
        }
        #expect(age(.executions, [.retentionDays: .integer(3)]) == 72 * hour)
        #expect(age(.rollups, [.retentionDays: .integer(3), .retentionStatisticsDays: .integer(2)]) == 120 * hour)
        #expect(age(.notifications, [.retentionNotificationDays: .integer(2)]) == 48 * hour)
        #expect(age(.audit, [.retentionAuditDays: .integer(30)]) == 720 * hour)
        #expect(age(.audit, [.retentionAuditDays: .integer(0)]) == nil)
        #expect(age(.events, [:]) == hour && age(.events, [.retentionEventHours: .integer(5)]) == 5 * hour)
        #expect(Self.settings([.outputAttemptMebibytes: .integer(2)]).outputBytes == 2 << 20)
        let networks = Self.settings([.networkPrivate: .text("refuse")]).networks
        #expect(!networks.allowsPrivate && !networks.allowsLoopback)
        // An operations tool has its daily targets in private networks, and none on the host that happens to run the task (370).
        #expect(Settings().networks == NetworkDefaults(allowsPrivate: true, allowsLoopback: false))
        #expect(Self.settings([.networkLoopback: .text("allow")]).networks.allowsLoopback)
        let pace = Self.settings([.notifyGroupWait: .integer(0), .notifyGroupInterval: .integer(3600)]).pace
        #expect(pace == NotifyEvaluation.Pace(groupWait: 0, groupInterval: hour))
        #expect(Settings().pace == NotifyEvaluation.Pace())
        for (count, tail) in [(1, "c\n"), (2, "b\nc\n"), (3, "a\nb\nc\n"), (9, "a\nb\nc\n")] as [(Int64, String)] {
            #expect(NotifyEvaluator.lastLines(count, of: "a\nb\nc\n") == tail)
        }
        #expect(NotifyEvaluator.lastLines(1, of: "a\nb") == "b" && NotifyEvaluator.lastLines(1, of: "") == "")
    }

    @Test("New tasks: how many at once they may be, and whether they are edited while they run")
    func tasks() async throws {
        try await TestServer.with { _, admin in
            let many = taskBody(["name": .string("many"), "concurrency": .integer(5)])
            let id = try #require(try await admin.post("/tasks", many).data["id"]?.int)
            #expect(try await Self.change(admin, .jobsMostAtOnce, .integer(4)).status == 200)
            #expect(try await Self.change(admin, .jobsOnEdit, .string("refuse")).status == 200)
            let more = try await admin.post("/tasks", taskBody(["name": .string("more"), "concurrency": .integer(5)]))
            #expect(more.status == 422 && more.faults == ["concurrency"], "\(more.text)")
            let few = try await admin.post("/tasks", taskBody(["name": .string("few"), "concurrency": .integer(4)]))
            #expect(few.status == 201 && few.data["on_edit_while_running"]?.text == "refuse", "\(few.text)")
            // One that was more before the limit can still be edited.
            #expect(try await admin.put("/tasks/\(id)", many).status == 200)
        }
    }

    @Test("Passwords open for all, for administrators, or for nobody; who turns them off has come in another way")
    func localSignIn() async throws {
        @Sendable func signIn(_ caller: Caller, _ name: String) async throws -> Caller.Answer {
            try await caller.post(
                "/auth/login",
                ["username": .string(name), "password": .string(TestServer.password)]
            )
        }
        try await TestServer.with { _, admin in
            #expect(try await Self.change(admin, .signInLocal, .string("admins")).status == 200)
            #expect(try await signIn(admin, "ada").status == 200)
            let refused = try await signIn(admin, "vera")
            #expect(refused.status == 401 && refused.text.contains("signin.local"), "\(refused.text)")
            // Who does not know the password learns nothing of it.
            let wrong = try await admin.post(
                "/auth/login",
                ["username": .string("vera"), "password": .string("wrong")]
            )
            #expect(!wrong.text.contains("signin.local"))
            let off = try await Self.change(admin, .signInLocal, .string("off"))
            #expect(off.status == 422 && off.faults == ["signin.local"], "\(off.text)")
        }
        // The configuration has the last word: whoever writes it has the host.
        let fixed = Self.settings([.signInLocal: .text("off")])
        try await TestServer.with(settings: fixed) { server in
            try await server.app.test(.router) { client in
                let closed = try await signIn(Caller(client: client), "ada")
                #expect(closed.status == 401)
            }
        }
    }
}
