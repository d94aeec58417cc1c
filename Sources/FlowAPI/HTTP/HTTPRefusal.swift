// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import NIOHTTP1

/// Why a request is turned away before any route sees it: the message does not keep to HTTP, or is larger than any of ours.
struct HTTPRefusal: Hashable, Sendable {
    let status: HTTPResponseStatus
    let word: String
    let text: Wording

    init(_ status: HTTPResponseStatus, _ word: String, _ message: Wording) {
        self.status = status
        self.word = word
        self.text = message
    }

    /// The failure envelope.
    var body: [UInt8] {
        JSONWriter.bytes(
            .object([
                .init("code", Int(self.status.code) * 100), .init("error", self.word),
                .init("message", self.text.english),
                .init("text", TextPresenter.json(self.text)), .init("details", [JSON]()), .init("request_id", ""),
            ])
        )
    }

    static let bodyTooLarge = HTTPRefusal(
        .payloadTooLarge,
        "payload_too_large",
        "The body is larger than \(APICall.bodyLimit) bytes."
    )

    static let bodyTooSlow = HTTPRefusal(.requestTimeout, "request_timeout", "The body did not come in time.")

    /// What is said about bytes that are no HTTP/1 message (RFC 9112, 2.2 and 3).
    init(_ error: HTTPParserError) {
        switch error {
        case .invalidMethod: self.init(.notImplemented, "not_implemented", "There is no such method.")
        case .headerOverflow:
            self.init(.requestHeaderFieldsTooLarge, "headers_too_large", "The headers are too large.")
        case .invalidVersion: self.init(.httpVersionNotSupported, "version_not_supported", "Speak HTTP/1.1.")
        default: self.init(.badRequest, "invalid_request", "This is not an HTTP/1.1 request.")
        }
    }
}
