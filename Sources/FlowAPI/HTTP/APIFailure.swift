// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import HTTPTypes

/// A refusal as the API words it.
package struct APIFailure: Error, Sendable {
    let status: HTTPResponse.Status
    /// Stable and bounded: what clients compare.
    let word: String
    let text: Wording
    let details: [CoreError.Detail]
    /// Where in the text of the one detail the fault is; for cron expressions.
    var position: Int?
    var headers: HTTPFields = [:]
    /// Further members of the answer.
    var members: [JSON.Member] = []

    /// ``text`` in English.
    var message: String { self.text.english }

    init(
        _ status: HTTPResponse.Status,
        _ word: String,
        _ message: Wording,
        details: [CoreError.Detail] = [],
        position: Int? = nil,
        headers: HTTPFields = [:]
    ) {
        self.status = status
        self.word = word
        self.text = message
        self.details = details
        self.position = position
        self.headers = headers
    }

    /// With words that others have chosen, and that stay as they are in every language.
    @_disfavoredOverload
    init(
        _ status: HTTPResponse.Status,
        _ word: String,
        _ message: some StringProtocol,
        details: [CoreError.Detail] = [],
        position: Int? = nil,
        headers: HTTPFields = [:]
    ) {
        self.init(
            status,
            word,
            Wording(verbatim: String(message)),
            details: details,
            position: position,
            headers: headers
        )
    }

    /// When to come again, where nobody has said so: a server that can't just now may in some seconds.
    static let standardRetry = "5"

    /// The `code` of the envelope: the status and two digits, never 0.
    var number: Int { self.status.code * 100 }

    /// A body or a query that cannot be read at all: 400, before anything is validated or changed.
    static func malformed(_ faults: FaultCollector) -> APIFailure {
        let first: Wording = faults.details.first.map { $0.path.isEmpty ? $0.text : "\($0.path): \($0.text)" } ?? ""
        let more: Wording = faults.count > 1 ? " (and \(faults.count - 1) more)" : ""
        return APIFailure(
            .badRequest,
            "invalid_request",
            "The request cannot be read: \(first)\(more)",
            details: faults.details
        )
    }

    static func malformed(path: String, code: String, message: Wording) -> APIFailure {
        var faults = FaultCollector()
        faults.add(path, code, message)
        return .malformed(faults)
    }

    static func notFound(_ what: Wording) -> APIFailure { APIFailure(.notFound, "not_found", what) }
}

extension APIFailure {
    init(_ error: CoreError) {
        let status: HTTPResponse.Status =
            switch error.code {
            // Readable, but not acceptable.
            case .invalid: .unprocessableContent
            case .unauthenticated: .unauthorized
            case .forbidden: .forbidden
            case .notFound: .notFound
            case .nameTaken, .conflict, .inUse: .conflict
            // 409 would say that the first request is still being worked on, and to come again.
            case .keyReused: .unprocessableContent
            case .payloadTooLarge: .contentTooLarge
            case .tooManyRequests: .tooManyRequests
            case .unavailable: .serviceUnavailable
            case .internal: .internalServerError
            }
        // What a store says of its inside is for the log, not for the network.
        let message: Wording =
            error.code == .internal
            ? "The server failed. Its log has the details under this request id." : error.text
        self.init(status, error.code.rawValue, message, details: error.details)
        if let seconds = error.retryAfter { self.headers[.retryAfter] = String(max(1, seconds)) }
    }

    init(_ error: ScheduleError, path: String) {
        self.init(
            .unprocessableContent,
            "invalid_request",
            error.wording,
            details: [
                .init(
                    path: path,
                    code: error.code.rawValue,
                    message: error.plain
                )
            ],
            position: error.position
        )
    }
}
