// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import HTTPTypes
import Hummingbird
import NIOCore

/// The one place where refusals become text, whoever refuses: routes, what stands before them, or the connection itself.
extension APIFailure {
    func response(requestID: String, form: FailureForm) -> Response {
        var headers = self.answerHeaders
        headers[.contentType] = form.contentType
        headers[.cacheControl] = "no-store"
        headers.vary(on: .accept)
        let bytes = JSONWriter.bytes(self.json(requestID: requestID, form: form))
        return Response(status: self.status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    func json(requestID: String, form: FailureForm) -> JSON {
        let common: [JSON.Member] = [
            .init("code", self.number), .init("error", self.word), .init("text", TextPresenter.json(self.text)),
            .init("details", self.detailsJSON), .init("request_id", requestID),
        ]
        switch form {
        case .envelope:
            return .object([common[0], common[1], .init("message", self.message)] + common[2...] + self.members)
        case .problem:
            // What happened once has a name once: the request's.
            let instance: [JSON.Member] =
                requestID.isEmpty ? [] : [.init("instance", "urn:quartzflow:request:" + requestID)]
            return .object(
                [
                    .init("type", "urn:quartzflow:problem:" + self.word), .init("title", self.status.reasonPhrase),
                    .init("status", self.status.code), .init("detail", self.message),
                ] + instance + common + self.members
            )
        }
    }

    /// What is wrong, fault by fault.
    var detailsJSON: [JSON] {
        self.details.map { detail in
            var members: [JSON.Member] = [
                .init("path", detail.path), .init("message", detail.message),
                .init("text", TextPresenter.json(detail.text)), .init("code", detail.code),
            ]
            if let position { members.append(.init("position", position)) }
            return JSON.object(members)
        }
    }

    /// The failure's own headers, and when to come again where that would help.
    var answerHeaders: HTTPFields {
        var headers = self.headers
        let isTemporary = self.status == .serviceUnavailable || self.status == .tooManyRequests
        if isTemporary, headers[.retryAfter] == nil { headers[.retryAfter] = Self.standardRetry }
        return headers
    }
}

extension HTTPFields {
    /// Says that an answer depends on a field of the request, beside others that it may depend on.
    mutating func vary(on name: HTTPField.Name) {
        let known = self[.vary] ?? ""
        let names = known.utf8.split(separator: UInt8(ascii: ",")).map { HeaderText.trimmed($0) }
        guard !names.contains(where: { HeaderText.equal($0, name.canonicalName) }) else { return }
        self[.vary] = known.isEmpty ? name.rawName : known + ", " + name.rawName
    }
}
