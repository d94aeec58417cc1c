// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@testable import FlowNotify

/// Built-in messages, kind by kind, in both languages (issue 6: every text a person meets exists in both).
@Suite("Built-in messages in both languages")
struct MessageLanguageTests {
    private static let kept = KeptTexts(
        Catalogue([
            """
            en exit status {code}
            zh 退出码 {code}
            en {who} asks for 'run' of job '{name}', until {time}
            zh {who} 请求运行任务“{name}”，有效至 {time}
            """
        ]).entries
    )
    private static let chinese = MessageSpeech(.chinese, kept: Self.kept)
    private static let english = MessageSpeech(.english, kept: Self.kept)

    /// A failure of the world's task on a host; 65 s long.
    private static func execution(_ host: String = "web1", reason: ExecutionReason? = .exitCode) -> Execution {
        Execution(
            id: DeterministicID.execution(
                kind: .cron,
                job: NotifyWorld.uid,
                nominal: NotifyWorld.start,
                agent: AgentID(host)!
            ),
            runID: DeterministicID.run(kind: .cron, job: NotifyWorld.uid, nominal: NotifyWorld.start),
            jobID: 7,
            jobUID: NotifyWorld.uid,
            jobName: "备份",
            jobVersion: 1,
            agentID: AgentID(host)!,
            kind: .cron,
            nominal: NotifyWorld.start,
            status: .failure,
            reason: reason,
            detail: reason == .exitCode ? "exit status 2" : nil,
            startedAt: NotifyWorld.start,
            finishedAt: NotifyWorld.start.advanced(byMilliseconds: 65_000),
            exitCode: 2,
            updatedAt: NotifyWorld.start
        )
    }

    private static func written(
        _ message: NotifyMessage,
        execution: Execution? = Self.execution(),
        alike: FailureWords = FailureWords(),
        _ speech: MessageSpeech,
        _ target: NotifyTarget = NotifyTarget(channel: "ops"),
        for kind: NotifyChannel.Kind = .webhook
    ) -> MessageText.Written {
        let variables = TemplateVariables(
            message,
            execution: execution,
            logTail: execution == nil ? "" : "disk full",
            alike: alike,
            speech: speech
        )
        return MessageText.write(target, variables, for: kind)
    }

    /// Latin words in a text, but for names, times and the log.
    private static func words(_ text: String) -> [Substring] {
        text.split { !($0.isASCII && $0.isLetter) }
            .filter { !["web", "db", "disk", "full", "T", "Z", "rule", "ada", "backup", "UTC"].contains($0) }
    }

    @Test("every trigger, state and reason has its word in both")
    func words() {
        for trigger in NotifyTrigger.allCases {
            #expect(Self.words(Self.chinese.word(trigger)).isEmpty, "\(trigger)")
            #expect(!Self.english.word(trigger).contains("_"), "\(trigger)")
        }
        for status in ExecutionStatus.allCases {
            #expect(Self.words(Self.chinese.word(status)).isEmpty, "\(status)")
            #expect(Self.english.word(status) == status.name)
        }
        for reason in ExecutionReason.allCases {
            #expect(Self.words(Self.chinese.word(reason)).allSatisfy { $0 == "HTTP" }, "\(reason)")
        }
    }

