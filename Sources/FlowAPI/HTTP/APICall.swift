// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowScheduler
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// One request as a handler sees it: authenticated, with strict readers for path, query and body.
struct APICall {
    /// The largest body that is read.
    static let bodyLimit = 1024 * 1024

    let request: Request
    let context: APIContext
    let endpoint: Endpoint
    /// Nil only on routes that everyone may use.
    let session: AuthenticatedSession?

    /// - Throws: 401; never on routes that need a permission, as the session has been checked before.
    var principal: Principal {
        get throws {
            guard let session else { throw APIFailure(.unauthorized, "unauthenticated", "Sign in first.") }
            var principal = session.principal
            principal.origin = self.origin
            if self.endpoint.takesReason { principal.origin.reason = try self.reason }
            return principal
        }
    }

    /// The session with the rest of who asks.
    ///
    /// - Throws: as ``principal``.
    var authenticated: AuthenticatedSession {
        get throws {
            guard var session else { throw APIFailure(.unauthorized, "unauthenticated", "Sign in first.") }
            session.principal = try self.principal
            return session
        }
    }

    func query() throws -> Query {
        try Query(self.request.uri.query, declared: self.endpoint.contract?.query.map(\.name))
    }

    /// Refuses any parameter.
    func noQuery() throws {
        var query = try self.query()
        try query.finish()
    }

    // MARK: Path

    func number(_ name: String) throws -> Int64 {
        // Digits only: "+1", "0x1" and " 1" are other spellings of a path that somebody may have guarded by text.
        guard let text = self.context.parameters.get(name), (1...19).contains(text.utf8.count),
            text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let value = Int64(text)
        else { throw APIFailure.notFound("There is nothing here: '\(name)' has to be a number.") }
        return value
    }

    /// The 16 hexadecimal digits that name a session.
    func sessionID() throws -> String {
        guard let text = self.context.parameters.get("session_id"), text.utf8.count == 16 else {
            throw APIFailure.notFound("There is nothing here: a session is named by 16 hexadecimal digits.")
        }
        return text
    }

    /// The name of a role that people made.
    func roleName() throws -> String {
        guard let name = self.context.parameters.get("name"), (1...64).contains(name.utf8.count) else {
            throw APIFailure.notFound(
                "There is nothing here: a role's name is made of letters, digits, '.', '_' and '-'."
            )
        }
        return name
    }

    /// The name of a secret.
    func secretName() throws -> String {
        guard let name = self.context.parameters.get("name"), SecretReference.isName(name) else {
            throw APIFailure.notFound(
                "There is nothing here: a secret's name is made of letters, digits and '_', at most 64, and does not "
                    + "start with a digit."
            )
        }
        return name
    }

    /// The step of a workflow.
    func stepKey() throws -> String {
        guard let key = self.context.parameters.get("key"), WorkflowDefinition.isKey(key) else {
            throw APIFailure.notFound("There is nothing here: a step's key is made of small letters, digits and '_'.")
        }
        return key
    }

    func calendarName() throws -> String {
        guard let name = self.context.parameters.get("name"), HolidayCalendar.isName(name) else {
            throw APIFailure.notFound(
                "There is nothing here: a calendar's name is made of letters, digits, '-' and '_', at most 64, and "
                    + "starts with a letter or digit."
            )
        }
        return name
    }

    func identifier<ID: FlowIdentifier>(_ name: String) throws -> ID {
        guard let id = self.context.parameters.get(name).flatMap({ ID($0) }) else {
            throw APIFailure.notFound("There is nothing here: '\(name)' has to be a UUID.")
        }
        return id
    }

    func agent(_ name: String) throws -> AgentID {
        guard let id = self.context.parameters.get(name).flatMap({ AgentID($0) }) else {
            throw APIFailure.notFound("There is nothing here: '\(name)' has to be a host's id.")
        }
        return id
    }

    // MARK: Body

    /// The body as JSON.
    func body() async throws -> JSON {
        let bytes = try await self.bodyBytes()
        let type = self.request.headers[.contentType].map { $0.utf8.prefix { $0 != UInt8(ascii: ";") } }
        // A form of another site can send text, but not this type without being asked first (CWE-352).
        guard let type, HeaderText.equal(HeaderText.trimmed(type), "application/json") else {
            throw APIFailure(
                .unsupportedMediaType,
                "unsupported_media_type",
                "Send the body as 'Content-Type: application/json'."
            )
        }
        return try Self.parse(bytes)
    }

