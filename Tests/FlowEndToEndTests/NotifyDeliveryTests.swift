// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import FlowStore
import FlowSupport
import FlowWire
import Foundation
import NIOHTTP1
import Synchronization
import Testing

@testable import FlowNotify
@testable import FlowServer

/// A store, rules and real receivers; the clock is the test's.
private final class DeliveryWorld {
    final class HandClock: WallClock {
        private let value = Mutex(Timestamp(milliseconds: 1_795_255_200_000))
        var now: Timestamp { self.value.withLock { $0 } }
        var microseconds: Int64 { self.now.milliseconds * 1000 }
        func pass(_ seconds: Int64) { self.value.withLock { $0 = $0.advanced(byMilliseconds: seconds * 1000) } }
    }

    let directory: String
    let clock = HandClock()
    var store: SQLiteStore
    var sender: any NotifySender
    var job: Job?
    var language = MessageLanguage()
    var settings = LiveSettings()
    let agent = AgentID("web1")!
    private var sequence: Int64 = 0

    static func with(_ body: (DeliveryWorld) async throws -> Void) async throws {
        let directory = NSTemporaryDirectory() + "flow-notify-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let world = try DeliveryWorld(directory)
        try await world.begin()
        try await body(world)
        try? await world.store.close()
    }

    private init(_ directory: String) throws {
        self.directory = directory
        self.store = try SQLiteStore.open(path: directory + "/flow.db")
        self.sender = ChannelSender(
            network: NotifyNetwork(allowance: [.loopback, .privateNetworks]),
            hostName: "test.example"
        )
    }

    var change: Change { .system(at: self.clock.now) }

    private func begin() async throws {
        let token = JoinToken(
            id: "t",
            secretHash: [1],
            groups: [],
            expiresAt: .distantFuture,
            createdAt: self.clock.now
        )
        try await self.store.createJoinToken(token, by: self.change)
        let agent = Agent(id: self.agent, name: "web1", createdAt: self.clock.now)
        try await self.store.enrol(token: "t", agent: agent, by: self.change)
        let hello = Hello(
            agent: self.agent,
            incarnation: "one",
            bootID: "b",
            lastSequence: 0,
            configVersion: 1,
            configDigest: "",
            floor: .distantPast,
            version: "1",
            hostname: "web1",
            operatingSystem: "Linux",
            sentAt: 0
        )
        _ = try await self.store.openSession(hello, address: "192.0.2.1", at: self.clock.now)
    }

    func makeJob(_ rules: [NotifyRule]) async throws {
        let definition = JobDefinition(
            name: "backup",
            payload: .shell(ShellPayload(command: "true")),
            schedule: .manual,
            groups: [Group.everyone],
            notify: rules
        )
        self.job = try await self.store.createJob(
            uid: JobUID(uuid: UUID()),
            definition: definition,
            isEnabled: true,
            nextFire: nil,
            by: self.change
        )
        // The first look begins at the end of the log.
        try await self.evaluate()
    }

    func channel(_ draft: NotifyChannelDraft) async throws {
        _ = try await self.store.createNotifyChannel(draft, by: self.change)
    }

    func report(exit code: Int, output: String = "disk full") async throws {
        let job = try #require(self.job)
        self.sequence += 1
        let nominal = self.clock.now.advanced(byMilliseconds: self.sequence)
        let id = DeterministicID.execution(kind: .cron, job: job.uid, nominal: nominal, agent: self.agent)
        let report = Report(
            sequence: self.sequence,
            executionID: id,
            runID: DeterministicID.run(kind: .cron, job: job.uid, nominal: nominal),
            jobUID: job.uid,
            jobID: job.id,
            jobName: "backup",
            jobVersion: 1,
            kind: .cron,
            nominal: nominal,
            status: code == 0 ? .success : .failure,
            reason: code == 0 ? nil : .exitCode,
            attempt: 1,
            startedAt: nominal,
            finishedAt: nominal.advanced(byMilliseconds: 65_000),
            exitCode: code,
            outputBytes: Int64(output.utf8.count),
            inlineOutput: [
                LogChunk(executionID: id, attempt: 1, offset: 0, stream: .standardOutput, bytes: Array(output.utf8))
            ]
        )
        _ = try await self.store.apply(
            [ReportBatch(agent: self.agent, incarnation: "one", reports: [report])],
            at: self.clock.now
        )
    }

    func evaluate() async throws {
        try await NotifyEvaluator(store: self.store, clock: self.clock, language: self.language).catchUp()
    }

