// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation
import NIOHTTP1

/// What a job's log says of an answer; nothing in it lets somebody in elsewhere.
enum HTTPLog {
    private static let shownHeaders = 50
    private static let shownBytes = 256
    /// Their values are credentials, or may hold some.
    private static let secret = ["set-cookie", "authorization", "proxy-authorization", "authentication-info"]

    static func summary(version: HTTPVersion, status: HTTPResponseStatus, headers: HTTPHeaders) -> String {
        var text = "HTTP \(version.major).\(version.minor) \(status.code) \(status.reasonPhrase)\n"
        for (name, value) in headers.prefix(Self.shownHeaders) { text += "\(name): \(Self.shown(value, of: name))\n" }
        return text + "\n"
    }

    private static func shown(_ value: String, of name: String) -> String {
        let lowered = name.lowercased()
        if Self.secret.contains(where: { $0.utf8.elementsEqual(lowered.utf8) }) { return "(not shown)" }
        if ["location", "content-location", "refresh"].contains(where: { $0.utf8.elementsEqual(lowered.utf8) }) {
            return Self.withoutCredentials(value)
        }
        return String(decoding: value.utf8.prefix(Self.shownBytes), as: UTF8.self)
    }

    /// A URL as text without `user:password@`, whatever else is wrong with it.
    static func withoutCredentials(_ text: String) -> String {
        var bytes = Array(text.utf8.prefix(Self.shownBytes))
        guard let scheme = bytes.firstRange(of: Array("//".utf8)) else { return String(decoding: bytes, as: UTF8.self) }
        let authority = bytes[scheme.upperBound...].prefix { ![0x2f, 0x3f, 0x23].contains($0) }
        if let at = authority.lastIndex(of: 0x40) { bytes.removeSubrange(scheme.upperBound...at) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
