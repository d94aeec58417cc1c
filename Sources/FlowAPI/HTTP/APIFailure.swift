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
    let message: String
    let details: [CoreError.Detail]
    /// Where in the text of the one detail the fault is; for cron expressions.
    var position: Int?
    var headers: HTTPFields = [:]
    /// Further members of the answer.
    var members: [JSON.Member] = []

    init(
        _ status: HTTPResponse.Status,
        _ word: String,
        _ message: String,
        details: [CoreError.Detail] = [],
        position: Int? = nil,
        headers: HTTPFields = [:]
    ) {
        self.status = status
        self.word = word
        self.message = message
        self.details = details
        self.position = position
        self.headers = headers
    }

    /// When to come again, where nobody has said so: a server that can't just now may in some seconds.
    static let standardRetry = "5"

    /// The `code` of the envelope: the status and two digits, never 0.
    var number: Int { self.status.code * 100 }

    /// A body or a query that cannot be read at all: 400, before anything is validated or changed.
    static func malformed(_ faults: FaultCollector) -> APIFailure {
        let first = faults.details.first.map { $0.path.isEmpty ? $0.message : "\($0.path): \($0.message)" } ?? ""
        let more = faults.count > 1 ? " (and \(faults.count - 1) more)" : ""
        return APIFailure(
            .badRequest,
            "invalid_request",
            "The request cannot be read: \(first)\(more)",
            details: faults.details
        )
    }

    static func malformed(path: String, code: String, message: String) -> APIFailure {
        var faults = FaultCollector()
        faults.add(path, code, message)
        return .malformed(faults)
    }

    static func notFound(_ what: String) -> APIFailure { APIFailure(.notFound, "not_found", what) }
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
        let message =
            error.code == .internal
            ? "The server failed. Its log has the details under this request id." : error.message
        self.init(status, error.code.rawValue, message, details: error.details)
        if let seconds = error.retryAfter { self.headers[.retryAfter] = String(max(1, seconds)) }
    }

    init(_ error: ScheduleError, path: String) {
        self.init(
            .unprocessableContent,
            "invalid_request",
            error.description,
            details: [.init(path: path, code: error.code.rawValue, message: error.message)],
            position: error.position
        )
    }
}