    /// A server that has just started: it knows nothing but the store.
    @discardableResult
    func dispatch(_ seal: SecretSeal? = nil) async throws -> Int {
        let dispatcher = self.dispatcher(seal)
        try await dispatcher.resume()
        return try await dispatcher.dispatch()
    }

    func dispatcher(_ seal: SecretSeal? = nil) -> NotifyDispatcher {
        NotifyDispatcher(
            store: self.store,
            sender: self.sender,
            clock: self.clock,
            seal: seal,
            settings: self.settings
        )
    }

    /// Fails until a message is due, and makes it.
    func fail() async throws {
        try await self.report(exit: 2)
        try await self.evaluate()
        self.clock.pass(6)
        try await self.evaluate()
    }

    func reopen() async throws {
        try? await self.store.close()
        self.store = try SQLiteStore.open(path: self.directory + "/flow.db")
    }

    func states() async throws -> [NotifyDelivery.State] {
        try await self.store.deliveries(NotifyQuery()).items.map(\.state)
    }
}

/// Ends the server, in effect, at a step of sending: nothing can be stored afterwards.
private struct CrashingSender: NotifySender {
    let inner: any NotifySender
    let store: SQLiteStore
    let sendsFirst: Bool

    func send(_ delivery: NotifyDelivery, over channel: NotifyChannel, at now: Timestamp) async -> DeliveryVerdict {
        var verdict = DeliveryVerdict.again("not sent")
        if self.sendsFirst { verdict = await self.inner.send(delivery, over: channel, at: now) }
        try? await self.store.close()
        return verdict
    }
}

@Suite("Notifications reach real receivers")
struct NotifyDeliveryTests {
    private static func hook(_ receiver: HTTPReceiver, path: String = "/hook") -> NotifyChannelDraft {
        NotifyChannelDraft(
            name: "ops",
            kind: .webhook,
            secrets: ChannelSecrets(url: receiver.url + path, headers: ["X-Team": "db"], secret: "s3cret")
        )
    }

    private static func rule(threshold: Int = 1, channel: String? = "ops", to recipients: [String] = []) -> NotifyRule {
        NotifyRule(
            name: "技术失败",
            triggers: [.technicalFailure],
            threshold: threshold,
            channels: [
                NotifyTarget(
                    channel: channel,
                    recipients: recipients,
                    subjectTemplate: "任务告警: {{task_name}} 执行失败!",
                    bodyTemplate: "状态: {{execution_status}}\n连续失败次数: {{threshold_count}}\n{{execution_log_tail}}"
                )
            ]
        )
    }

    @Test("A webhook is called at exactly the third failure in a row, also over a restart (S2-9)")
    func thirdFailure() async throws {
        let receiver = try await HTTPReceiver.start()
        try await DeliveryWorld.with { world in
            try await world.channel(Self.hook(receiver))
            try await world.makeJob([Self.rule(threshold: 3)])
            for number in 1...5 {
                try await world.fail()
                try await world.dispatch()
                #expect(receiver.hits.count == (number >= 3 ? 1 : 0), "failure \(number)")
                if number == 2 { try await world.reopen() }
            }
            let hit = try #require(receiver.hits.first)
            let body = try JSONParser.parse(Array(hit.body.utf8))
            #expect(hit.method == "POST" && hit.path == "/hook" && hit.headers.first(name: "X-Team") == "db")
            #expect(hit.headers.first(name: "X-Hub-Signature-256")?.hasPrefix("sha256=") == true)
            #expect(body["threshold_count"] == .integer(3) && body["event"] == .string("opening"))
            #expect(body["subject"] == .string("任务告警: backup 执行失败!"))
            #expect(body["text"] == .string("状态: FAILURE\n连续失败次数: 3\ndisk full"))
            #expect(try await world.states() == [.sent])
        }
        try await receiver.stop()
    }

    @Test("A server that speaks Chinese says so to real receivers; codes for programs stay (issue 6)")
    func chinese() async throws {
        let receiver = try await HTTPReceiver.start()
        try await DeliveryWorld.with { world in
            world.language = MessageLanguage(standard: .chinese)
            try await world.channel(Self.hook(receiver))
            var rule = Self.rule()
            rule.channels = [NotifyTarget(channel: "ops")]
            try await world.makeJob([rule])
            try await world.fail()
            try await world.dispatch()
            let hit = try #require(receiver.hits.first)
            let body = try JSONParser.parse(Array(hit.body.utf8))
            #expect(body["subject"] == .string("backup 失败（web1）"), "\(hit.body)")
            guard case .string(let text)? = body["text"] else { throw CoreError(.invalid, "there is no text") }
            #expect(text.hasPrefix("技术失败：自 ") && text.hasSuffix("---\ndisk full"), "\(text)")
            #expect(text.contains("\n状态：失败，退出码 2") && text.contains("，用时 1 分 05 秒\n"))
            #expect(body["trigger"] == .string("technical_failure"))
        }
        try await receiver.stop()
    }

