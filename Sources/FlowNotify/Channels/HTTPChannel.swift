// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Crypto
package import FlowCore
import Foundation

/// Requests of the channels that are spoken to by HTTP, and what their answers mean.
package enum HTTPChannel {
    /// - Throws: why this can never be sent.
    package static func request(
        _ delivery: NotifyDelivery,
        over channel: NotifyChannel,
        at now: Timestamp
    ) throws(Template.Fault) -> OutgoingRequest {
        guard let url = channel.secrets.url ?? self.standardAddress(channel.kind) else {
            throw Template.Fault("the channel has no address")
        }
        switch channel.kind {
        case .email, .command: throw Template.Fault("e-mail is not sent by HTTP")
        case .webhook: return self.webhook(delivery, channel, url, at: now)
        case .dingtalk:
            let body: JSON = .object([
                .init("msgtype", "text"),
                .init("text", JSON.object([.init("content", self.whole(delivery))])),
            ])
            return self.post(self.signedForDingTalk(url, channel.secrets.secret, at: now), delivery, body)
        case .wecom:
            let body: JSON = .object([
                .init("msgtype", "markdown"),
                .init("markdown", JSON.object([.init("content", self.whole(delivery))])),
            ])
            return self.post(url, delivery, body)
        case .feishu:
            var members: [JSON.Member] = []
            if let secret = channel.secrets.secret, !secret.isEmpty {
                members.append(.init("timestamp", String(now.seconds)))
                members.append(.init("sign", self.feishuSign(secret, seconds: now.seconds)))
            }
            members.append(.init("msg_type", "text"))
            members.append(.init("content", JSON.object([.init("text", self.whole(delivery))])))
            return self.post(url, delivery, .object(members))
        case .slack:
            return self.post(url, delivery, .object([.init("text", "*\(delivery.subject)*\n\(delivery.text)")]))
        case .teams: return self.post(url, delivery, self.card(delivery))
        case .telegram: return self.post(try self.telegram(url, channel), delivery, self.chat(delivery, channel))
        case .pagerduty: return self.post(url, delivery, self.event(delivery, channel))
        }
    }

    static func whole(_ delivery: NotifyDelivery) -> String { delivery.subject + "\n" + delivery.text }

    static func post(_ url: String, _ delivery: NotifyDelivery, _ body: JSON) -> OutgoingRequest {
        OutgoingRequest(
            method: "POST",
            url: url,
            headers: self.headers(delivery),
            body: JSONWriter.bytes(body)
        )
    }

    private static func headers(_ delivery: NotifyDelivery) -> [OutgoingRequest.Header] {
        [
            .init("Content-Type", "application/json; charset=utf-8"),
            .init("User-Agent", "QuartzFlow"),
            .init("Idempotency-Key", delivery.id.description),
        ]
    }

    private static func webhook(
        _ delivery: NotifyDelivery,
        _ channel: NotifyChannel,
        _ url: String,
        at now: Timestamp
    ) -> OutgoingRequest {
        let method = channel.settings.method ?? "POST"
        let body = ChannelSettings.methodsWithoutBody.contains(method) ? [] : Array(delivery.fields.utf8)
        var headers = self.headers(delivery)
        headers.append(.init("X-QuartzFlow-Event", delivery.purpose.rawValue))
        if let secret = channel.secrets.secret, !secret.isEmpty {
            let stamp = String(now.seconds)
            let signed = self.hmac(secret, Array((stamp + ".").utf8) + body)
            headers.append(.init("X-Hub-Signature-256", "sha256=" + self.hex(self.hmac(secret, body))))
            headers.append(.init("X-QuartzFlow-Signature", "t=\(stamp),v1=" + self.hex(signed)))
        }
        for (name, value) in (channel.secrets.headers ?? [:]).sorted(by: { $0.key < $1.key }) {
            headers.append(.init(name, value))
        }
        return OutgoingRequest(method: method, url: url, headers: headers, body: body)
    }

    // MARK: Signatures

    static func hmac(_ key: String, _ text: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: text, using: SymmetricKey(data: Array(key.utf8))))
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// The text is the time in milliseconds, a line feed and the secret; the key is the secret.
    static func dingTalkSign(_ secret: String, milliseconds: Int64) -> String {
        let code = Data(self.hmac(secret, Array("\(milliseconds)\n\(secret)".utf8))).base64EncodedString()
        return code.utf8.reduce(into: "") { text, byte in
            switch byte {
            case UInt8(ascii: "+"): text += "%2B"
            case UInt8(ascii: "/"): text += "%2F"
            case UInt8(ascii: "="): text += "%3D"
            default: text.unicodeScalars.append(Unicode.Scalar(byte))
            }
        }
    }

    private static func signedForDingTalk(_ url: String, _ secret: String?, at now: Timestamp) -> String {
        guard let secret, !secret.isEmpty else { return url }
        let sign = self.dingTalkSign(secret, milliseconds: now.milliseconds)
        return url + (url.utf8.contains(UInt8(ascii: "?")) ? "&" : "?") + "timestamp=\(now.milliseconds)&sign=\(sign)"
    }

    /// The key is the time in seconds, a line feed and the secret; the text is empty.
    static func feishuSign(_ secret: String, seconds: Int64) -> String {
        Data(self.hmac("\(seconds)\n\(secret)", [])).base64EncodedString()
    }

    // MARK: Answers

    /// What an answer means; a robot's 200 is no verdict, as it refuses in the body.
    package static func verdict(
        _ kind: NotifyChannel.Kind,
        status: Int,
        retryAfter: String?,
        body: [UInt8]
    ) -> DeliveryVerdict {
        let after = (retryAfter.flatMap { Int($0) } ?? self.wait(in: body, of: kind)).map { min(max(0, $0), 3600) }
        let words = TemplateVariables.clean(String(decoding: body.prefix(300), as: UTF8.self))
        let said = "status \(status)" + (words.isEmpty ? "" : ": \(words)")
        guard (200..<300).contains(status) else {
            switch status {
            case 408, 425, 429, 500...599: return .again(said, after: after)
            case 300..<400: return .dead("\(said) (redirects are not followed)")
            default: return .dead(said)
            }
        }
        let answer = try? JSONParser.parse(body)
        switch kind {
        case .email, .webhook, .pagerduty, .command: return .delivered
        case .teams: return self.teamsVerdict(words, said)
        case .telegram: return answer?["ok"] == .bool(true) ? .delivered : .dead(said)
        case .slack:
            return body.starts(with: "ok".utf8) ? .delivered : .dead(said)
        case .dingtalk:
            return self.robot(answer, "errcode", said, again: [130101: 600, -1: 1])
        case .wecom:
            return self.robot(answer, "errcode", said, again: [45009: 60, -1: 1])
        case .feishu:
            let member = answer?["code"] == nil ? "StatusCode" : "code"
            return self.robot(answer, member, said, again: [11232: 60, 9499: 60])
        }
    }

    private static func robot(
        _ answer: JSON?,
        _ member: String,
        _ said: String,
        again codes: [Int64: Int]
    ) -> DeliveryVerdict {
        guard case .integer(let code)? = answer?[member] else { return .again("no verdict in the answer: \(said)") }
        if code == 0 { return .delivered }
        return codes[code].map { .again(said, after: $0) } ?? .dead(said)
    }
}