    /// The body of a route where it may be missing.
    func optionalBody() async throws -> JSON {
        let bytes = try await self.bodyBytes()
        return bytes.isEmpty ? .object([]) : try Self.parse(bytes)
    }

    /// Refuses a body with any content but `{}`.
    func noBody() async throws {
        let reader = try FieldReader(try await self.optionalBody())
        try reader.finish()
    }

    func bodyBytes() async throws -> [UInt8] {
        let tooLarge = APIFailure(
            .contentTooLarge,
            "payload_too_large",
            "The body is larger than \(Self.bodyLimit) bytes.",
            // What was not read of it is still on the connection.
            headers: [.connection: "close"]
        )
        if let length = self.request.headers[.contentLength].flatMap({ Int($0) }), length > Self.bodyLimit {
            throw tooLarge
        }
        do {
            return Array((try await self.request.body.collect(upTo: Self.bodyLimit)).readableBytesView)
        } catch is NIOTooManyBytesError {
            throw tooLarge
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            // The peer left, or what it sent is no body: nothing for this server's log.
            context.logger.debug("Body not read", metadata: ["error": "\(error)"])
            throw APIFailure(
                .badRequest,
                "invalid_request",
                "The body could not be read.",
                headers: [.connection: "close"]
            )
        }
    }

    private static func parse(_ bytes: [UInt8]) throws -> JSON {
        do {
            return try JSONParser.parse(bytes)
        } catch {
            throw APIFailure.malformed(
                path: "",
                code: "json",
                message: "not JSON at byte \(error.position): \(error.text)"
            )
        }
    }

    /// Which versions the caller has seen; nil when it does not say.
    var ifMatch: EntityTags? { EntityTags(self.request.headers) }

    // MARK: Where a trigger comes from

    var idempotencyKey: String? { self.request.headers[.idempotencyKey] }

    /// For the audit.
    ///
    /// A program says by its User-Agent what it is; nothing depends on it but this word.
    var origin: Origin {
        let program = self.request.headers[.userAgent]
        let isClient = program?.utf8.starts(with: "quicflow".utf8) == true
        return Origin(
            via: isClient ? .cli : self.request.headers[.authorization] == nil ? .console : .api,
            address: self.context.remoteAddress,
            request: self.context.requestID,
            userAgent: program.map { String(decoding: $0.utf8.prefix(200), as: UTF8.self) }
        )
    }

    /// Why something is wanted: percent-encoded, as headers are ASCII.
    ///
    /// - Throws: 422 for what is no text, or too long; the second person would not see it.
    private var reason: String? {
        get throws {
            guard let text = self.request.headers[.reason], !text.isEmpty else { return nil }
            let words = text.utf8.count <= Self.reasonLimit ? text.removingPercentEncoding : nil
            guard let words, words.utf8.count <= Approval.textLimit,
                words.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7f })
            else {
                throw APIFailure(
                    .unprocessableContent,
                    "invalid_reason",
                    "X-QF-Reason has to be percent-encoded text of at most \(Approval.textLimit) bytes, without control characters."
                )
            }
            return words
        }
    }

    /// Of the reason as it is sent, where each byte may be three; bytes.
    static let reasonLimit = 3 * Approval.textLimit

    /// `console` for signed-in browsers, `api` for bearers of tokens.
    var source: String { self.request.headers[.authorization] == nil ? "console" : "api" }
}

extension HTTPField.Name {
    static let idempotencyKey = HTTPField.Name("Idempotency-Key")!
    static let csrf = HTTPField.Name("X-QF-CSRF")!
    /// A page sends it with what it asks for on its own, so that nobody stays signed in by an open window.
    static let background = HTTPField.Name("X-QF-Background")!
    /// Why something is wanted that another person may have to approve.
    static let reason = HTTPField.Name("X-QF-Reason")!
    static let requestID = HTTPField.Name("X-Request-ID")!
    static let referrerPolicy = HTTPField.Name("Referrer-Policy")!
}
