// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@testable import FlowNotify

@Suite("Channels that are spoken to by HTTP")
struct ChannelTests {
    static func delivery(attempts: Int = 0, channel: String = "ops", number: UInt8 = 1) -> NotifyDelivery {
        var delivery = NotifyDelivery(
            id: DeliveryID(uuid: UUID(uuid: (1, 2, 3, 4, 5, 6, 0x87, 8, 0x89, 10, 11, 12, 13, 14, 15, number))),
            incident: nil,
            channel: channel,
            recipients: [],
            purpose: .opening,
            ruleName: "rule",
            jobID: 7,
            groups: [],
            subject: "backup FAILURE",
            text: "it failed\n\"twice\"",
            fields: #"{"event":"opening"}"#,
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
            (.slack, 200, "invalid_payload", "dead"), (.slack, 403, "", "dead"),
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