    @Test(
        "Teams, Telegram and PagerDuty take a message from a real request, and what they refuse is dead (issue 10)",
        arguments: [
            (NotifyChannel.Kind.teams, "/hook", "", nil, #""type":"AdaptiveCard""#),
            (
                .telegram, "/bot110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw/sendMessage", #"{"ok":true}"#, 30,
                #""chat_id":"-1001""#
            ),
            (.pagerduty, "/hook", #"{"status":"success"}"#, nil, #""event_action":"trigger""#),
        ] as [(NotifyChannel.Kind, String, String, Int?, String)]
    )
    func services(_ kind: NotifyChannel.Kind, path: String, answer: String, wait: Int?, sign: String) async throws {
        let busy = wait.map { #"{"ok":false,"parameters":{"retry_after":\#($0)}}"# } ?? ""
        let receiver = try await HTTPReceiver.start([
            .init(status: .tooManyRequests, body: busy),
            .init(status: kind == .telegram ? .ok : .accepted, body: answer), .init(status: .badRequest),
        ])
        try await DeliveryWorld.with { world in
            var draft = NotifyChannelDraft(name: "ops", kind: kind)
            draft.secrets.url = receiver.url + (kind == .telegram ? "" : "/hook")
            draft.secrets.secret = kind == .telegram ? "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw" : "k"
            draft.settings.chat = "-1001"
            try await world.channel(draft)
            var rule = Self.rule()
            rule.channels = [NotifyTarget(channel: "ops")]
            try await world.makeJob([rule])
            try await world.fail()
            try await world.dispatch()
            #expect(try await world.states() == [.queued], "429 is tried again")
            if let wait {
                world.clock.pass(Int64(wait) - 1)
                #expect(try await world.dispatch() == 0, "the service said how long to wait")
            }
            world.clock.pass(3)
            try await world.dispatch()
            #expect(try await world.states() == [.sent])
            let hits = receiver.hits
            #expect(hits.count == 2 && hits.allSatisfy { $0.path == path && $0.method == "POST" }, "\(hits)")
            #expect(hits.last?.body.contains(sign) == true && hits.last?.body.contains("disk full") == true)
            try await world.fail()
            world.clock.pass(60)
            try await world.evaluate()
            try await world.dispatch()
            #expect(try await world.states().contains(.dead), "400 is for ever")
        }
        try await receiver.stop()
    }

    @Test("A program that the operator lists gets the message; nothing of it is read by a shell (issue 10)")
    func command() async throws {
        try await DeliveryWorld.with { world in
            let path = world.directory + "/notify"
            let script = """
                #!/bin/sh
                env > "$(dirname "$0")/environment"
                cat > "$(dirname "$0")/input"
                test -e "$(dirname "$0")/busy" && { echo "come back later" >&2; exit 75; }
                exit 0
                """
            try Data(script.utf8).write(to: URL(filePath: path))
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
            func read(_ name: String) throws -> String {
                try String(contentsOfFile: world.directory + "/" + name, encoding: .utf8)
            }
            func sender(_ allowed: [String]) -> ChannelSender {
                ChannelSender(network: NotifyNetwork(), hostName: "test.example", commands: allowed)
            }
            var draft = NotifyChannelDraft(name: "ops", kind: .command)
            draft.settings.command = path
            try await world.channel(draft)
            var rule = Self.rule()
            rule.channels = [NotifyTarget(channel: "ops", subjectTemplate: "$(touch hacked) `id` {{task_name}}")]
            try await world.makeJob([rule])
            world.sender = sender([path])
            #expect(FileManager.default.createFile(atPath: world.directory + "/busy", contents: nil))
            try await world.fail()
            try await world.dispatch()
            let waiting = try await world.store.deliveries(NotifyQuery()).items[0]
            #expect(waiting.state == .queued && waiting.lastError == "exit status 75: come back later")
            try FileManager.default.removeItem(atPath: world.directory + "/busy")
            world.clock.pass(5)
            try await world.dispatch()
            #expect(try await world.states() == [.sent])
            let environment = try read("environment").split(separator: "\n")
            #expect(environment.contains("QF_SUBJECT=$(touch hacked) `id` backup"))
            #expect(environment.contains("QF_TRIGGER=technical_failure"))
            #expect(!environment.contains { $0.hasPrefix("HOME=") || $0.hasPrefix("QUARTZFLOW") })
            let input = try JSONParser.parse(Array(try read("input").utf8).dropLast())
            #expect(input["event"] == .string("opening") && input["task_name"] == .string("backup"))
            #expect(!FileManager.default.fileExists(atPath: world.directory + "/hacked"))
            // Taken out of the list, it is started no more.
            world.sender = sender([])
            try FileManager.default.removeItem(atPath: world.directory + "/input")
            try await world.fail()
            world.clock.pass(60)
            try await world.evaluate()
            try await world.dispatch()
            let refused = try await world.store.deliveries(NotifyQuery(state: NotifyDelivery.State.dead.rawValue)).items
            #expect(
                refused.map(\.lastError) == ["the program '\(path)' is not in notify.commands of the server's file"]
            )
            #expect(!FileManager.default.fileExists(atPath: world.directory + "/input"))
        }
    }

    @Test("A program that does not end is ended with all that it started, and tried again")
    func slowCommand() async throws {
        let directory = NSTemporaryDirectory() + "flow-notify-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let path = directory + "/slow"
        try Data("#!/bin/sh\nsleep 600 &\necho $! > \(directory)/child\nwait\n".utf8).write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        var draft = NotifyChannelDraft(name: "ops", kind: .command)
        draft.settings.command = path
        let now = Timestamp(milliseconds: 1_795_255_200_000)
        let channel = NotifyChannel(id: 1, draft: draft, createdAt: now, updatedAt: now)
        let id = DeliveryID(uuid: UUID())
        let delivery = MessageWriter.test(of: channel, id: id, by: "ada", at: now)
        let verdict = await CommandSender(allowed: [path], patience: .seconds(2)).send(delivery, over: channel)
        #expect(verdict == .again("the program took longer than 2 s"))
        let child = try #require(
            Int32(try String(contentsOfFile: directory + "/child", encoding: .utf8).split(separator: "\n")[0])
        )
        // Its parent is gone: init buries it at once.
        var tries = 0
        while kill(child, 0) == 0, tries < 500 {
            usleep(10_000)
            tries += 1
        }
        #expect(kill(child, 0) != 0, "what it started lives on")
    }

    @Test("While notifications are off messages wait; what fails for too long is given up (S1-FR-6.5)")
    func settings() async throws {
        func settings(_ values: [SettingKey: SettingValue]) -> LiveSettings {
            LiveSettings(Settings(fixed: values.mapValues { Settings.Fixed($0, from: .file) }))
        }
        let receiver = try await HTTPReceiver.start(
            Array(repeating: .init(status: .serviceUnavailable), count: 20)
        )
        try await DeliveryWorld.with { world in
            try await world.channel(Self.hook(receiver))
            try await world.makeJob([Self.rule()])
            world.settings = settings([.notifyEnabled: .text("off")])
            try await world.fail()
            #expect(try await world.dispatch() == 0)
            #expect(try await world.states() == [.queued])
            #expect(receiver.hits.isEmpty)
            world.settings = settings([.notifyGiveUpHours: .integer(1)])
            try await world.dispatch()
            #expect(try await world.states() == [.queued])
            #expect(receiver.hits.count == 1)
            // However old it is, it has its tries.
            for tries in 2...12 {
                #expect(try await world.states() == [.queued])
                world.clock.pass(3600)
                try await world.dispatch()
                #expect(receiver.hits.count == tries)
            }
            #expect(try await world.states() == [.dead])
        }
        try await receiver.stop()
    }

    @Test(
        "What waits for longer than an hour while notifications are off is not sent when they are on again, and says so"
    )
    func offForLong() async throws {
        func turn(_ word: String) -> LiveSettings {
            LiveSettings(Settings(fixed: [.notifyEnabled: Settings.Fixed(.text(word), from: .file)]))
        }
        let receiver = try await HTTPReceiver.start()
        try await DeliveryWorld.with { world in
            try await world.channel(Self.hook(receiver))
            try await world.makeJob([Self.rule()])
            world.settings = turn("off")
            let server = world.dispatcher()
            try await world.fail()
            // It waited for two hours, but not because notifications were off.
            world.clock.pass(7200)
            try await server.dispatch()
            world.clock.pass(NotifyDispatcher.patience / 1000 - 20)
            try await world.fail()
            try await server.dispatch()
            #expect(try await world.states() == [.queued, .queued])
            world.clock.pass(20)
            try await server.dispatch()
            let kept = try await world.store.deliveries(NotifyQuery()).items
            #expect(Set(kept.map(\.state)) == [.queued, .dead])
            let dead = try #require(kept.first { $0.state == .dead })
            #expect(dead.lastError == "notifications were switched off for longer than an hour" && dead.dueAt == nil)
            world.settings = turn("on")
            try await world.dispatch()
            #expect(receiver.hits.count == 1, "the one that is new")
            #expect(receiver.hits.first?.headers.first(name: "Idempotency-Key") != dead.id.description)
            // Whoever wants it all the same sends it again.
            _ = try await world.store.resendDelivery(dead.id, in: .all, by: world.change)
            try await world.dispatch()
            #expect(receiver.hits.last?.headers.first(name: "Idempotency-Key") == dead.id.description)
            #expect(try await world.states() == [.sent, .sent])
        }
        try await receiver.stop()
    }

    @Test("A channel gets the secrets that it names at each message, as they are then; and nothing keeps their values")
    func namedSecrets() async throws {
        let receiver = try await HTTPReceiver.start()
        let ring = KeyRing(primary: try #require(KeyRing.Key([UInt8](repeating: 1, count: 32))))
        let seal = SecretSeal(ring: ring, installation: "inst-1")
        try await DeliveryWorld.with { world in
            func set(_ value: String, version: Int64, owners: Scope = .all) async throws {
                _ = try await world.store.setSecret(
                    named: "ROBOT",
                    expected: version - 1,
                    sealed: try seal.seal(value, name: "ROBOT", version: version),
                    owners: owners,
                    force: true,
                    by: world.change
                )
            }
            var hook = Self.hook(receiver, path: "/hook?token=${secret:ROBOT}")
            hook.secrets.headers = ["X-Team": "db", "Authorization": "Bearer ${secret:ROBOT}"]
            hook.secrets.secret = "secret:ROBOT"
            try await world.channel(try ChannelSeal(seal).close(hook, over: nil, id: "one"))
            try await world.makeJob([Self.rule()])
            try await world.fail()
            func why() async throws -> String? {
                try await world.store.deliveries(NotifyQuery(state: "queued")).items.first?.lastError
            }
            try await world.dispatch(seal)
            #expect(try await why() == "there is no secret 'ROBOT' that is for every group")
            try await set("line\nfeed", version: 1)
            world.clock.pass(3)
            try await world.dispatch(seal)
            #expect(try await why()?.contains("control characters") == true)
            #expect(receiver.hits.isEmpty)
            for (version, value) in [(Int64(2), "a/b&c#d e"), (3, "an0ther value")] {
                try await set(value, version: version)
                world.clock.pass(700)
                if version == 3 { try await world.fail() }
                try await world.dispatch(seal)
                let hit = try #require(receiver.hits.last)
                #expect(receiver.hits.count == Int(version) - 1)
                let query = version == 2 ? "a%2Fb%26c%23d%20e" : "an0ther%20value"
                #expect(hit.path == "/hook?token=\(query)" && hit.headers.first(name: "X-Team") == "db")
                #expect(
                    hit.headers.first(name: "Authorization").map { Array($0.utf8) } == Array("Bearer \(value)".utf8)
                )
                let signed = HTTPChannel.hmac(value, Array(hit.body.utf8)).map { byte in
                    (byte < 16 ? "0" : "") + String(byte, radix: 16)
                }
                #expect(hit.headers.first(name: "X-Hub-Signature-256") == "sha256=" + signed.joined())
                for file in try FileManager.default.contentsOfDirectory(atPath: world.directory) {
                    let bytes = FileManager.default.contents(atPath: world.directory + "/" + file) ?? Data()
                    #expect(bytes.firstRange(of: Data(value.utf8)) == nil, "\(file)")
                }
            }
            // For some groups only, it is no channel's any more.
            try await set("an0ther value", version: 4, owners: .groups([]))
            try await world.fail()
            try await world.dispatch(seal)
            #expect(receiver.hits.count == 2)
        }
        try await receiver.stop()
    }

    @Test("What a receiver says is kept without the secrets that it was sent")
    func echo() async throws {
        let receiver = try await HTTPReceiver.start([
            .init(status: .badRequest, body: "unknown token a%2Fb%26c (a/b&c)")
        ])
        let ring = KeyRing(primary: try #require(KeyRing.Key([UInt8](repeating: 1, count: 32))))
        let seal = SecretSeal(ring: ring, installation: "inst-1")
        try await DeliveryWorld.with { world in
            _ = try await world.store.setSecret(
                named: "ROBOT",
                expected: 0,
                sealed: try seal.seal("a/b&c", name: "ROBOT", version: 1),
                owners: .all,
                force: false,
                by: world.change
            )
            let hook = Self.hook(receiver, path: "/hook?token=${secret:ROBOT}")
            try await world.channel(try ChannelSeal(seal).close(hook, over: nil, id: "one"))
            try await world.makeJob([Self.rule()])
            try await world.fail()
            try await world.dispatch(seal)
            let kept = try #require(try await world.store.deliveries(NotifyQuery()).items.first)
            #expect(kept.state == .dead && kept.lastError == "status 400: unknown token *** (***)")
        }
        try await receiver.stop()
    }

    @Test("A receiver that is away loses nothing, and gets the same key at each try")
    func retries() async throws {
        let receiver = try await HTTPReceiver.start([
            .init(status: .serviceUnavailable), .init(status: .tooManyRequests, headers: [("Retry-After", "120")]),
        ])
        try await DeliveryWorld.with { world in
            try await world.channel(Self.hook(receiver))
            try await world.makeJob([Self.rule()])
            try await world.fail()
            try await world.dispatch()
            #expect(try await world.states() == [.queued])
            #expect(try await world.dispatch() == 0, "its pause is not over")
            world.clock.pass(3)
            try await world.dispatch()
            world.clock.pass(100)
            #expect(try await world.dispatch() == 0, "the receiver asked for two minutes")
            world.clock.pass(30)
            try await world.dispatch()
            #expect(try await world.states() == [.sent])
            #expect(receiver.hits.count == 3)
            #expect(Set(receiver.hits.map { $0.headers.first(name: "Idempotency-Key") }).count == 1)
        }
        try await receiver.stop()
    }

    @Test("A receiver that is down for an hour loses nothing: each message comes once, in order, under its key (S2-9)")
    func downForAnHour() async throws {
        let receiver = try await HTTPReceiver.start(Array(repeating: .init(status: .serviceUnavailable), count: 1000))
        try await DeliveryWorld.with { world in
            try await world.channel(Self.hook(receiver))
            try await world.makeJob([Self.rule()])
            for minute in 0..<60 {
                // Each update of the incident is a message of its own.
                if minute.isMultiple(of: 10) { try await world.fail() }
                try await world.evaluate()
                try await world.dispatch()
                world.clock.pass(60)
            }
            let keys = try await world.store.deliveries(NotifyQuery()).items.map(\.id.description).reversed()
            #expect(keys.count == 6, "\(keys.count) messages")
            #expect(try await world.states().allSatisfy { $0 == .queued }, "none is given up")
            let tries = receiver.hits.count
            #expect(tries >= 10 && tries < 200, "\(tries) tries in an hour")
            receiver.recover()
            for _ in 0..<30 {
                try await world.dispatch()
                world.clock.pass(60)
            }
            #expect(try await world.states().allSatisfy { $0 == .sent })
            let taken = receiver.hits.dropFirst(tries).map { $0.headers.first(name: "Idempotency-Key") ?? "" }
            #expect(taken == Array(keys), "each once, in the order of what happened")
        }
        try await receiver.stop()
    }

    @Test(
        "What a version before left in clear is sealed at the start; without its key a message waits, with it, it goes"
    )
    func sealed() async throws {
        let receiver = try await HTTPReceiver.start()
        let ring = KeyRing(primary: try #require(KeyRing.Key([UInt8](repeating: 1, count: 32))))
        let seal = SecretSeal(ring: ring, installation: "inst-1")
        try await DeliveryWorld.with { world in
            try await world.channel(Self.hook(receiver))
            #expect(try await ChannelSealing.run(store: world.store, seal: seal) { "one" } == 1)
            #expect(try await ChannelSealing.run(store: world.store, seal: seal) { "two" } == 0)
            try await world.reopen()
            let bytes = try #require(FileManager.default.contents(atPath: world.directory + "/flow.db"))
            #expect(bytes.range(of: Data("s3cret".utf8)) == nil)
            try await world.makeJob([Self.rule()])
            try await world.fail()
            try await world.dispatch()
            let waiting = try await world.store.deliveries(NotifyQuery()).items
            #expect(waiting.map(\.state) == [.queued])
            #expect(waiting.first?.lastError?.contains("master key") == true)
            world.clock.pass(10)
            try await world.dispatch(seal)
            #expect(try await world.states() == [.sent])
            #expect(receiver.hits.first?.headers.first(name: "X-Team") == "db")
        }
        try await receiver.stop()
    }

    /// Where a server ends on the way from an event to a message that was taken.
    enum CrashStep: CaseIterable {
        case eventStored, incidentWaits, messageWritten, beforeRequest, afterRequest, settled
    }

    @Test(
        "A crash at any step loses no message, and sends once more at most, under the same key (issue 10)",
        arguments: CrashStep.allCases
    )
    func crash(_ step: CrashStep) async throws {
        let receiver = try await HTTPReceiver.start()
        try await DeliveryWorld.with { world in
            try await world.channel(Self.hook(receiver))
            try await world.makeJob([Self.rule()])
            try await world.report(exit: 2)
            if step == .eventStored { try await world.reopen() }
            try await world.evaluate()
            if step == .incidentWaits { try await world.reopen() }
            world.clock.pass(6)
            try await world.evaluate()
            if step == .messageWritten { try await world.reopen() }
            let sender = world.sender
            if step == .beforeRequest || step == .afterRequest {
                world.sender = CrashingSender(inner: sender, store: world.store, sendsFirst: step == .afterRequest)
                await #expect(throws: CoreError.self) { try await world.dispatch() }
                world.sender = sender
                try await world.reopen()
                #expect(try await world.states() == [.sending])
            }
            try await world.evaluate()
            try await world.dispatch()
            if step == .settled {
                try await world.reopen()
                try await world.evaluate()
                #expect(try await world.dispatch() == 0)
            }
            #expect(try await world.states() == [.sent])
            #expect(receiver.hits.count == (step == .afterRequest ? 2 : 1))
            #expect(Set(receiver.hits.map { $0.headers.first(name: "Idempotency-Key") }).count == 1)
        }
        try await receiver.stop()
    }

    @Test("PagerDuty: a late opening is followed by the end it overtook, a test closes what it opened (issue 10)")
    func pagerDutyCloses() async throws {
        let receiver = try await HTTPReceiver.start([.init(status: .badRequest)])
        try await DeliveryWorld.with { world in
            var draft = NotifyChannelDraft(name: "ops", kind: .pagerduty)
            draft.secrets = ChannelSecrets(url: receiver.url + "/hook", secret: "k")
            try await world.channel(draft)
            let rule = NotifyRule(
                name: "r",
                triggers: [.technicalFailure, .recovered],
                channels: [NotifyTarget(channel: "ops")]
            )
            try await world.makeJob([rule])
            func actions() throws -> [String] {
                try receiver.hits.map { hit in
                    let body = try JSONParser.parse(Array(hit.body.utf8))
                    guard case .string(let action)? = body["event_action"], case .string(let key)? = body["dedup_key"]
                    else { throw CoreError(.invalid, hit.body) }
                    return action + " " + key
                }
            }
            try await world.fail()
            try await world.dispatch()
            #expect(try await world.states() == [.dead])
            try await world.report(exit: 0)
            try await world.evaluate()
            try await world.dispatch()
            let dead = try await world.store.deliveries(NotifyQuery(state: NotifyDelivery.State.dead.rawValue)).items
            _ = try await world.store.resendDelivery(try #require(dead.first).id, in: .all, by: world.change)
            try await world.dispatch()
            try await world.dispatch()
            let key = try #require(dead.first?.incident).description
            #expect(try actions() == ["trigger", "resolve", "trigger", "resolve"].map { $0 + " " + key })
            #expect(try await world.states() == [.sent, .sent])
            #expect(try await world.dispatch() == 0)

            let channel = try #require(try await world.store.notifyChannels().first)
            let id = DeliveryID(uuid: UUID())
            let test = MessageWriter.test(of: channel, id: id, by: "ada", at: world.clock.now)
            try await world.store.saveDeliveries([test])
            try await world.dispatch()
            #expect(try actions().suffix(2) == ["trigger \(id)", "resolve \(id)"])
        }
        try await receiver.stop()
    }

    @Test("What a receiver refuses for ever is a dead letter, which a person sends again under its key")
    func deadLetter() async throws {
        let receiver = try await HTTPReceiver.start([.init(status: .notFound)])
        try await DeliveryWorld.with { world in
            try await world.channel(Self.hook(receiver))
            try await world.makeJob([Self.rule()])
            try await world.fail()
            try await world.dispatch()
            let dead = try #require(try await world.store.deliveries(NotifyQuery()).items.first)
            #expect(dead.state == .dead && dead.lastError?.contains("404") == true)
            _ = try await world.store.resendDelivery(dead.id, in: .all, by: world.change)
            try await world.dispatch()
            #expect(try await world.states() == [.sent] && receiver.hits.count == 2)
            let audit = try await world.store.audit(AuditQuery())
            #expect(audit.items.first?.action == .deliveryResend)
        }
        try await receiver.stop()
    }

    @Test("Redirects, link-local addresses and, unless allowed, this host itself are never called")
    func forbidden() async throws {
        let receiver = try await HTTPReceiver.start([.init(status: .found, headers: [("Location", "/other")])])
        try await DeliveryWorld.with { world in
            try await world.channel(Self.hook(receiver))
            try await world.makeJob([Self.rule()])
            try await world.fail()
            try await world.dispatch()
            #expect(try await world.states() == [.dead] && receiver.hits.count == 1)
        }
        let strict = HTTPSender(network: NotifyNetwork())
        for url in [
            receiver.url, "http://169.254.169.254/latest", "http://localhost:1/", "http://0/",
        ] {
            let request = OutgoingRequest(method: "POST", url: url, headers: [], body: [])
            guard case .dead = await strict.send(request, kind: .webhook) else {
                Issue.record("\(url) was tried")
                continue
            }
        }
        #expect(receiver.hits.count == 1)
        try await receiver.stop()
    }

    @Test("Mail goes over STARTTLS with user and password, in both forms, to the rule's recipients (S2-9)")
    func mail() async throws {
        let directory = NSTemporaryDirectory() + "flow-mail-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let pki = try PrivateDirectory(directory)
        let now = SystemWallClock().now
        let authority = try CertificateAuthority.open(in: pki, now: now)
        let certificate = try ServerCertificate.open(in: pki, authority: authority, names: [], now: now)
        let receiver = try await MailReceiver.start(
            certificatePEM: certificate.chainPEM,
            keyPEM: certificate.keyPEM
        )
        try await DeliveryWorld.with { world in
            var network = NotifyNetwork(allowance: [.loopback])
            network.authorities = authority.certificatePEM
            world.sender = ChannelSender(network: network, hostName: "test.example")
            let settings = ChannelSettings(
                host: "localhost",
                port: receiver.port,
                security: .starttls,
                username: "qf",
                from: "qf@example.com"
            )
            try await world.channel(
                NotifyChannelDraft(
                    name: "mail",
                    kind: .email,
                    settings: settings,
                    secrets: ChannelSecrets(password: "right")
                )
            )
            try await world.makeJob([Self.rule(channel: nil, to: ["admin@example.com", "dev@example.com"])])
            try await world.fail()
            try await world.dispatch()
            let deliveries = try await world.store.deliveries(NotifyQuery()).items
            #expect(deliveries.map(\.state) == [.sent], "\(deliveries.map(\.lastError))")
            let mail = try #require(receiver.mails.first)
            #expect(mail.isSecure && mail.user == "qf")
            #expect(mail.recipients == ["RCPT TO:<admin@example.com>", "RCPT TO:<dev@example.com>"])
            #expect(mail.data.contains("Subject: =?utf-8?B?") && mail.data.contains("text/html"))

            // Somebody else's certificate gets neither mail nor password.
            world.sender = ChannelSender(network: NotifyNetwork(allowance: [.loopback]), hostName: "test.example")
            try await world.report(exit: 0)
            try await world.fail()
            try await world.dispatch()
            #expect(try await world.states().first == .queued && receiver.mails.count == 1)
        }
        try await receiver.stop()
    }

    @Test("Ten thousand waiting messages become few, and all are counted")
    func storm() async throws {
        let receiver = try await HTTPReceiver.start()
        try await DeliveryWorld.with { world in
            try await world.channel(Self.hook(receiver))
            let now = world.clock.now
            var waiting: [NotifyDelivery] = []
            for number in 0..<10_000 {
                waiting.append(
                    NotifyDelivery(
                        id: DeliveryID(uuid: UUID()),
                        incident: nil,
                        channel: "ops",
                        recipients: [],
                        purpose: .opening,
                        ruleName: "r",
                        jobID: nil,
                        groups: [],
                        subject: "failure \(number)",
                        text: "",
                        fields: "{}",
                        at: now
                    )
                )
            }
            try await world.store.saveDeliveries(waiting)
            for _ in 0..<120 {
                try await world.dispatch()
                world.clock.pass(1)
            }
            #expect(receiver.hits.count <= 100)
            var told = 0
            for hit in receiver.hits {
                if case .integer(let count)? = try JSONParser.parse(Array(hit.body.utf8))["count"] {
                    told += Int(count)
                } else {
                    told += 1
                }
            }
            #expect(told == 10_000)
            #expect(try await world.store.waitingDeliveries().isEmpty)
        }
        try await receiver.stop()
    }
}
