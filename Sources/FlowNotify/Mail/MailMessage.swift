// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore
import Foundation

/// A mail as it is sent: headers and two forms of its text (RFC 5322, 2045 to 2047).
package struct MailMessage: Hashable, Sendable {
    package let from: String
    package let recipients: [String]
    /// Lines that end with CR LF; no line begins with a dot that would end the data.
    package let data: [UInt8]

    /// - Returns: nil when an address can't stand in a mail.
    package init?(_ delivery: NotifyDelivery, from: String, to recipients: [String], at now: Timestamp) {
        guard !recipients.isEmpty, MailAddress.isValid(from), recipients.allSatisfy({ MailAddress.isValid($0) }) else {
            return nil
        }
        self.from = from
        self.recipients = recipients
        let domain = from.split(separator: "@").last.map { String($0) } ?? "localhost"
        let boundary = "=_qf_" + delivery.id.description
        var lines = [
            "Date: " + Self.date(now),
            "From: QuartzFlow <\(from)>",
            "To: " + recipients.joined(separator: ",\r\n "),
            "Subject: " + Self.encodedWords(delivery.subject),
            // The same at each try, so that a receiver can tell a repeated mail.
            "Message-ID: <\(delivery.id)@\(domain)>",
            "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0",
            "Content-Type: multipart/alternative; boundary=\"\(boundary)\"",
            "",
        ]
        for (type, text) in [("text/plain", delivery.text + "\n"), ("text/html", Self.html(delivery))] {
            lines += [
                "--" + boundary, "Content-Type: \(type); charset=utf-8", "Content-Transfer-Encoding: base64", "",
            ]
            lines += Self.base64(text)
        }
        lines += ["--" + boundary + "--", ""]
        self.data = Array(lines.joined(separator: "\r\n").utf8)
    }

    private static func html(_ delivery: NotifyDelivery) -> String {
        "<html><body><h3>\(self.escaped(delivery.subject))</h3><pre style=\"white-space:pre-wrap\">"
            + self.escaped(delivery.text) + "</pre></body></html>\n"
    }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func base64(_ text: String) -> [String] {
        let code = Array(Data(text.utf8).base64EncodedString().utf8)
        return stride(from: 0, to: code.count, by: 76).map {
            String(decoding: code[$0..<min($0 + 76, code.count)], as: UTF8.self)
        }
    }

    /// RFC 2047, in words of at most 75 bytes that never cut a character.
    static func encodedWords(_ text: String) -> String {
        let clean = TemplateVariables.clean(text)
        if clean.utf8.count <= 60, clean.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7f }), !clean.contains("=?") {
            return clean
        }
        var words: [String] = []
        var part = ""
        for scalar in clean.unicodeScalars {
            if part.utf8.count + UTF8.width(scalar) > 42 {
                words.append(part)
                part = ""
            }
            part.unicodeScalars.append(scalar)
        }
        words.append(part)
        return words.map { "=?utf-8?B?\(Data($0.utf8).base64EncodedString())?=" }.joined(separator: "\r\n ")
    }

    /// RFC 5322, 3.3, in UTC.
    static func date(_ now: Timestamp) -> String {
        let day = Int(now.seconds.flooredDivision(by: 86_400))
        let second = Int(now.seconds - Int64(day) * 86_400)
        let date = CivilDate.fromDays(day)
        let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(weekdays[CivilDate.weekday(days: day)]), \(date.day) \(months[date.month - 1]) \(date.year) "
            + "\(two(second / 3600)):\(two(second % 3600 / 60)):\(two(second % 60)) +0000"
    }
}

extension UTF8 {
    fileprivate static func width(_ scalar: Unicode.Scalar) -> Int { self.encode(scalar)?.count ?? 0 }
}
