// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import NIOHTTP1

/// What the head of a request has to keep to, looked at as bytes before anything compares it as text.
enum RequestHeadRules {
    static let targetLimit = 8 * 1024
    static let headerLimit = 32 * 1024

    /// Fields that other programs of this host name fill with what they like; their other bytes are of no interest here.
    private static let foreign = ["cookie", "user-agent", "referer"]

    /// - Returns: why the request is not served; nil when it is.
    static func refusal(of head: HTTPRequestHead) -> HTTPRefusal? {
        guard head.uri.utf8.count <= Self.targetLimit else {
            return HTTPRefusal(.uriTooLong, "target_too_long", "The address has more than \(Self.targetLimit) bytes.")
        }
        guard Self.isASCII(head.uri) else {
            return HTTPRefusal(
                .badRequest,
                "invalid_request",
                "The address has bytes that are not ASCII; percent-encode them."
            )
        }
        let size = head.headers.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }
        guard size <= Self.headerLimit else {
            return HTTPRefusal(
                .requestHeaderFieldsTooLarge,
                "headers_too_large",
                "The headers have more than \(Self.headerLimit) bytes."
            )
        }
        for (name, value) in head.headers where !Self.isASCII(value) && !Self.isForeign(name) {
            return HTTPRefusal(
                .badRequest,
                "invalid_request",
                "The header '\(name.shortened(toBytes: 64))' is not ASCII."
            )
        }
        // Two could mean two hosts to two readers of one message (RFC 9112, 3.2).
        guard head.headers["host"].count <= 1 else {
            return HTTPRefusal(.badRequest, "invalid_request", "A request has one Host header.")
        }
        let codings = head.headers["transfer-encoding"]
        if let coding = codings.first, codings.count > 1 || !HeaderText.equal(coding[...].utf8, "chunked") {
            return HTTPRefusal(.notImplemented, "not_implemented", "Only the transfer coding 'chunked' is understood.")
        }
        let expectations = head.headers["expect"]
        guard expectations.isEmpty || self.expectsContinue(head) else {
            return HTTPRefusal(.expectationFailed, "expectation_failed", "Only 'Expect: 100-continue' is understood.")
        }
        if let length = head.headers.first(name: "content-length"), (Int(length) ?? .max) > APICall.bodyLimit {
            return .bodyTooLarge
        }
        return nil
    }

    /// Whether the connection ends with the answer (RFC 9112, 9.3): HTTP/1.0 is not kept alive here.
    static func isLast(_ head: HTTPRequestHead) -> Bool {
        self.isOld(head)
            || head.headers["connection"].contains { value in
                value.utf8.split(separator: UInt8(ascii: ",")).contains {
                    HeaderText.equal(HeaderText.trimmed($0), "close")
                }
            }
    }

    private static func isOld(_ head: HTTPRequestHead) -> Bool {
        head.version.major < 1 || (head.version.major == 1 && head.version.minor < 1)
    }

    static func expectsContinue(_ head: HTTPRequestHead) -> Bool {
        let values = head.headers["expect"]
        return !self.isOld(head) && values.count == 1 && HeaderText.equal(values[0][...].utf8, "100-continue")
    }

    /// The head with only ASCII in it, and with a plain `Connection: close` where the connection ends.
    static func plain(_ head: HTTPRequestHead) -> HTTPRequestHead {
        var head = head
        for name in Self.foreign {
            let values = head.headers[name]
            guard !values.allSatisfy(Self.isASCII) else { continue }
            head.headers.remove(name: name)
            for value in values {
                let bytes = value.utf8.map { $0 < 0x80 ? $0 : UInt8(ascii: "?") }
                head.headers.add(name: name, value: String(decoding: bytes, as: UTF8.self))
            }
        }
        if Self.isLast(head) { head.headers.replaceOrAdd(name: "connection", value: "close") }
        return head
    }

    private static func isASCII(_ text: String) -> Bool { text.utf8.allSatisfy { $0 < 0x80 } }

    private static func isForeign(_ name: String) -> Bool {
        Self.foreign.contains { HeaderText.equal(name[...].utf8, $0) }
    }
}
