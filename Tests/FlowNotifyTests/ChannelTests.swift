// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@testable import FlowNotify

@Suite("Channels that are spoken to by HTTP")
struct ChannelTests {
    static func delivery(
        attempts: Int = 0,
        channel: String = "ops",
        number: UInt8 = 1,
        incident: IncidentID? = nil,
        purpose: NotifyDelivery.Purpose = .opening,
        text: String = "it failed\n\"twice\"",
        fields: String = #"{"event":"opening"}"#
    ) -> NotifyDelivery {
        var delivery = NotifyDelivery(
            id: DeliveryID(uuid: UUID(uuid: (1, 2, 3, 4, 5, 6, 0x87, 8, 0x89, 10, 11, 12, 13, 14, 15, number))),
            incident: incident,
            channel: channel,
            recipients: [],
            purpose: purpose,
            ruleName: "rule",
            jobID: 7,
            groups: [],
            subject: "backup FAILURE",
            text: text,
            fields: fields,
            at: NotifyWorld.start
        )
        delivery.attempts = attempts
        return delivery
    }

    static func channel(_ kind: NotifyChannel.Kind, _ secrets: ChannelSecrets) -> NotifyChannel {
        let draft = NotifyChannelDraft(name: "ops", kind: kind, secrets: secrets)
        return NotifyChannel(id: 1, draft: draft, createdAt: NotifyWorld.start, updatedAt: NotifyWorld.start)
    }

