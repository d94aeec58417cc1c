// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import Testing

@testable import FlowNotify

@Suite("Mail")
struct MailTests {
    private static let settings = ChannelSettings(
        host: "mail.example",
        security: .starttls,
        username: "qf",
        from: "qf@example.com"
    )

    private func mail(to recipients: [String] = ["a@example.com", "b@example.com"]) throws -> MailMessage {
        let delivery = ChannelTests.delivery()
        return try #require(
            MailMessage(delivery, from: "qf@example.com", to: recipients, at: Timestamp(seconds: 1_700_000_000))
        )
    }

    private func text(_ action: SMTPDialogue.Action) -> String {
        if case .send(let bytes) = action { return String(decoding: bytes, as: UTF8.self) }
        return "\(action)"
    }

    private func reply(_ code: Int, _ lines: String...) -> SMTPDialogue.Reply {
        SMTPDialogue.Reply(code: code, lines: lines)
    }

    @Test("With STARTTLS nothing but the greeting is said in the clear")
    func startTLS() throws {
        var dialogue = SMTPDialogue(Self.settings, password: "word", mail: try self.mail(), client: "host")
        #expect(self.text(dialogue.received(self.reply(220, "hello"))) == "EHLO host\r\n")
        #expect(
            self.text(dialogue.received(self.reply(250, "mail", "STARTTLS", "AUTH LOGIN PLAIN"))) == "STARTTLS\r\n"
        )
        #expect(dialogue.received(self.reply(220, "go")) == .startTLS)
        #expect(self.text(dialogue.secured()) == "EHLO host\r\n")
        let secret = Data("\0qf\0word".utf8).base64EncodedString()
        #expect(
            self.text(dialogue.received(self.reply(250, "mail", "AUTH LOGIN PLAIN"))) == "AUTH PLAIN \(secret)\r\n"
        )
        #expect(self.text(dialogue.received(self.reply(235, "ok"))) == "MAIL FROM:<qf@example.com>\r\n")
        #expect(self.text(dialogue.received(self.reply(250, "ok"))) == "RCPT TO:<a@example.com>\r\n")
        // One of two is enough.
        #expect(self.text(dialogue.received(self.reply(550, "no"))) == "RCPT TO:<b@example.com>\r\n")
        #expect(self.text(dialogue.received(self.reply(250, "ok"))) == "DATA\r\n")
        #expect(self.text(dialogue.received(self.reply(354, "go"))).hasSuffix("\r\n.\r\n"))
        #expect(dialogue.interrupted("gone") != nil)
        #expect(dialogue.received(self.reply(250, "kept")) == .finished(.delivered))
        #expect(dialogue.interrupted("gone") == nil)
    }

    @Test("Without TLS no password goes, and a server that offers none is refused")
    func noTLS() throws {
        var dialogue = SMTPDialogue(Self.settings, password: "word", mail: try self.mail(), client: "host")
        _ = dialogue.received(self.reply(220, "hello"))
        guard case .finished(.dead) = dialogue.received(self.reply(250, "mail", "AUTH PLAIN")) else {
            Issue.record("a plain connection was used")
            return
        }
        var plain = Self.settings
        plain.security = ChannelSettings.Security.none
        dialogue = SMTPDialogue(plain, password: "word", mail: try self.mail(), client: "host")
        _ = dialogue.received(self.reply(220, "hello"))
        guard case .finished(.dead) = dialogue.received(self.reply(250, "mail", "AUTH PLAIN")) else {
            Issue.record("a password went over a plain connection")
            return
        }
    }

    @Test(
        "A refusal for now is tried again, one for ever is dead",
        arguments: [(421, false), (450, false), (550, true)]
    )
    func refusals(_ code: Int, _ isDead: Bool) throws {
        var settings = Self.settings
        settings.security = .tls
        settings.username = nil
        for step in 0..<6 {
            var dialogue = SMTPDialogue(settings, password: nil, mail: try self.mail(to: ["a@b.example"]), client: "h")
            var action = SMTPDialogue.Action.startTLS
            for (index, fine) in [220, 250, 250, 250, 354, 250].enumerated() {
                action = dialogue.received(self.reply(index == step ? code : fine, "x"))
                if index == step { break }
            }
            switch action {
            case .finished(.dead): #expect(isDead, "step \(step)")
            case .finished(.again): #expect(!isDead, "step \(step)")
            default: Issue.record("step \(step): \(action)")
            }
        }
    }

    @Test("A mail has both forms, encoded words and lines that nobody can break out of")
    func message() throws {
        let data = String(decoding: try self.mail().data, as: UTF8.self)
        #expect(
            data.contains("Subject: backup FAILURE\r\n") && data.contains("Date: Tue, 14 Nov 2023 22:13:20 +0000\r\n")
        )
        #expect(data.contains("To: a@example.com,\r\n b@example.com\r\n"))
        #expect(data.contains("Content-Type: text/html; charset=utf-8") && !data.contains("\n\n"))
        #expect(!data.replacingOccurrences(of: "\r\n", with: "").contains("\n"))
        let subject = MailMessage.encodedWords(
            "任务告警: 备份 执行失败! \r\nBcc: x@example.com " + String(repeating: "长", count: 40)
        )
        for line in subject.components(separatedBy: "\r\n ") {
            #expect(line.hasPrefix("=?utf-8?B?") && line.hasSuffix("?=") && line.utf8.count <= 75)
        }
        let words = subject.components(separatedBy: "\r\n ").map { word in
            String(decoding: Data(base64Encoded: String(word.dropFirst(10).dropLast(2))) ?? Data(), as: UTF8.self)
        }
        #expect(words.joined().hasPrefix("任务告警: 备份 执行失败!") && !words.joined().contains("\n"))
    }

    @Test(
        "Addresses that could end a line or a bracket are refused",
        arguments: [
            "a@b\r\nDATA", "a@b>", "<a@b", "a", "a@", "@b", "a@b@c", "a b@c", "a@b,c@d", "ä@b.example", "",
            "a@" + String(repeating: "b", count: 300),
        ]
    )
    func badAddresses(_ address: String) {
        #expect(!MailAddress.isValid(address))
        #expect(
            MailMessage(ChannelTests.delivery(), from: "a@b.example", to: [address], at: NotifyWorld.start) == nil
        )
    }

    @Test("Lines that begin with a dot are doubled")
    func stuffing() {
        let text = String(decoding: SMTPDialogue.stuffed(Array(".a\r\nb\r\n..c".utf8)), as: UTF8.self)
        #expect(text == "..a\r\nb\r\n...c\r\n")
    }

    @Test("Replies are put together from pieces, and what is none is found out")
    func replies() {
        var reader = SMTPReplyReader()
        #expect(reader.read("250-mail\r\n250-ST".utf8)?.isEmpty == true)
        #expect(
            reader.read("ARTTLS\r\n250 SIZE 10\r\n220 x\r\n".utf8)
                == [.init(code: 250, lines: ["mail", "STARTTLS", "SIZE 10"]), .init(code: 220, lines: ["x"])]
        )
        var other = SMTPReplyReader()
        #expect(other.read("HTTP/1.1 400 Bad Request\r\n".utf8) == nil)
        var endless = SMTPReplyReader()
        #expect(endless.read(String(repeating: "2", count: 20_000).utf8) == nil)
    }
}

