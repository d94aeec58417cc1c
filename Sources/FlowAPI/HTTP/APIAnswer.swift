// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes
import Hummingbird
import NIOCore

/// What a handler answers.
enum APIAnswer: Sendable {
    /// `data` of the envelope.
    case data(JSON, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:])
    /// Something that is not enveloped.
    case raw(Response)

    static func data(_ members: [JSON.Member], status: HTTPResponse.Status = .ok) -> APIAnswer {
        .data(.object(members), status: status)
    }

    /// Done, and there is nothing to tell.
    static var done: APIAnswer { .data(.null) }

    func response(requestID: String) -> Response {
        switch self {
        case .raw(let response): response
        case .data(let data, let status, let headers):
            Response(
                json: .object([
                    .init("code", 0), .init("message", "ok"), .init("data", data), .init("request_id", requestID),
                ]),
                status: status,
                headers: headers
            )
        }
    }
}

extension Response {
    init(json: JSON, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) {
        var headers = headers
        headers[.contentType] = "application/json; charset=utf-8"
        // Answers are of this moment and of this user.
        headers[.cacheControl] = "no-store"
        self.init(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: JSONWriter.bytes(json))))
    }

    init(text: String, type: String = "text/plain; charset=utf-8", status: HTTPResponse.Status = .ok) {
        self.init(
            status: status,
            headers: [.contentType: type, .cacheControl: "no-store"],
            body: .init(byteBuffer: ByteBuffer(string: text))
        )
    }
}
