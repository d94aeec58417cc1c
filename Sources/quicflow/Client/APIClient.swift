// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import FlowCore
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// A signed-in client of one server's REST API.
struct APIClient: Sendable {
    let server: ServerAddress
    /// Bearer token; nil before signing in.
    let token: String?

    /// The largest answer taken, in bytes: a page of output or of executions is far below.
    private static let answerLimit = 64 << 20

    /// One for the life of the process; a refused connection is reported at once and not tried again for a minute.
    private static let http: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.timeout.connect = .seconds(10)
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    func get(_ path: String, _ query: [(String, String?)] = []) async throws -> JSONValue {
        try await self.send(.GET, path, query: query)
    }

    /// An answer that is JSON without an envelope.
    func plain(_ path: String) async throws -> JSONValue {
        let answer = try await self.exchange(.GET, path)
        guard (200..<300).contains(answer.status) else { return try answer.data() }
        return try JSONDecoder().decode(JSONValue.self, from: answer.body)
    }

    func post(
        _ path: String,
        _ body: JSONValue? = nil,
        query: [(String, String?)] = []
    ) async throws -> JSONValue {
        try await self.send(.POST, path, query: query, body: body)
    }

    func put(_ path: String, _ body: JSONValue, ifMatch tag: String? = nil) async throws -> JSONValue {
        try await self.send(.PUT, path, body: body, ifMatch: tag)
    }

    func patch(_ path: String, _ body: JSONValue) async throws -> JSONValue {
        try await self.send(.PATCH, path, body: body)
    }

    func delete(
        _ path: String,
        _ body: JSONValue? = nil,
        query: [(String, String?)] = [],
        ifMatch tag: String? = nil
    ) async throws -> JSONValue {
        try await self.send(.DELETE, path, query: query, body: body, ifMatch: tag)
    }

    /// Sends one request and opens the envelope of its answer.
    ///
    /// - Returns: the `data` of the answer.
    /// - Throws: ``CommandFailure`` with the exit code that fits the server's refusal.
    private func send(
        _ method: HTTPMethod,
        _ path: String,
        query: [(String, String?)] = [],
        body: JSONValue? = nil,
        ifMatch tag: String? = nil
    ) async throws -> JSONValue {
        try await self.exchange(method, path, query: query, body: body, ifMatch: tag).data()
    }

    /// An answer that is a file, piece by piece as it comes.
    ///
    /// - Throws: ``CommandFailure`` for a refusal; what `take` throws.
    func download(_ path: String, _ query: [(String, String?)] = [], _ take: (Data) throws -> Void) async throws {
        let request = try self.request(.GET, path, query: query)
        let response = try await self.reaching { try await self.respond(to: request, within: .hours(24)) }
        guard (200..<300).contains(response.status.code) else {
            let buffer = try await self.reaching { try await response.body.collect(upTo: Self.answerLimit) }
            let status = Int(response.status.code)
            _ = try APIAnswer(status: status, body: Data(buffer.readableBytesView), server: self.server).data()
            return
        }
        var pieces = response.body.makeAsyncIterator()
        while let piece = try await self.reaching({ try await pieces.next() }) {
            try take(Data(piece.readableBytesView))
        }
    }

    /// A request of any kind, for what has no command of its own.
    func call(_ method: String, _ path: String, query: [(String, String?)], body: JSONValue?) async throws -> JSONValue
    {
        try await self.send(HTTPMethod(rawValue: method), path, query: query, body: body)
    }

    private func exchange(
        _ method: HTTPMethod,
        _ path: String,
        query: [(String, String?)] = [],
        body: JSONValue? = nil,
        ifMatch tag: String? = nil
    ) async throws -> APIAnswer {
        let request = try self.request(method, path, query: query, body: body, ifMatch: tag)
        return try await self.reaching {
            let response = try await self.respond(to: request, within: .seconds(60))
            let buffer = try await response.body.collect(upTo: Self.answerLimit)
            return APIAnswer(
                status: Int(response.status.code),
                body: Data(buffer.readableBytesView),
                server: self.server
            )
        }
    }

    private func request(
        _ method: HTTPMethod,
        _ path: String,
        query: [(String, String?)] = [],
        body: JSONValue? = nil,
        ifMatch tag: String? = nil
    ) throws -> HTTPClientRequest {
        var request = HTTPClientRequest(url: self.server.url(path: path, query: query))
        request.method = method
        request.headers.add(name: "Accept", value: "application/json")
        request.headers.add(name: "Accept-Language", value: Language.current.rawValue)
        request.headers.add(name: "User-Agent", value: "quicflow")
        if let token { request.headers.add(name: "Authorization", value: "Bearer \(token)") }
        if let tag { request.headers.add(name: "If-Match", value: tag) }
        if method != .GET, let reason = ProcessInfo.processInfo.environment["QUARTZFLOW_REASON"], !reason.isEmpty,
            let encoded = reason.addingPercentEncoding(withAllowedCharacters: .alphanumerics)
        {
            request.headers.add(name: "X-QF-Reason", value: encoded)
        }
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: try JSONEncoder().encode(body)))
        }
        return request
    }

    /// Waits where the server asks for it (429).
    private func respond(to request: HTTPClientRequest, within limit: TimeAmount) async throws -> HTTPClientResponse {
        var response = try await Self.http.execute(request, timeout: limit)
        var patience = Patience(isSignedIn: self.token != nil)
        while response.status == .tooManyRequests,
            let seconds = patience.wait(response.headers.first(name: "Retry-After"))
        {
            // So that the connection is free again.
            _ = try await response.body.collect(upTo: Self.answerLimit)
            if seconds > 2 { Terminal.complain("\(self.server) takes no more requests for \(seconds) s; waiting") }
            try await Task.sleep(for: .seconds(seconds))
            response = try await Self.http.execute(request, timeout: limit)
        }
        return response
    }

    private func reaching<Value>(_ body: () async throws -> Value) async throws -> Value {
        do { return try await body() } catch {
            throw CommandFailure(
                .unreachable,
                "no answer from \(self.server): \(Self.words(for: error)). Is the server running there? (--server)"
            )
        }
    }

    private static func words(for error: any Error) -> Wording {
        switch error {
        case let error as HTTPClientError: Wording(words: error.shortDescription)
        case let error as NIOConnectionError:
            error.connectionErrors.first.map { self.words(for: $0.error) } ?? "connection failed"
        case let error as IOError: Wording(words: String(cString: strerror(error.errnoCode)))
        default: Wording(verbatim: String(describing: error))
        }
    }
}
