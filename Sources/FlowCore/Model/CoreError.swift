// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A failure that somebody meets: what was wrong, where, and what to do.
package struct CoreError: Error, Hashable, Sendable {
    /// Bounded; becomes the API's stable `error` word, an HTTP status and a metric label.
    package enum Code: String, Sendable, CaseIterable {
        case invalid = "invalid_request"
        case unauthenticated = "unauthenticated"
        case forbidden = "forbidden"
        case notFound = "not_found"
        case nameTaken = "name_taken"
        case conflict = "conflict"
        case inUse = "in_use"
        /// A key that named another request before.
        case keyReused = "idempotency_key_reused"
        case payloadTooLarge = "payload_too_large"
        case tooManyRequests = "too_many_requests"
        case unavailable = "unavailable"
        case `internal` = "internal"
    }

    /// One fault in a request, at the field's path such as `executor_config.command`.
    package struct Detail: Hashable, Sendable {
        package let path: String
        package let code: String
        package let text: Wording

        /// In English.
        package var message: String { self.text.english }

        package init(path: String, code: String, message: Wording) {
            self.path = path
            self.code = code
            self.text = message
        }

        /// With a message that others have written, and that stays as it is in every language.
        @_disfavoredOverload
        package init(path: String, code: String, message: some StringProtocol) {
            self.init(path: path, code: code, message: Wording(verbatim: String(message)))
        }
    }

    package let code: Code
    /// For people: what was wrong and what to do about it.
    package let text: Wording
    package let details: [Detail]
    /// After how many seconds to try again; nil where nobody knows.
    package let retryAfter: Int?

    /// ``text`` in English.
    package var message: String { self.text.english }

    package init(_ code: Code, _ message: Wording, details: [Detail] = [], retryAfter: Int? = nil) {
        self.code = code
        self.text = message
        self.details = details
        self.retryAfter = retryAfter
    }

    /// With a message that others have written, and that stays as it is in every language.
    @_disfavoredOverload
    package init(_ code: Code, _ message: some StringProtocol, details: [Detail] = [], retryAfter: Int? = nil) {
        self.init(code, Wording(verbatim: String(message)), details: details, retryAfter: retryAfter)
    }
}

extension CoreError: CustomStringConvertible {
    package var description: String { "\(self.code.rawValue): \(self.message)" }
}
