// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes
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

    /// The same as a refusal of a route, so that both are written alike.
    private var failure: APIFailure {
        APIFailure(
            HTTPResponse.Status(code: Int(self.status.code), reasonPhrase: self.status.reasonPhrase),
            self.word,
            self.text
        )
    }

    /// The request has no name: nothing has given it one yet.
    func body(_ form: FailureForm) -> [UInt8] { JSONWriter.bytes(self.failure.json(requestID: "", form: form)) }

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
