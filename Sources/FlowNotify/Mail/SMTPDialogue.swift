// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import Foundation

/// What a client of SMTP says next (RFC 5321, 3207, 4954), without a socket.
///
/// The driver hands it each reply and does what it answers. Nothing but the greeting is said before TLS stands, unless the
/// channel was set to plain; a password never goes over a plain connection.
package struct SMTPDialogue: Sendable {
    package enum Action: Hashable, Sendable {
        case send([UInt8])
        /// Begin TLS, then call ``secured()``.
        case startTLS
        /// Say QUIT if that is still possible, and hang up.
        case finished(DeliveryVerdict)
    }

    /// A whole reply: its code and its lines without it.
    package struct Reply: Hashable, Sendable {
        package let code: Int
        package let lines: [String]

        package init(code: Int, lines: [String]) {
            self.code = code
            self.lines = lines
        }

        var text: String { "\(self.code) " + self.lines.joined(separator: " ").shortened(toBytes: 300) }
    }

    private enum State {
        case greeting, hello, startTLS, helloAgain, user, name, password, sender
        case recipient(Int, accepted: Int)
        case data(accepted: Int)
        case message
        case over
    }

    private var state = State.greeting
    private var isSecure: Bool
    private let settings: ChannelSettings
    private let password: String?
    private let mail: MailMessage
    private let client: String
    private var refusals: [String] = []

    /// - Parameter client: the name of this host.
    package init(_ settings: ChannelSettings, password: String?, mail: MailMessage, client: String) {
        self.settings = settings
        self.password = password
        self.mail = mail
        self.client = client.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) && !client.isEmpty ? client : "localhost"
        self.isSecure = settings.security == .tls
    }

    package mutating func received(_ reply: Reply) -> Action {
        switch self.state {
        case .greeting:
            guard reply.code == 220 else { return self.fail(reply, "the server does not take mail") }
            self.state = .hello
            return self.say("EHLO \(self.client)")
        case .hello:
            guard reply.code == 250 else { return self.fail(reply, "the server did not take EHLO") }
            if !self.isSecure, self.settings.security != ChannelSettings.Security.none {
                guard Self.keywords(reply)["STARTTLS"] != nil else {
                    return self.end(.dead("the server offers no STARTTLS; choose 'tls' or, on a trusted path, 'none'"))
                }
                self.state = .startTLS
                return self.say("STARTTLS")
            }
            return self.authenticate(Self.keywords(reply))
        case .startTLS:
            guard reply.code == 220 else { return self.fail(reply, "the server did not begin TLS") }
            return .startTLS
        case .helloAgain:
            guard reply.code == 250 else { return self.fail(reply, "the server did not take EHLO") }
            return self.authenticate(Self.keywords(reply))
        case .user:
            guard reply.code == 334 else { return self.fail(reply, "the server did not take AUTH LOGIN") }
            self.state = .name
            return self.say(Self.base64(self.settings.username ?? ""))
        case .name:
            guard reply.code == 334 else { return self.fail(reply, "the server did not take the user's name") }
            self.state = .password
            return self.say(Self.base64(self.password ?? ""))
        case .password:
            guard reply.code == 235 else { return self.fail(reply, "the server did not take user and password") }
            return self.sender()
        case .sender:
            guard reply.code == 250 else { return self.fail(reply, "the server refused the sender") }
            self.state = .recipient(0, accepted: 0)
            return self.say("RCPT TO:<\(self.mail.recipients[0])>")
        case .recipient(let index, var accepted):
            if reply.code == 250 || reply.code == 251 {
                accepted += 1
            } else {
                self.refusals.append("\(self.mail.recipients[index]): \(reply.text)")
            }
            if index + 1 < self.mail.recipients.count {
                self.state = .recipient(index + 1, accepted: accepted)
                return self.say("RCPT TO:<\(self.mail.recipients[index + 1])>")
            }
            // One wrong address must not keep the others from their mail.
            guard accepted > 0 else { return self.fail(reply, "no recipient was taken") }
            self.state = .data(accepted: accepted)
            return self.say("DATA")
        case .data:
            guard reply.code == 354 else { return self.fail(reply, "the server did not take the mail") }
            self.state = .message
            return .send(Self.stuffed(self.mail.data) + Array(".\r\n".utf8))
        case .message:
            guard reply.code == 250 else { return self.fail(reply, "the server did not keep the mail") }
            return self.end(.delivered)
        case .over: return .finished(.again("the server spoke out of turn"))
        }
    }

    /// TLS stands; what was said before is worth nothing.
    package mutating func secured() -> Action {
        self.isSecure = true
        self.state = .helloAgain
        return self.say("EHLO \(self.client)")
    }

    /// What a connection that ended means; nil when everything was said.
    package func interrupted(_ why: String) -> DeliveryVerdict? {
        if case .over = self.state { return nil }
        return .again(why)
    }

    private mutating func authenticate(_ keywords: [String: [String]]) -> Action {
        guard let username = self.settings.username, !username.isEmpty else { return self.sender() }
        guard self.isSecure else { return self.end(.dead("a password is not sent without TLS")) }
        let methods = keywords["AUTH"] ?? []
        if methods.contains("PLAIN") {
            self.state = .password
            return self.say("AUTH PLAIN " + Self.base64("\0\(username)\0\(self.password ?? "")"))
        }
        if methods.contains("LOGIN") {
            self.state = .user
            return self.say("AUTH LOGIN")
        }
        return self.end(.dead("the server offers neither AUTH PLAIN nor AUTH LOGIN"))
    }

    private mutating func sender() -> Action {
        self.state = .sender
        return self.say("MAIL FROM:<\(self.mail.from)>")
    }

    private func say(_ line: String) -> Action { .send(Array((line + "\r\n").utf8)) }

    private mutating func fail(_ reply: Reply, _ words: String) -> Action {
        let said = TemplateVariables.clean("\(words): \(reply.text)")
        return self.end((500..<600).contains(reply.code) ? .dead(said) : .again(said))
    }

    private mutating func end(_ verdict: DeliveryVerdict) -> Action {
        self.state = .over
        return .finished(verdict)
    }

    private static func keywords(_ reply: Reply) -> [String: [String]] {
        var result: [String: [String]] = [:]
        for line in reply.lines.dropFirst() {
            let words = line.split(whereSeparator: { $0 == " " || $0 == "=" }).map { $0.uppercased() }
            if let first = words.first { result[first, default: []] += words.dropFirst() }
        }
        return result
    }

    private static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    /// A line that begins with a dot gets another one (RFC 5321, 4.5.2).
    static func stuffed(_ data: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(data.count + 16)
        var isLineStart = true
        for byte in data {
            if isLineStart, byte == UInt8(ascii: ".") { result.append(byte) }
            result.append(byte)
            isLineStart = byte == 0x0a
        }
        if !result.isEmpty, !isLineStart { result += [0x0d, 0x0a] }
        return result
    }
}