    @Test("a first message: subject, facts, reason and duration")
    func opening() {
        let message = NotifyMessage(previewOf: Self.execution(), rule: "rule")
        let chinese = Self.written(message, Self.chinese)
        #expect(chinese.subject == "备份 失败（web1）")
        #expect(
            chinese.text == """
                技术失败：自 2026-11-21T10:01:05Z 起 1 次
                任务：备份（7）
                主机：web1
                状态：失败，退出码 2（退出码 2）
                结束：2026-11-21T10:01:05Z，用时 1 分 05 秒
                连续次数：1
                ---
                disk full
                """
        )
        let english = Self.written(message, Self.english)
        #expect(english.subject == "备份 FAILURE on web1")
        #expect(english.text.hasPrefix("technical failure: 1 since 2026-11-21T10:01:05Z\nTask: 备份 (7)\nHosts: web1\n"))
        #expect(english.text.contains("Status: FAILURE, exit code 2 (exit status 2)\nEnded: "))
        #expect(english.text.contains(" after 1 m 05 s\nIn a row: 1\n---\ndisk full"))
    }

    @Test("a reason without a sentence is a word in Chinese, and the code in English")
    func reasonAlone() {
        let execution = Self.execution(reason: .interrupted)
        let message = NotifyMessage(previewOf: execution, rule: "rule")
        #expect(Self.written(message, execution: execution, Self.chinese).text.contains("退出码 2（主机或代理重启，执行被中断）"))
        #expect(Self.written(message, execution: execution, Self.english).text.contains("(INTERRUPTED)"))
    }

    @Test("several hosts that fail alike, first seen before, are one message in the reader's words")
    func grouped() throws {
        var world = NotifyWorld([NotifyWorld.rule([.technicalFailure])])
        for host in ["web1", "db1"] { world.happen("T", host: host) }
        let message = try #require(world.pass(6).first)
        let ids = message.incident.members.compactMap(\.execution)
        let name = FailureFingerprintName(
            id: "00000000000000aa",
            text: "disk full",
            firstAt: NotifyWorld.start.advanced(byMilliseconds: -86_400_000)
        )
        let alike = FailureWords(message.incident, Dictionary(uniqueKeysWithValues: ids.map { ($0, name) }))
        let chinese = Self.written(message, execution: nil, alike: alike, Self.chinese)
        #expect(chinese.subject == "backup（2 台主机）")
        #expect(chinese.text.contains("2 台主机：相同的失败\n这种失败首次出现：2026-11-20T10:00:00Z"))
        #expect(Self.words(chinese.text).isEmpty, "\(chinese.text)")
        let english = Self.written(message, execution: nil, alike: alike, Self.english)
        #expect(english.subject == "backup on 2 hosts")
        #expect(english.text.contains("2 hosts: same failure\nSuch a failure was first seen: 2026-11-20T10:00:00Z"))
    }

    @Test("what works again, and what nobody has acknowledged")
    func recoveredAndEscalated() throws {
        var rule = NotifyWorld.rule([.technicalFailure, .recovered])
        rule.escalation = [NotifyEscalation(afterSeconds: 600, channels: [NotifyTarget(channel: "on-call")])]
        var world = NotifyWorld([rule])
        world.happen("T")
        _ = world.pass(6)
        let escalated = try #require(world.pass(700).first)
        let up = Self.written(escalated, execution: nil, Self.chinese)
        #expect(up.subject == "第 1 级升级：backup（web1）" && up.text.contains("\n还没有人确认。\n"), "\(up)")
        #expect(Self.words(up.subject + up.text).isEmpty)
        #expect(Self.written(escalated, execution: nil, Self.english).text.contains("Nobody has acknowledged it."))
        world.happen("S")
        let recovered = try #require(world.pass(70).first)
        let back = Self.written(recovered, execution: nil, Self.chinese)
        #expect(back.subject == "已恢复：backup（web1）" && back.text.hasPrefix("已恢复正常。\n"), "\(back)")
        #expect(Self.words(back.subject + back.text).isEmpty)
        #expect(Self.written(recovered, execution: nil, Self.english).subject == "Recovered: backup on web1")
    }

    @Test("a request of a person and a host that is away")
    func withoutExecution() throws {
        var world = NotifyWorld([NotifyWorld.rule([.approvalWaiting])])
        let text = "ada asks for 'run' of job 'backup', until 2026-11-21T11:00:00Z"
        let event = PersonEvent(.approvalWaiting, id: "one", username: "ada", job: 7, groups: [2], text: text)
        world.happen(.person(event))
        let asked = try #require(world.pass(6).first)
        let chinese = Self.written(asked, execution: nil, Self.chinese)
        #expect(chinese.subject == "backup：有待审批")
        #expect(chinese.text.contains("\nada 请求运行任务“backup”，有效至 2026-11-21T11:00:00Z\n"))
        #expect(Self.written(asked, execution: nil, Self.english).text.contains("\n\(text)\n"))
        var hosts = NotifyWorld(own: [NotifyWorld.own([.hostOffline])])
        hosts.happen(.agentCame(AgentID("web1")!))
        hosts.happen(.agentWent(AgentID("web1")!))
        let away = hosts.pass(70) + hosts.pass(10)
        let written = away.map { Self.written($0, execution: nil, Self.chinese) }
        #expect(written.map(\.subject) == ["主机离线（web1）"], "\(written)")
        #expect(written.allSatisfy { Self.words($0.text).isEmpty })
    }

    @Test("a test, a digest and a preview follow the language; the fields of a webhook stay codes")
    func testDigestPreview() throws {
        let channel = ChannelTests.channel(.webhook, ChannelSecrets(url: "https://x.example/h"))
        let id = DeliveryID(uuid: UUID(uuidString: "00000000-0000-4000-8000-000000000002")!)
        let test = MessageWriter.test(of: channel, id: id, by: "ada", speech: Self.chinese, at: NotifyWorld.start)
        #expect(test.subject == "测试“ops”")
        #expect(test.text == "ada 于 2026-11-21T10:00:00.000Z 发送了这条测试消息。没有任何失败。")
        let plain = MessageWriter.test(of: channel, id: id, by: "ada", at: NotifyWorld.start)
        #expect(plain.subject == "Test of 'ops'" && plain.text.hasSuffix("Nothing has failed."))
        let due = (0..<60).map { ChannelTests.delivery(number: UInt8($0)) }
        let digest = try #require(
            DeliveryPlan.merge(due, waiting: ["ops": 60], speech: Self.chinese, at: NotifyWorld.start).first
        )
        #expect(digest.subject == "60 条通知" && digest.text.hasSuffix("\n…… 另有 10 条"))
        let sample = TemplateVariables(sample: "rule", at: NotifyWorld.start, speech: Self.chinese)
        let preview = MessageText.write(NotifyTarget(), sample, for: .email)
        #expect(preview.subject == "nightly-backup 失败（web1）" && preview.text.hasSuffix("\n这是测试：没有任何失败"))
        let message = NotifyMessage(previewOf: Self.execution(), rule: "rule")
        let variables = TemplateVariables(message, execution: Self.execution(), logTail: "", speech: Self.chinese)
        #expect(variables.values["trigger"] == "technical_failure" && variables.values["execution_status"] == "FAILURE")
        #expect(variables.values["trigger_text"] == "技术失败" && variables.values["execution_status_text"] == "失败")
    }

    @Test("mail, robots and webhooks carry the Chinese text as it is")
    func forms() throws {
        var incident = NotifyMessage(previewOf: Self.execution(), rule: "rule").incident
        incident.rule.channels = [NotifyTarget(channel: "ops")]
        let message = NotifyMessage(incident: incident, purpose: .opening, number: 1)
        func delivery(_ kind: NotifyChannel.Kind) -> NotifyDelivery {
            let variables = TemplateVariables(
                message,
                execution: Self.execution(),
                logTail: "disk full",
                speech: Self.chinese
            )
            return MessageWriter.deliveries(of: message, variables, kinds: ["ops": kind], at: NotifyWorld.start)[0]
        }
        for kind in [NotifyChannel.Kind.dingtalk, .wecom, .feishu, .slack, .webhook] {
            let request = try HTTPChannel.request(
                delivery(kind),
                over: ChannelTests.channel(kind, ChannelSecrets(url: "https://x.example/h")),
                at: NotifyWorld.start
            )
            let body = String(decoding: request.body, as: UTF8.self)
            #expect(body.contains("备份 失败（web1）") && body.contains("任务：备份（7）"), "\(kind): \(body)")
        }
        let fields = try JSONParser.parse(Array(delivery(.webhook).fields.utf8))
        #expect(fields["trigger"] == .string("technical_failure") && fields["event"] == .string("opening"))
        let mail = try #require(
            MailMessage(delivery(.email), from: "qf@example.com", to: ["a@example.com"], at: NotifyWorld.start)
        )
        let lines = String(decoding: mail.data, as: UTF8.self)
        #expect(lines.contains("Subject: =?utf-8?B?\(Data("备份 失败（web1）".utf8).base64EncodedString())?="))
        #expect(lines.contains("Content-Type: text/plain; charset=utf-8"))
    }

    @Test("a template that a person wrote stays as it is")
    func ownTemplate() {
        let target = NotifyTarget(
            channel: "ops",
            subjectTemplate: "{{task_name}}: {{trigger}}",
            bodyTemplate: "{{execution_status}} on {{host}}"
        )
        let message = NotifyMessage(previewOf: Self.execution(), rule: "rule")
        for speech in [Self.chinese, Self.english] {
            let written = Self.written(message, speech, target)
            #expect(written.subject == "备份: technical_failure" && written.text == "FAILURE on web1")
        }
    }

    @Test(
        "durations in both languages",
        arguments: [
            (500, "500 ms", "500 毫秒"), (7_000, "7 s", "7 秒"), (65_000, "1 m 05 s", "1 分 05 秒"),
            (7_380_000, "2 h 03 m", "2 小时 03 分"),
        ] as [(Int64, String, String)]
    )
    func durations(milliseconds: Int64, english: String, chinese: String) {
        #expect(Self.english.duration(milliseconds) == english)
        #expect(Self.chinese.duration(milliseconds) == chinese)
    }
}