    @Test("Robots' signatures are the documented ones")
    func vectors() {
        #expect(
            HTTPChannel.dingTalkSign("SECtest", milliseconds: 1_700_000_000_000)
                == "aZLLrriXgn05YbwaGR7knYsLeJADjr9NwLaNNKpxh4g%3D"
        )
        #expect(
            HTTPChannel.feishuSign("test", seconds: 1_700_000_000) == "eSJQnOl8XqPTMPHWz9e5IzeHS/tqoc68g2967ekIPmg="
        )
        // GitHub's documentation of X-Hub-Signature-256.
        let code = HTTPChannel.hmac("It's a Secret to Everybody", Array("Hello, World!".utf8))
        let hex = code.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        #expect(hex == "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17")
    }

    @Test("A webhook gets the facts, its headers, both signatures and the same key at each try")
    func webhook() throws {
        let secrets = ChannelSecrets(url: "https://x.example/h", headers: ["X-Team": "db"], secret: "s")
        let request = try HTTPChannel.request(
            Self.delivery(),
            over: Self.channel(.webhook, secrets),
            at: Timestamp(seconds: 1_700_000_000)
        )
        let headers = Dictionary(request.headers.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        #expect(request.method == "POST" && request.body == Array(#"{"event":"opening"}"#.utf8))
        #expect(headers["Idempotency-Key"] == Self.delivery().id.description && headers["X-Team"] == "db")
        let signed = HTTPChannel.hmac("s", Array(#"1700000000.{"event":"opening"}"#.utf8))
        let hex = signed.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        #expect(headers["X-QuartzFlow-Signature"] == "t=1700000000,v1=\(hex)")
        #expect(headers["X-Hub-Signature-256"]?.hasPrefix("sha256=") == true)
    }

    @Test("A webhook is called by any method; what has no body is signed as empty", arguments: ChannelSettings.methods)
    func method(_ method: String) throws {
        let secrets = ChannelSecrets(url: "https://x.example/h", secret: "s")
        var draft = NotifyChannelDraft(name: "ops", kind: .webhook, secrets: secrets)
        draft.settings.method = method
        let channel = NotifyChannel(id: 1, draft: draft, createdAt: NotifyWorld.start, updatedAt: NotifyWorld.start)
        let request = try HTTPChannel.request(Self.delivery(), over: channel, at: Timestamp(seconds: 1_700_000_000))
        let isEmpty = ["GET", "HEAD", "OPTIONS"].contains(method)
        #expect(request.method == method && request.body.isEmpty == isEmpty)
        let signed = HTTPChannel.hmac("s", Array("1700000000.".utf8) + request.body)
        let hex = signed.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        #expect(
            request.headers.contains { $0.name == "X-QuartzFlow-Signature" && $0.value == "t=1700000000,v1=\(hex)" }
        )
    }

    @Test("Robots get what they document")
    func robots() throws {
        func body(_ kind: NotifyChannel.Kind, _ secret: String? = nil) throws -> (String, JSON) {
            let secrets = ChannelSecrets(url: "https://x.example/send?access_token=t", secret: secret)
            let request = try HTTPChannel.request(
                Self.delivery(),
                over: Self.channel(kind, secrets),
                at: Timestamp(seconds: 1_700_000_000)
            )
            return (request.url, try JSONParser.parse(request.body))
        }
        let text = JSON.string("backup FAILURE\nit failed\n\"twice\"")
        let (url, dingtalk) = try body(.dingtalk, "SECtest")
        #expect(dingtalk["text"]?["content"] == text)
        #expect(url.hasSuffix("&timestamp=1700000000000&sign=aZLLrriXgn05YbwaGR7knYsLeJADjr9NwLaNNKpxh4g%3D"))
        #expect(try body(.wecom).1["markdown"]?["content"] == text)
        let feishu = try body(.feishu, "test").1
        #expect(feishu["content"]?["text"] == text && feishu["timestamp"] == .string("1700000000"))
        #expect(feishu["sign"] == .string("eSJQnOl8XqPTMPHWz9e5IzeHS/tqoc68g2967ekIPmg="))
        #expect(try body(.feishu).1["sign"] == nil)
        #expect(try body(.slack).1["text"] == .string("*backup FAILURE*\nit failed\n\"twice\""))
    }

    private static func request(
        _ delivery: NotifyDelivery,
        _ kind: NotifyChannel.Kind,
        _ secrets: ChannelSecrets,
        chat: String? = nil
    ) throws -> (url: String, body: JSON) {
        var draft = NotifyChannelDraft(name: "ops", kind: kind, secrets: secrets)
        draft.settings.chat = chat
        let channel = NotifyChannel(
            id: 1,
            draft: draft,
            createdAt: NotifyWorld.start,
            updatedAt: NotifyWorld.start
        )
        let request = try HTTPChannel.request(delivery, over: channel, at: NotifyWorld.start)
        return (request.url, try JSONParser.parse(request.body))
    }

    @Test("Teams gets an adaptive card of plain text, a line a block, and never more than it takes")
    func teams() throws {
        let (url, card) = try Self.request(Self.delivery(), .teams, ChannelSecrets(url: "https://x.example/hook"))
        #expect(url == "https://x.example/hook" && card["type"] == .string("message"))
        guard case .array(let attachments)? = card["attachments"], let content = attachments.first?["content"],
            case .array(let blocks)? = content["body"]
        else {
            Issue.record("\(card)")
            return
        }
        #expect(attachments[0]["contentType"] == .string("application/vnd.microsoft.card.adaptive"))
        func text(_ block: JSON) -> JSON? {
            if case .array(let runs)? = block["inlines"] { runs.first?["text"] } else { nil }
        }
        #expect(blocks.map(text) == ["backup FAILURE", "it failed", "\"twice\""].map { JSON.string($0) })
        #expect(blocks.allSatisfy { $0["type"] == .string("RichTextBlock") }, "no Markdown is read in what a task says")
        let long = Self.delivery(text: (0..<500).map { "line \($0)" }.joined(separator: "\n"))
        let big = try HTTPChannel.request(
            long,
            over: Self.channel(.teams, ChannelSecrets(url: "https://x.example/hook")),
            at: NotifyWorld.start
        )
        #expect(big.body.count < 28_000)
        let words = String(decoding: big.body, as: UTF8.self)
        #expect(words.contains("\"line 0\"") && words.contains("\"line 499\"") && !words.contains("\"line 250\""))
    }

    @Test("Telegram gets plain text for a chat, at the bot's own address")
    func telegram() throws {
        let secrets = ChannelSecrets(secret: "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw")
        let (url, body) = try Self.request(Self.delivery(), .telegram, secrets, chat: "-1001")
        #expect(url == "https://api.telegram.org/bot110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw/sendMessage")
        #expect(body["chat_id"] == .string("-1001") && body["parse_mode"] == nil)
        #expect(body["text"] == .string("backup FAILURE\nit failed\n\"twice\""))
        #expect(throws: Template.Fault.self) { try Self.request(Self.delivery(), .telegram, ChannelSecrets()) }
        let wait = #"{"ok":false,"error_code":429,"parameters":{"retry_after":35}}"#
        let verdict = HTTPChannel.verdict(.telegram, status: 429, retryAfter: nil, body: Array(wait.utf8))
        guard case .again(_, after: 35) = verdict else {
            Issue.record("\(verdict)")
            return
        }
    }

    @Test("PagerDuty gets one alert for an incident, which its recovery resolves (Events API v2)")
    func pagerDuty() throws {
        let incident = IncidentID(uuid: UUID(uuidString: "00000000-0000-4000-8000-0000000000aa")!)
        func event(_ purpose: NotifyDelivery.Purpose, trigger: String = "technical_failure") throws -> JSON {
            let fields = """
                {"event":"opening","trigger":"\(trigger)","task_name":"backup","url":"https://flow/executions/1",\
                "executions":[{"client_id":"web1"},{"client_id":"web2"}]}
                """
            let delivery = Self.delivery(incident: incident, purpose: purpose, fields: fields)
            let (url, body) = try Self.request(delivery, .pagerduty, ChannelSecrets(secret: "k"))
            #expect(url == "https://events.pagerduty.com/v2/enqueue")
            return body
        }
        let opening = try event(.opening)
        #expect(opening["routing_key"] == .string("k") && opening["event_action"] == .string("trigger"))
        #expect(opening["dedup_key"] == .string(incident.description))
        let payload = opening["payload"]
        #expect(payload?["summary"] == .string("backup FAILURE") && payload?["source"] == .string("web2"))
        #expect(payload?["severity"] == .string("error") && payload?["component"] == .string("backup"))
        #expect(payload?["custom_details"]?["trigger"] == .string("technical_failure"))
        #expect(opening["client_url"] == .string("https://flow/executions/1"))
        let recovered = try event(.recovered)
        #expect(recovered["event_action"] == .string("resolve") && recovered["dedup_key"] == opening["dedup_key"])
        #expect(try event(.escalation)["payload"]?["severity"] == .string("critical"))
        #expect(try event(.opening, trigger: "host_back")["payload"]?["severity"] == .string("info"))
        let test = try Self.request(Self.delivery(), .pagerduty, ChannelSecrets(secret: "k")).body
        #expect(test["dedup_key"] == .string(Self.delivery().id.description))
    }

    @Test("A program gets facts in its environment and the whole on its input, without NUL and bounded")
    func command() {
        let delivery = Self.delivery(
            text: String(repeating: "x", count: 9000),
            fields: #"{"event":"opening","trigger":"timeout","task_name":"$(reboot)\u0000; rm -rf /"}"#
        )
        let message = CommandMessage(delivery)
        #expect(message.environment["QF_TASK_NAME"] == "$(reboot); rm -rf /")
        #expect(message.environment["QF_SUBJECT"] == "backup FAILURE" && message.environment["QF_TASK_ID"] == "7")
        #expect(message.environment["QF_EVENT"] == "opening" && message.environment["QF_TRIGGER"] == "timeout")
        #expect(message.environment.values.allSatisfy { $0.utf8.count <= 4099 && !$0.utf8.contains(0) })
        #expect(String(decoding: message.input, as: UTF8.self) == delivery.fields + "\n")
        #expect(CommandMessage.verdict(code: 0, said: "") == .delivered)
        #expect(CommandMessage.verdict(code: 75, said: "busy\nlater\n") == .again("exit status 75: later"))
        #expect(CommandMessage.verdict(code: 1, said: "") == .dead("exit status 1"))
    }

    @Test(
        "An answer means delivered, again or never",
        arguments: [
            (NotifyChannel.Kind.webhook, 204, "", "delivered"), (.webhook, 500, "", "again"),
            (.webhook, 429, "", "again"),
            (.webhook, 408, "", "again"), (.webhook, 404, "", "dead"), (.webhook, 302, "", "dead"),
            (.dingtalk, 200, #"{"errcode":0,"errmsg":"ok"}"#, "delivered"),
            (.dingtalk, 200, #"{"errcode":130101}"#, "again"), (.dingtalk, 200, #"{"errcode":310000}"#, "dead"),
            (.dingtalk, 200, "<html>", "again"), (.wecom, 200, #"{"errcode":45009}"#, "again"),
            (.wecom, 200, #"{"errcode":93000}"#, "dead"), (.feishu, 200, #"{"code":0}"#, "delivered"),
            (.feishu, 200, #"{"StatusCode":0}"#, "delivered"), (.feishu, 200, #"{"code":19021}"#, "dead"),
            (.feishu, 200, #"{"code":11232}"#, "again"), (.slack, 200, "ok", "delivered"),
            (.slack, 200, "invalid_payload", "dead"), (.slack, 403, "", "dead"), (.teams, 202, "", "delivered"),
            (.teams, 200, "1", "delivered"), (.teams, 200, "Webhook message delivery failed with error: 429", "again"),
            (.telegram, 200, #"{"ok":true,"result":{}}"#, "delivered"), (.telegram, 200, "<html>", "dead"),
            (.telegram, 403, #"{"ok":false}"#, "dead"), (.telegram, 502, "", "again"),
            (.pagerduty, 202, #"{"status":"success"}"#, "delivered"), (.pagerduty, 429, "", "again"),
            (.pagerduty, 400, #"{"status":"invalid event"}"#, "dead"),
        ] as [(NotifyChannel.Kind, Int, String, String)]
    )
    func verdicts(_ kind: NotifyChannel.Kind, _ status: Int, _ body: String, _ expected: String) {
        let verdict = HTTPChannel.verdict(kind, status: status, retryAfter: nil, body: Array(body.utf8))
        let word =
            switch verdict {
            case .delivered: "delivered"
            case .again: "again"
            case .dead: "dead"
            }
        #expect(word == expected, "\(verdict)")
    }

    @Test(
        "Addresses are read strictly",
        arguments: [
            ("https://a.example/x?y#z", "a.example", 443), ("http://[::1]:8080/", "::1", 8080),
            ("HTTP://10.0.0.1", "10.0.0.1", 80), ("http://a:65535", "a", 65535), ("http://127.0.0.1:99999/", nil, 0),
            ("http://a:0/", nil, 0), ("http://user:word@a/", nil, 0), ("ftp://a/", nil, 0), ("http://", nil, 0),
            ("http:///x", nil, 0), ("http://a b/", nil, 0), ("http://a:80:80/", nil, 0), ("//a", nil, 0), ("", nil, 0),
            ("http://exämple.com/", nil, 0), ("http://a\\@b/", nil, 0), ("http://[::1", nil, 0),
        ] as [(String, String?, Int)]
    )
    func addresses(_ text: String, _ host: String?, _ port: Int) {
        let url = OutgoingURL(text)
        #expect(url?.host == host)
        if host != nil { #expect(url?.port == port) }
    }
}