@Suite("Quiet hours")
struct QuietHoursTests {
    private func end(_ text: String, _ windows: [QuietHours.Window], zone: String = "Europe/Berlin") -> String? {
        let time = Timestamp(rfc3339: text) ?? .distantPast
        return QuietHours(timeZone: zone, windows: windows).end(at: time)?.rfc3339()
    }

    @Test("A window over midnight ends on the next morning, on its days only")
    func overMidnight() {
        let nights = [QuietHours.Window(from: 22 * 60, until: 7 * 60)]
        #expect(self.end("2026-01-10T22:30:00Z", nights) == "2026-01-11T06:00:00.000Z")
        #expect(self.end("2026-01-11T06:00:00Z", nights) == nil)
        #expect(self.end("2026-01-11T12:00:00Z", nights) == nil)
        // 2026-01-10 is a Saturday.
        let saturdays = [QuietHours.Window(from: 22 * 60, until: 7 * 60, days: [6])]
        #expect(self.end("2026-01-11T02:00:00Z", saturdays) == "2026-01-11T06:00:00.000Z")
        #expect(self.end("2026-01-12T02:00:00Z", saturdays) == nil)
    }

    @Test("The spring night is an hour shorter, the autumn night an hour longer")
    func changes() {
        let nights = [QuietHours.Window(from: 22 * 60, until: 7 * 60)]
        #expect(self.end("2026-03-28T22:00:00Z", nights) == "2026-03-29T05:00:00.000Z")
        #expect(self.end("2026-10-24T21:00:00Z", nights) == "2026-10-25T06:00:00.000Z")
    }

    @Test("An unknown zone keeps nothing back, and hours without end end after a week")
    func bounds() {
        let all = [QuietHours.Window(from: 0, until: 1439), QuietHours.Window(from: 1439, until: 0)]
        #expect(self.end("2026-01-10T22:30:00Z", all, zone: "Nowhere/Land") == nil)
        #expect(self.end("2026-01-10T22:30:00Z", all, zone: "UTC") == "2026-01-17T22:30:00.000Z")
    }
}