/// Puts the lines of replies together (RFC 5321, 4.2.1).
package struct SMTPReplyReader: Sendable {
    /// Bytes of one reply; more is no reply of a mail server.
    private static let limit = 16 * 1024

    private var buffer: [UInt8] = []
    private var lines: [String] = []
    private var size = 0

    package init() {}

    /// - Returns: the replies that are complete now; nil when what comes is no SMTP.
    package mutating func read(_ bytes: some Sequence<UInt8>) -> [SMTPDialogue.Reply]? {
        var replies: [SMTPDialogue.Reply] = []
        for byte in bytes {
            self.size += 1
            guard self.size <= Self.limit else { return nil }
            guard byte == 0x0a else {
                self.buffer.append(byte)
                continue
            }
            if self.buffer.last == 0x0d { self.buffer.removeLast() }
            guard self.buffer.count >= 3, let code = Int(String(decoding: self.buffer.prefix(3), as: UTF8.self)),
                (200..<600).contains(code)
            else { return nil }
            self.lines.append(String(decoding: self.buffer.dropFirst(4), as: UTF8.self))
            let isLast = self.buffer.count == 3 || self.buffer[3] != UInt8(ascii: "-")
            self.buffer.removeAll()
            if isLast {
                replies.append(SMTPDialogue.Reply(code: code, lines: self.lines))
                self.lines.removeAll()
                self.size = 0
            }
        }
        return replies
    }
}
